"""Changes of who a patient is: kept as history, or waiting until the practice decides.

``propose`` is what forms use: whatever a person has answered there waits for the practice, also
fields that she could change at once in her own portal.
"""

from collections.abc import Mapping

from sqlmodel import col, select

from portal_app.data.models import ChangeRequest, Chart, Patient
from portal_app.data.schemas.demographics import ChangeView
from portal_app.data.schemas.practice import Task
from portal_app.rules import demographics as rule
from portal_app.rules.demographics import State
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import news
from portal_app.services.demographics import facts

SHOWN = 20
"""Changes that a page lists; the newest first."""
TASKS = 6
FAR = 200
"""Changes that one look goes through."""
REASON_MOST = 500
SECTION = "demographics?tab=update"


def propose(work: Work, field_values: Mapping[str, str], source: str) -> tuple[str, ...]:
    """Let values wait for the practice, as answers of a form do; the work must be writing.

    Only what differs from what is known waits. What is no field, or no value of its field, is left
    out, so that a form can always be handed in.

    Args:
        work: the unit of work in which the answers are handed in, on the chart.
        field_values: typed values by their keys in ``rules.demographics``.
        source: where they come from, in a word or two that people may read ("Intake form").

    Returns:
        Keys of the fields that wait now.
    """
    known = facts.read(facts.held(work), work.practice.country)
    waiting = []
    for key, typed in field_values.items():
        try:
            value = facts.checked(work, key, typed)
        except InvalidError:
            continue
        if value and value != known.get(key, ""):
            ask(work, key, known.get(key, ""), value, source)
            waiting.append(key)
    if waiting:
        announce(work)
    return tuple(waiting)


def announce(work: Work) -> None:
    """Tell the open pages that something about the patient has changed."""
    work.announce(facts.topic(work), facts.TASKS_TOPIC)


def ask(work: Work, key: str, old: str, new: str, source: str) -> ChangeRequest:
    """Let one checked value wait; another that waits for the same field is replaced."""
    before = _waiting(work, key)
    if before is not None:
        if before.new == new:
            return before
        before.state = State.REPLACED
        work.session.add(before)
        # one waits at a time, and new rows are written first
        work.session.flush()
    return _add(work, key, old, new, State.PENDING, source)


def note(work: Work, key: str, old: str, new: str, source: str) -> ChangeRequest:
    """Keep in the history what was changed at once."""
    return _add(work, key, old, new, State.DIRECT, source)


def settle(work: Work, key: str, new: str) -> None:
    """End what waits for a field that the practice has just set to the same value itself."""
    before = _waiting(work, key)
    if before is not None and before.new == new:
        before.state, before.decided_by, before.decided_at = State.ACCEPTED, _name(work), work.now
        work.session.add(before)


def _add(work: Work, key: str, old: str, new: str, state: State, source: str) -> ChangeRequest:
    row = ChangeRequest(
        patient_id=work.patient.id,
        field=key,
        old=old,
        new=new,
        state=state,
        source=source,
        asked_by=work.user.id if work.user else None,
        asked_by_name=_name(work),
        asked_at=work.now,
    )
    work.session.add(row)
    return row


def _name(work: Work) -> str:
    if work.staff is not None and not (work.facts and work.facts.grants):
        return work.staff.name
    return work.user.name if work.user else work.practice.name


def _waiting(work: Work, key: str) -> ChangeRequest | None:
    rows = select(ChangeRequest).where(
        ChangeRequest.patient_id == work.patient.id,
        ChangeRequest.field == key,
        ChangeRequest.state == State.PENDING,
    )
    return work.session.exec(rows).first()


