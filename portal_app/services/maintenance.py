"""What is done from the console of the machine."""

from email_validator import EmailNotValidError, validate_email
from sqlmodel import select

from portal_app.data.models import Practice, Practitioner, StaffMember, User
from portal_app.rules import passwords as password_rule
from portal_app.rules.access import Role
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import PORTAL
from portal_app.security import audit, passwords
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.documents.starter import lay_starter_pack


def create_practice() -> None:
    """Make the practice's row with defaults that can be changed on screen."""
    with open_system("the practice is made", logged=True) as work:
        _add_practice(work)


def _add_practice(work: Work) -> None:
    if work.session.get(Practice, 1) is None:
        ceiling = sorted(p.value for p in PORTAL)
        work.session.add(
            Practice(name="Our practice", portal_ceiling=ceiling, chart_defaults=ceiling)
        )
        lay_starter_pack(work)


def checked_owner(email: str, name: str, password: str | None = None) -> str:
    """Check what an owner is made from; returns the address as it is kept.

    Raises:
        InvalidError: a bad address, no name, or a weak password.
    """
    try:
        address = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise InvalidError(f"{email} is not an email address.") from error
    if not name.strip():
        raise InvalidError("Give the owner’s name, as patients see it.")
    if password is not None:
        fault = password_rule.fault(
            password, second_step=False, common=passwords.common(), about=(name, address)
        )
        if fault:
            raise InvalidError(fault)
    return address


def create_owner(email: str, name: str, password: str, *, first: bool = False) -> None:
    """Make a clinician who owns the practice, and the practice where there is none.

    Args:
        email: the owner's address.
        name: the owner's name, as patients see it.
        password: the owner's password.
        first: refuse where there is an owner already.

    Raises:
        InvalidError: a bad address, no name, a weak password, or the address is taken.
        NotFoundError: there is an owner already, and this was to be the first.
    """
    address, name = checked_owner(email, name, password), name.strip()
    with open_system("the owner is made", logged=True) as work:
        _add_practice(work)
        owners = select(StaffMember.id).where(StaffMember.role == Role.OWNER)
        if first and work.session.exec(owners).first() is not None:
            raise NotFoundError
        index = work.keyring.index(address)
        if work.session.exec(select(User).where(User.email_index == index)).first():
            raise InvalidError(f"{address} has a sign-in already.")
        stored = passwords.hash_password(password, work.keyring)
        user = User(email=address, email_index=index, name=name, password_hash=stored)
        clinician = Practitioner(name=name, short_name=name)
        work.session.add_all([user, clinician])
        work.session.flush()
        member = StaffMember(
            user_id=user.id, name=name, role=Role.OWNER, practitioner_id=clinician.id
        )
        work.session.add(member)


def verify_log() -> tuple[int, int | None]:
    """Verify the access log; (rows, first broken row or ``None``)."""
    with open_system("the access log is verified", writes=False) as work:
        return audit.broken_at(work.session, work.keyring)
