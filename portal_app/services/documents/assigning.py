"""The practice asks for a document: of whom, until when, and how often."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlmodel import col, func, select

from portal_app.data.models import (
    DocumentAssignment,
    DocumentDefinition,
    Grant,
)
from portal_app.data.schemas.papers import AssignInput, DefinitionOption
from portal_app.data.types import UserId
from portal_app.rules.consents import is_minor
from portal_app.rules.documents import DocumentKind
from portal_app.rules.documents.states import UNTOUCHED, Completer, PaperStatus
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access, standing
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents import notices, shared

P = Permission
OPTIONS_MOST = 200
OPEN_MOST = 50
"""Documents that may wait for one person at a time."""


@dataclass(frozen=True)
class Wish:
    """What is asked for, beside the definition."""

    completed_by: str = "either"
    due_on: date | None = None
    every: str = ""
    until: date | None = None
    note: str = ""
    occasion: str | None = None
    series_id: UUID | None = None
    appointment_id: UUID | None = None
    assigned_by: UserId | None = None
    tell_at: datetime | None = None
    """When the mail about it goes out; at once where nothing is said."""


def options(work: Work) -> tuple[DefinitionOption, ...]:
    """List the documents that can be assigned: the newest version of each."""
    newest = (
        select(DocumentDefinition.key, func.max(DocumentDefinition.version).label("version"))
        .where(DocumentDefinition.status == "active")
        .group_by(col(DocumentDefinition.key))
        .subquery()
    )
    rows = (
        select(DocumentDefinition)
        .join(
            newest,
            (col(DocumentDefinition.key) == newest.c.key)
            & (col(DocumentDefinition.version) == newest.c.version),
        )
        .where(DocumentDefinition.status == "active")
        .order_by(col(DocumentDefinition.title))
        .limit(OPTIONS_MOST)
    )
    found = work.session.exec(rows).all()
    return tuple(DefinitionOption(d.public_id, d.title, d.kind) for d in found)


def newest_of(work: Work, key: str) -> DocumentDefinition | None:
    """Find the newest version of a document that can be assigned."""
    rows = select(DocumentDefinition).where(
        DocumentDefinition.key == key, DocumentDefinition.status == "active"
    )
    return work.session.exec(rows.order_by(col(DocumentDefinition.version).desc())).first()


def assign(actor: Actor, chart: str, command: AssignInput, public_url: str) -> tuple[str, ...]:
    """Ask for a document; a repeated press asks once.

    A form that both have to complete is asked of each: two people's answers are never mixed. A
    consent stays one document with two signatures.

    Raises:
        InvalidError: no such document, a day that has passed, or nobody who could complete it.
        ConflictError: the person has a great many open documents already.
    """
    with access.open(
        actor, P.PRACTICE_FORMS, chart=chart, writes=True, action="documents.assign"
    ) as work:
        if before := _already(work, command.client_key):
            return before
        definition = _definition(work, command.definition)
        guardians = _only_guardians(work, definition)
        _check(work, command, only_guardians=guardians)
        return tuple(
            make(
                work,
                definition,
                Wish(
                    completed_by=side,
                    due_on=command.due_on,
                    every=command.every,
                    until=command.until if command.every else None,
                    note=command.note.strip(),
                    occasion=_occasion(work, command.client_key, f"{number}{side}"),
                    assigned_by=work.person.id,
                ),
                public_url,
            ).public_id
            for number, side in enumerate(
                _sides(definition, command.completed_by, only_guardians=guardians)
            )
        )


def _occasion(work: Work, client_key: str, side: str) -> str:
    return f"press:{work.person.id}:{client_key or uuid4().hex}:{side}"


def _already(work: Work, client_key: str) -> tuple[str, ...]:
    if not client_key:
        return ()
    begins = f"press:{work.person.id}:{client_key}:"
    rows = select(DocumentAssignment.public_id).where(
        col(DocumentAssignment.occasion).startswith(begins, autoescape=True)
    )
    return tuple(work.session.exec(rows).all())


def _only_guardians(work: Work, definition: DocumentDefinition) -> bool:
    """Whether both means two guardians: the patient is under age and is not asked herself."""
    minor = is_minor(work.patient.birth_date, work.today)
    return minor and not definition.settings.get("minor_signs")


def _sides(
    definition: DocumentDefinition, completed_by: str, *, only_guardians: bool
) -> tuple[str, ...]:
    if completed_by == Completer.BOTH and definition.kind != DocumentKind.E_CONSENT:
        first = Completer.GUARDIAN if only_guardians else Completer.PATIENT
        return first.value, Completer.GUARDIAN.value
    return (completed_by,)


def _definition(work: Work, public_id: str) -> DocumentDefinition:
    if public_id not in {o.id for o in options(work)}:
        raise InvalidError("Choose a document.", field="definition")
    rows = select(DocumentDefinition).where(DocumentDefinition.public_id == public_id)
    return work.session.exec(rows).one()


def _check(work: Work, command: AssignInput, *, only_guardians: bool) -> None:
    if command.due_on and command.due_on < work.today:
        raise InvalidError("This day has passed.", field="due_on")
    if command.every and command.until and command.until < work.today:
        raise InvalidError("This day has passed.", field="until")
    if work.patient.status != "active":
        raise InvalidError("The portal is not open for this person.", field="definition")
    grants = work.session.exec(select(Grant).where(Grant.patient_id == work.patient.id)).all()
    held = [g for g in grants if standing.grant_facts(work, g, work.patient).holds(work.now)]
    own = any(g.relationship == "self" for g in held)
    others = len({g.user_id for g in held if g.relationship != "self"})
    wants = command.completed_by
    both = wants == Completer.BOTH
    if both and only_guardians and others == 1:
        raise InvalidError("Only one guardian has a sign-in.", field="completed_by")
    if not own and (wants == Completer.PATIENT or (both and not only_guardians)):
        raise InvalidError("The patient has no sign-in.", field="completed_by")
    if not others and wants in {Completer.GUARDIAN, Completer.BOTH}:
        raise InvalidError("Nobody has a sign-in for the patient.", field="completed_by")
    waits = (
        select(func.count())
        .select_from(DocumentAssignment)
        .where(
            DocumentAssignment.chart_id == work.chart.id,
            col(DocumentAssignment.status).in_([s.value for s in UNTOUCHED]),
        )
    )
    if work.session.exec(waits).one() >= OPEN_MOST:
        raise ConflictError(f"{OPEN_MOST} documents wait already. Withdraw one first.")


def make(
    work: Work, definition: DocumentDefinition, wish: Wish, public_url: str
) -> DocumentAssignment:
    """Write an assignment on the open chart, and plan the mail about it."""
    row = DocumentAssignment(
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        definition_id=definition.id,
        kind=definition.kind,
        title=definition.title,
        completed_by=wish.completed_by,
        due_on=wish.due_on,
        every=wish.every,
        until=wish.until,
        note=wish.note,
        assigned_by=wish.assigned_by,
        assigned_at=work.now,
        occasion=wish.occasion,
        appointment_id=wish.appointment_id,
    )
    row.series_id = wish.series_id or (row.id if wish.every else None)
    work.session.add(row)
    work.session.flush()
    notices.tell(work, row, "assigned", public_url, due=wish.tell_at)
    notices.remind(work, row, public_url)
    shared.announce(work)
    return row


def withdraw(actor: Actor, chart: str, document: str) -> None:
    """Take a document back that has not been sent; its series ends with it.

    Raises:
        ConflictError: it was sent meanwhile, and stays.
    """
    with access.open(
        actor,
        P.PRACTICE_FORMS,
        chart=chart,
        writes=True,
        action="documents.withdraw",
        target=document,
    ) as work:
        row = find(work, document)
        if PaperStatus(row.status) not in UNTOUCHED | {PaperStatus.RETURNED}:
            raise ConflictError("This was sent meanwhile. It stays.")
        row.status = PaperStatus.WITHDRAWN.value
        work.session.add(row)
        end_series(work, row)
        shared.announce(work)


def stop_series(actor: Actor, chart: str, document: str) -> None:
    """Ask no further time; what waits already goes on waiting."""
    with access.open(
        actor,
        P.PRACTICE_FORMS,
        chart=chart,
        writes=True,
        action="documents.stop",
        target=document,
    ) as work:
        end_series(work, find(work, document))
        shared.announce(work)


def end_series(work: Work, row: DocumentAssignment) -> None:
    """Let nothing follow in the series of a document."""
    if row.series_id is None:
        return
    rows = select(DocumentAssignment).where(
        DocumentAssignment.series_id == row.series_id, DocumentAssignment.every != ""
    )
    for member in work.session.exec(rows).all():
        member.every = ""
        work.session.add(member)


def find(work: Work, document: str) -> DocumentAssignment:
    """Find an assigned document of the open chart.

    Raises:
        NotFoundError: absent or out of reach.
    """
    rows = select(DocumentAssignment).where(
        DocumentAssignment.public_id == document, DocumentAssignment.chart_id == work.chart.id
    )
    row = work.session.exec(rows).first()
    if row is None:
        raise NotFoundError
    return row
