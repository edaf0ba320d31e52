"""Who works in the practice: added by a link, given a role or boxes, and let go at once."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, func, select

from portal_app.data.models import (
    PasswordReset,
    Practitioner,
    StaffMember,
    StaffReach,
    User,
    UserSession,
)
from portal_app.data.schemas.staff import StaffInput, StaffRow, StaffView
from portal_app.data.types import PractitionerId
from portal_app.rules import mail_words
from portal_app.rules.access import Role
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import BOXES, Permission
from portal_app.security import access, crypto
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.services import security_mail, sign_in
from portal_app.services.addresses import checked

NEEDS = Permission.PRACTICE_STAFF
LASTS = timedelta(days=7)
MOST = 200
CLINICAL = frozenset({Role.OWNER.value, Role.CLINICIAN.value})
LAST_OWNER = "This is the last owner. Make somebody else an owner first."


# ---------------------------------------------------------------- reading
def view(actor: Actor) -> StaffView:
    """List everybody of the practice, those who have left last."""
    with access.open(actor, NEEDS) as work:
        rows = (
            select(StaffMember, User, Practitioner)
            .join(User, col(StaffMember.user_id) == User.id)
            .join(Practitioner, col(StaffMember.practitioner_id) == Practitioner.id, isouter=True)
            .order_by(col(StaffMember.is_active).desc(), col(StaffMember.name))
            .limit(MOST)
        )
        reach: dict[object, set[str]] = {}
        for row in work.session.exec(select(StaffReach)).all():
            reach.setdefault(row.staff_id, set()).add(str(row.practitioner_id))
        clinicians = work.session.exec(
            select(Practitioner).where(col(Practitioner.is_active)).order_by(col(Practitioner.name))
        ).all()
        return StaffView(
            tuple(
                _row(member, user, clinician, reach.get(member.id, set()))
                for member, user, clinician in work.session.exec(rows).all()
            ),
            tuple((str(p.id), p.name) for p in clinicians),
        )


def _row(
    member: StaffMember, user: User, clinician: Practitioner | None, reach: set[str]
) -> StaffRow:
    return StaffRow(
        id=str(member.id),
        name=member.name,
        email=user.email,
        title=member.title,
        role=member.role,
        boxes=frozenset(Permission(b) for b in member.boxes),
        all_charts=member.all_charts,
        reach=frozenset(reach),
        is_active=member.is_active,
        has_password=user.password_hash is not None,
        short_name=clinician.short_name if clinician else "",
        credentials=clinician.credentials if clinician else "",
    )


# ---------------------------------------------------------------- changing
def add(actor: Actor, command: StaffInput, public_url: str) -> str:
    """Add somebody, and owe the mail with the link by which she chooses a password.

    An assistant begins with nothing but what is ticked. Returns the link; nothing where the person
    has a sign-in already.

    Raises:
        InvalidError: no address, somebody who works here already, or no role.
    """
    with access.open(actor, NEEDS, writes=True, action="staff.add", step_up=True) as work:
        address = checked(command.email)
        user = sign_in.find(work, address)
        if user is None:
            user = User(
                email=address,
                email_index=work.keyring.index(address),
                name=command.name.strip(),
                created_at=work.now,
            )
            work.session.add(user)
            work.session.flush()
        elif work.session.exec(select(StaffMember).where(StaffMember.user_id == user.id)).first():
            raise InvalidError("This person works here already.", field="email")
        member = StaffMember(user_id=user.id, name=command.name.strip(), role=command.role)
        _fill(work, member, command)
        return _invite(work, user, public_url) if user.password_hash is None else ""


def save(actor: Actor, staff: str, command: StaffInput) -> None:
    """Change what somebody is called, does, and reaches; it holds from her next click.

    Raises:
        InvalidError: no role, or the last owner would be none.
    """
    with access.open(
        actor, NEEDS, writes=True, action="staff.save", target=staff, step_up=True
    ) as work:
        member = _find(work, staff)
        if command.role != Role.OWNER.value:
            _keep_an_owner(work, member)
        _fill(work, member, command)


def send_again(actor: Actor, staff: str, public_url: str) -> str:
    """Make another link for somebody who has not chosen a password; the older one ends.

    Raises:
        InvalidError: she has a password.
    """
    with access.open(
        actor, NEEDS, writes=True, action="staff.invite", target=staff, step_up=True
    ) as work:
        user = work.session.get_one(User, _find(work, staff).user_id)
        if user.password_hash is not None:
            raise InvalidError("This person has a password already.")
        return _invite(work, user, public_url)


def let_go(actor: Actor, sessions: Sessions, staff: str) -> None:
    """End somebody's place in the practice, and every session of hers at once.

    Raises:
        InvalidError: the last owner cannot go.
    """
    with access.open(actor, NEEDS, writes=True, action="staff.let_go", target=staff) as work:
        member = _find(work, staff)
        _keep_an_owner(work, member)
        _set_active(work, member, on=False)
        rows = select(UserSession.id).where(
            UserSession.user_id == member.user_id, col(UserSession.revoked_at).is_(None)
        )
        open_ones = list(work.session.exec(rows).all())
        user = work.session.get_one(User, member.user_id)
        if user.password_hash is None:
            _end_links(work, user)
    for session_id in open_ones:
        sessions.end(session_id)


def take_back(actor: Actor, staff: str) -> None:
    """Give somebody her place in the practice again."""
    with access.open(
        actor, NEEDS, writes=True, action="staff.take_back", target=staff, step_up=True
    ) as work:
        _set_active(work, _find(work, staff), on=True)


def _set_active(work: Work, member: StaffMember, *, on: bool) -> None:
    member.is_active = on
    work.session.add(member)
    if member.practitioner_id:
        clinician = work.session.get_one(Practitioner, member.practitioner_id)
        clinician.is_active = on
        work.session.add(clinician)


def _find(work: Work, staff: str) -> StaffMember:
    try:
        found = work.session.get(StaffMember, UUID(staff))
    except ValueError:
        found = None
    if found is None:
        raise NotFoundError
    return found


def _keep_an_owner(work: Work, member: StaffMember) -> None:
    others = select(func.count()).select_from(StaffMember)
    others = others.where(
        StaffMember.role == Role.OWNER.value,
        col(StaffMember.is_active),
        col(StaffMember.id) != member.id,
    )
    if member.role == Role.OWNER and member.is_active and not work.session.exec(others).one():
        raise InvalidError(LAST_OWNER, field="role")


def _fill(work: Work, member: StaffMember, command: StaffInput) -> None:
    try:
        role = Role(command.role)
    except ValueError:
        raise InvalidError("Choose what this person does.", field="role") from None
    member.name, member.title, member.role = command.name.strip(), command.title.strip(), role.value
    assistant = role is Role.ASSISTANT
    member.boxes = sorted(b.value for b in BOXES.intersection(command.boxes)) if assistant else []
    member.all_charts = command.all_charts
    work.session.add(member)
    work.session.flush()
    if role.value in CLINICAL:
        _clinician(work, member, command)
    _set_reach(work, member, command.reach)


def _clinician(work: Work, member: StaffMember, command: StaffInput) -> None:
    """Keep the clinician behind the member: what patients read of her."""
    row = (
        work.session.get_one(Practitioner, member.practitioner_id)
        if member.practitioner_id
        else None
    )
    if row is None:
        if member.role == Role.OWNER and not command.short_name:
            return  # an owner who sees no patients
        row = Practitioner(name=member.name, short_name="")
    row.name = member.name
    row.short_name = command.short_name.strip() or row.short_name or member.name
    row.credentials = command.credentials.strip()
    work.session.add(row)
    work.session.flush()
    member.practitioner_id = row.id
    work.session.add(member)


def _set_reach(work: Work, member: StaffMember, reach: list[str]) -> None:
    known = {str(p.id): p.id for p in work.session.exec(select(Practitioner)).all()}
    wanted: set[PractitionerId] = {known[key] for key in reach if key in known}
    rows = select(StaffReach).where(StaffReach.staff_id == member.id)
    held = {r.practitioner_id: r for r in work.session.exec(rows).all()}
    for key, row in held.items():
        if key not in wanted:
            work.session.delete(row)
    for key in wanted - set(held):
        work.session.add(StaffReach(staff_id=member.id, practitioner_id=key))


# ---------------------------------------------------------------- the link
def _invite(work: Work, user: User, public_url: str) -> str:
    _end_links(work, user)
    token = crypto.token()
    row = PasswordReset(
        token_hash=crypto.hashed(token),
        user_id=user.id,
        created_at=work.now,
        expires_at=work.now + LASTS,
    )
    work.session.add(row)
    work.session.flush()
    name = f"{work.practice.name} {work.practice.name_second_line}".strip()
    link = f"{public_url}/reset/{token}"
    text = mail_words.notice(
        f"You have a place in the practice console of {name}.",
        "Choose your password here. The link works once, for 7 days",
        link,
    )
    subject = "Your place in the practice console"
    security_mail.tell(
        work, str(row.id), user.email, subject, text, public_url, kind=security_mail.RESET
    )
    return link


def _end_links(work: Work, user: User) -> None:
    rows = select(PasswordReset).where(
        PasswordReset.user_id == user.id,
        col(PasswordReset.used_at).is_(None),
        col(PasswordReset.revoked_at).is_(None),
    )
    for row in work.session.exec(rows).all():
        row.revoked_at = work.now
        work.session.add(row)
