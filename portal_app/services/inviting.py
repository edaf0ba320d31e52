"""The practice invites: one patient by mail or letter, many by mail, and sees how far they came."""

import io
from collections.abc import Sequence
from datetime import timedelta

import segno
from markupsafe import Markup
from sqlalchemy import ColumnElement, case, exists, func
from sqlmodel import col, select

from portal_app.data.models import Chart, EmergencyContact, Grant, Invitation, OutboxMail, Patient
from portal_app.data.schemas.invitations import BoardRow, BoardView, InviteInput, Made, Wish
from portal_app.integrations import pdf
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.roster import ADULT, GUARDIANS, age
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import invitations, security_mail
from portal_app.services.addresses import checked

NEEDS = Permission.PRACTICE_DEMOGRAPHICS
AN_HOUR = 50
"""Mails with invitations that leave in one hour; a mail server trusts no more at once."""
MANY = 500
PAGE = 20
STATES = ("not invited", "sent", "opened", "active", "bounced", "expired")


def invite(actor: Actor, chart: str, command: InviteInput, public_url: str) -> Made:
    """Invite one person: by mail, or by a letter where no address is given.

    Raises:
        InvalidError: no address, no name of the parent, or nobody who can be invited.
    """
    email = checked(command.email) if command.email.strip() else ""
    relationship = "self" if command.who == "self" else "parent"
    name = command.name.strip()
    if relationship != "self" and not name:
        raise InvalidError("Fill in the name.", field="name")
    way = "mail" if email else "letter"
    with access.open(actor, NEEDS, chart=chart, writes=True, action="practice.invite") as work:
        wish = Wish(
            email=email,
            relationship=relationship,
            name=name,
            way=way,
            basis="invitation" if relationship == "self" else "parent or guardian",
            follows_age=relationship != "self" and _is_child(work, work.patient),
        )
        row, token = invitations.make(work, work.chart, wish)
        if email:
            invitations.mail(work, row, token, public_url)
        return Made(work.chart.public_id, way, email)


def suggested(actor: Actor, chart: str) -> InviteInput:
    """Suggest whom to invite: a grown-up herself, and for a child her parent.

    Raises:
        NotFoundError: out of reach.
    """
    with access.open(actor, NEEDS, chart=chart) as work:
        patient = work.patient
        child = _is_child(work, patient)
        parent = _parent(work, patient) if child else ""
        return InviteInput(
            email=patient.email or "", who="parent" if child else "self", name=parent
        )


def _is_child(work: Work, patient: Patient) -> bool:
    born = patient.birth_date
    return born is not None and age(born, work.today) < ADULT


def _parent(work: Work, patient: Patient) -> str:
    rows = select(EmergencyContact).where(EmergencyContact.patient_id == patient.id)
    contacts = work.session.exec(rows.order_by(col(EmergencyContact.rank))).all()
    return next((c.name for c in contacts if c.relationship.casefold() in GUARDIANS), "")


# ---------------------------------------------------------------- many
def invite_many(actor: Actor, charts: Sequence[str], public_url: str) -> int:
    """Invite all of these by mail who can be, fifty an hour; returns how many mails are owed.

    Who shares an address gets one mail: its link opens the charts of the whole family.
    """
    with access.open(actor, NEEDS, writes=True, action="practice.invite_many") as work:
        rows = (
            select(Chart, Patient)
            .join(Patient, col(Chart.patient_id) == Patient.id)
            .where(col(Chart.public_id).in_(list(charts)[:MANY]), _can_be_mailed(work))
            .order_by(col(Patient.birth_date))
        )
        return _invite_rows(work, list(work.session.exec(rows).all()), public_url)


def invite_all(actor: Actor, public_url: str) -> int:
    """Invite everybody who was not invited yet and has an address."""
    with access.open(actor, NEEDS, writes=True, action="practice.invite_many") as work:
        rows = (
            select(Chart, Patient)
            .join(Patient, col(Chart.patient_id) == Patient.id)
            .where(_can_be_mailed(work), _state() == "not invited")
            .order_by(col(Patient.birth_date))
            .limit(MANY)
        )
        return _invite_rows(work, list(work.session.exec(rows).all()), public_url)