def find(work: Work, request: str) -> ChangeRequest:
    """Find a change of the open patient by its public id.

    Raises:
        NotFoundError: absent, or somebody else's.
    """
    rows = select(ChangeRequest).where(
        ChangeRequest.public_id == request, ChangeRequest.patient_id == work.patient.id
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


# ---------------------------------------------------------------- deciding
def accept(actor: Actor, chart: str, request: str, seen: str, public_url: str) -> None:
    """Put a value that waits into the record.

    Args:
        actor: a member of the practice.
        chart: public id of a chart of the patient.
        request: public id of the change.
        seen: what stood in the record on the page of whoever decides.
        public_url: where the portal is reached.

    Raises:
        ConflictError: it is decided already, or the record has changed since it was shown.
        InvalidError: the value can't be kept.
    """
    with access.open(
        actor,
        Permission.PRACTICE_DEMOGRAPHICS,
        chart=chart,
        writes=True,
        action="demographics.accept",
        target=request,
    ) as work:
        row = _open_request(work, request)
        rows = facts.held(work)
        current = facts.read(rows, work.practice.country).get(row.field, "")
        now = facts.in_words(work, row.field, current)
        if seen != now:
            words = f"It now reads “{now}”." if now else "It is empty now."
            raise ConflictError(f"This has changed meanwhile. {words} Look again, then decide.")
        value = facts.checked(work, row.field, row.new)
        facts.write(work, rows, row.field, value)
        facts.tidy(work, rows)
        row.old, row.new = current, value
        _close(work, row, State.ACCEPTED, public_url)


def decline(actor: Actor, chart: str, request: str, reason: str, public_url: str) -> None:
    """Leave the record as it is, and tell the patient why.

    Raises:
        ConflictError: it is decided already.
        InvalidError: no reason.
    """
    with access.open(
        actor,
        Permission.PRACTICE_DEMOGRAPHICS,
        chart=chart,
        writes=True,
        action="demographics.decline",
        target=request,
    ) as work:
        row = _open_request(work, request)
        row.reason = rule.clean(reason)
        if not row.reason:
            raise InvalidError("Say why in a few words. The patient reads it.", field="reason")
        if len(row.reason) > REASON_MOST:
            raise InvalidError(f"Use at most {REASON_MOST} characters.", field="reason")
        _close(work, row, State.DECLINED, public_url)


def withdraw(actor: Actor, chart: str, request: str) -> None:
    """Take back a change that waits.

    Raises:
        ConflictError: the practice has decided already.
    """
    with access.open(
        actor,
        Permission.DEMOGRAPHICS_EDIT,
        chart=chart,
        writes=True,
        action="demographics.withdraw",
        target=request,
    ) as work:
        row = _open_request(work, request)
        row.state, row.decided_by, row.decided_at = State.WITHDRAWN, _name(work), work.now
        work.session.add(row)
        announce(work)


def _open_request(work: Work, request: str) -> ChangeRequest:
    row = find(work, request)
    if row.state != State.PENDING:
        raise ConflictError("This has been decided already.")
    return row


def _close(work: Work, row: ChangeRequest, state: State, public_url: str) -> None:
    row.state, row.decided_by, row.decided_at = state, work.member.name, work.now
    work.session.add(row)
    work.session.flush()
    announce(work)
    # what was sent together is told together, once nothing of it waits any more
    waiting = select(ChangeRequest.id).where(
        ChangeRequest.patient_id == work.patient.id,
        ChangeRequest.asked_at == row.asked_at,
        ChangeRequest.state == State.PENDING,
    )
    if work.session.exec(waiting).first() is None:
        news.tell_patient_side(
            work,
            f"demographics:{work.patient.id}:{int(row.asked_at.timestamp() * 1000)}",
            Permission.DEMOGRAPHICS_EDIT,
            "The practice has looked at a change that was sent from your portal.",
            SECTION,
            public_url,
        )


# ---------------------------------------------------------------- what pages show
def waiting(work: Work) -> tuple[ChangeView, ...]:
    """List what waits about the open patient, with what stands in the record now."""
    rows = select(ChangeRequest).where(
        ChangeRequest.patient_id == work.patient.id, ChangeRequest.state == State.PENDING
    )
    found = work.session.exec(rows.order_by(col(ChangeRequest.asked_at)).limit(FAR)).all()
    if not found:
        return ()
    known = facts.read(facts.held(work), work.practice.country)
    order = list(rule.LABELS)
    ranked = sorted(found, key=lambda r: (rule.placed(r.field)[1], order.index(rule.kind(r.field))))
    return tuple(_view(work, r, known.get(r.field, "")) for r in ranked)


def history(work: Work) -> tuple[ChangeView, ...]:
    """List the newest changes that were made or decided."""
    rows = select(ChangeRequest).where(
        ChangeRequest.patient_id == work.patient.id, ChangeRequest.state != State.PENDING
    )
    newest = rows.order_by(col(ChangeRequest.asked_at).desc(), col(ChangeRequest.id)).limit(SHOWN)
    return tuple(_view(work, r, "") for r in work.session.exec(newest).all())


def declined(changes: tuple[ChangeView, ...]) -> tuple[ChangeView, ...]:
    """Choose, of a history, what was declined and not touched since."""
    newest: dict[str, ChangeView] = {}
    for change in changes:
        newest.setdefault(change.field, change)
    return tuple(c for c in newest.values() if c.state == State.DECLINED)


def _view(work: Work, row: ChangeRequest, current: str) -> ChangeView:
    def read(value: str) -> str:
        return facts.in_words(work, row.field, value)

    return ChangeView(
        id=row.public_id,
        field=row.field,
        label=rule.label(row.field),
        old=read(row.old),
        new=read(row.new),
        state=row.state,
        by=row.asked_by_name,
        at=row.asked_at,
        current=read(current),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        source=row.source,
    )


def tasks(work: Work) -> tuple[Task, ...]:
    """List the patients within reach of whom something waits, the oldest first."""
    if not work.may(Permission.PRACTICE_DEMOGRAPHICS):
        return ()
    rows = (
        select(ChangeRequest, Patient, Chart)
        .join(Patient, col(ChangeRequest.patient_id) == Patient.id)
        .join(Chart, col(Chart.patient_id) == Patient.id)
        .where(ChangeRequest.state == State.PENDING)
        .order_by(col(ChangeRequest.asked_at), col(Chart.created_at))
        .limit(FAR)
    )
    found: dict[object, tuple[Patient, Chart, dict[object, ChangeRequest]]] = {}
    for change, patient, chart in work.session.exec(rows).all():
        found.setdefault(patient.id, (patient, chart, {}))[2][change.id] = change
    wall = Wall(work.zone, work.now)
    return tuple(_task(wall, *one) for one in list(found.values())[:TASKS])


def _task(wall: Wall, patient: Patient, chart: Chart, changes: dict[object, ChangeRequest]) -> Task:
    labels = [rule.label(c.field) for c in changes.values()]
    first = next(iter(changes.values()))
    return Task(
        title=f"Check: changes of {patient.name}" if len(labels) > 1 else f"Check: {labels[0]}",
        detail=f"{patient.name}: {', '.join(labels)}" if len(labels) > 1 else patient.name,
        href=f"/practice/patients/{chart.public_id}?tab=overview",
        aside=wall.brief(first.asked_at),
    )