def _invite_rows(work: Work, rows: list[tuple[Chart, Patient]], public_url: str) -> int:
    first: dict[str, Invitation] = {}
    done: set[object] = set()
    for chart, patient in rows:
        if patient.id in done:
            continue
        done.add(patient.id)
        email = checked(patient.email or "")
        child = _is_child(work, patient)
        wish = Wish(
            email=email,
            relationship="parent" if child else "self",
            name=_parent(work, patient) if child else "",
            way="mail",
            basis="parent or guardian" if child else "invitation",
            follows_age=child,
        )
        known = first.get(email.casefold())
        due = work.now + timedelta(hours=len(first) // AN_HOUR)
        row, token = invitations.make(work, chart, wish, due=due)
        if known is None:
            first[email.casefold()] = row
            invitations.mail(work, row, token, public_url, due)
        else:
            row.follows_id, row.way, row.mail_key = known.id, "along", known.mail_key
            work.session.add(row)
    return len(first)


def _can_be_mailed(work: Work) -> ColumnElement[bool]:
    del work
    return (
        col(Patient.email).is_not(None)
        & col(Patient.birth_date).is_not(None)
        & col(Patient.is_deceased).is_(False)
        & (col(Patient.status) == "active")
    )


# ---------------------------------------------------------------- the board
def _newest() -> ColumnElement[object]:
    rows = (
        select(Invitation.id)
        .where(col(Invitation.patient_id) == Patient.id, col(Invitation.revoked_at).is_(None))
        .order_by(col(Invitation.created_at).desc())
        .limit(1)
    )
    return rows.correlate(Patient).scalar_subquery()


def _state() -> ColumnElement[str]:
    """Say in SQL how far a patient has come."""
    now = access.now()
    held = exists().where(col(Grant.patient_id) == Patient.id, col(Grant.revoked_at).is_(None))

    def newest(*more: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(col(Invitation.id) == _newest(), *more)

    bounced = exists().where(
        col(OutboxMail.kind) == security_mail.INVITED,
        col(OutboxMail.status).in_(("failed", "noted")),
        col(OutboxMail.unique_key) == _key_of_newest(),
    )
    return case(
        (held, "active"),
        (bounced, "bounced"),
        (newest(col(Invitation.expires_at) <= now), "expired"),
        (newest(col(Invitation.tries) >= invitations.TRIES), "expired"),
        (newest(col(Invitation.opened_at).is_not(None)), "opened"),
        (newest(), "sent"),
        else_="not invited",
    )


def _key_of_newest() -> ColumnElement[str]:
    rows = (
        select(Invitation.mail_key)
        .where(col(Invitation.patient_id) == Patient.id, col(Invitation.revoked_at).is_(None))
        .order_by(col(Invitation.created_at).desc())
        .limit(1)
    )
    return rows.correlate(Patient).scalar_subquery()


def board(actor: Actor, state: str = "") -> BoardView:
    """Count who has come how far, and list those of one state; who waits longest first."""
    with access.open(actor, NEEDS) as work:
        shown = state if state in STATES else "not invited"
        how_far = _state()
        counts = (
            select(how_far, func.count(func.distinct(col(Patient.id))))
            .join(Chart, col(Chart.patient_id) == Patient.id)
            .where(col(Patient.status) == "active", col(Patient.is_deceased).is_(False))
            .group_by(how_far)
        )
        found = dict(work.session.execute(counts).all())
        living = (col(Patient.status) == "active", col(Patient.is_deceased).is_(False))
        rows = (
            select(Chart, Patient)
            .join(Patient, col(Chart.patient_id) == Patient.id)
            .where(*living, how_far == shown)
            .order_by(col(Patient.family), col(Patient.given), col(Chart.created_at))
            .limit(PAGE + 1)
        )
        listed = work.session.exec(rows).all()
        mailable = (
            select(func.count(func.distinct(col(Patient.id))))
            .select_from(Patient)
            .join(Chart, col(Chart.patient_id) == Patient.id)
            .where(_can_be_mailed(work), how_far == "not invited")
        )
        once: dict[object, BoardRow] = {}
        for chart, patient in listed[:PAGE]:
            once.setdefault(patient.id, _row(chart, patient, shown))
        return BoardView(
            tuple((s, int(found.get(s, 0))) for s in STATES),
            shown,
            tuple(once.values()),
            len(listed) > PAGE,
            work.session.execute(mailable).scalar_one(),
        )


def _row(chart: Chart, patient: Patient, state: str) -> BoardRow:
    missing = invitations.unfit(patient, "self")
    detail = missing or ("" if patient.email else "No email: print a letter.")
    return BoardRow(
        chart=chart.public_id,
        patient_id=patient.id,
        name=patient.name,
        born=patient.birth_date,
        status=state,
        detail=detail,
        may_be_mailed=bool(patient.email) and not missing and state != "active",
    )


# ---------------------------------------------------------------- letters
def letter(actor: Actor, chart: str, public_url: str) -> tuple[str, bytes]:
    """Make the letter of the open invitation a PDF; (name of the file, bytes).

    Raises:
        NotFoundError: out of reach, or no letter waits for this chart.
        PdfError: it could not be made.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="practice.invitation_letter"
    ) as work:
        rows = select(Invitation).where(
            Invitation.chart_id == work.chart.id,
            col(Invitation.code).is_not(None),
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
            col(Invitation.expires_at) > work.now,
        )
        row = work.session.exec(rows.order_by(col(Invitation.created_at).desc())).first()
        if row is None or row.code is None:
            raise NotFoundError
        wall = Wall(work.zone, work.now)
        practice = f"{work.practice.name} {work.practice.name_second_line}".strip()
        html = pdf.page(
            "invitation.html",
            title="Your invitation to our patient portal",
            practice=practice,
            about=practice,
            made=wall.full(work.now),
            to=work.patient.name if row.relationship == "self" else row.name or "",
            address=f"{public_url}/invite",
            code=invitations.grouped(row.code),
            until=wall.calendar_day(row.expires_at),
            phone=work.practice.phone,
            qr=Markup(_qr(f"{public_url}/invite/{row.code}")),  # noqa: S704 - drawn here
        )
    return "invitation.pdf", pdf.render(html)


def _qr(address: str) -> str:
    out = io.BytesIO()
    made = segno.make(address, error="m")
    made.save(out, kind="svg", scale=4, border=2, xmldecl=False, svgns=True, title="")
    return out.getvalue().decode()
