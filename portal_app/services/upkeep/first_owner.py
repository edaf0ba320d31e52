"""The owner of a new practice, made behind a link that the console of the machine prints once."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sqlmodel import select

from portal_app.data.models import Practice, StaffMember, User
from portal_app.rules.access import Role
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.security import access, crypto
from portal_app.security.access import Work
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import maintenance, sign_in
from portal_app.services.sign_in import Credentials

LASTS = timedelta(minutes=30)
FIRST_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)


class _Link:
    """The newest link; it lives as long as the process, and a start prints another."""

    digest: bytes | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class FirstView:
    """What the page behind the link shows."""

    zones: tuple[str, ...]


@dataclass(frozen=True)
class First:
    """What was typed behind the link."""

    practice: str
    zone: str
    name: str
    email: str
    password: str
    ip: str
    agent: str


def is_missing() -> bool:
    """Whether the practice has no owner yet."""
    with open_system("the owner is looked for", writes=False) as work:
        return not _owner(work)


def _owner(work: Work) -> bool:
    rows = select(StaffMember.id).where(StaffMember.role == Role.OWNER)
    return work.session.exec(rows).first() is not None


def new_link() -> str:
    """Make the link's secret; it works once, for 30 minutes, and ends any before it."""
    token = crypto.token()
    _Link.digest, _Link.until = crypto.hashed(token), access.now() + LASTS
    return token


def look(link: str) -> FirstView:
    """Show what is asked.

    Raises:
        NotFoundError: another link, too late, or there is an owner already.
    """
    fits = _Link.digest and hmac.compare_digest(_Link.digest, crypto.hashed(link))
    if not fits or _Link.until is None or access.now() >= _Link.until or not is_missing():
        raise NotFoundError
    others = sorted(available_timezones() - set(FIRST_ZONES))
    return FirstView((*FIRST_ZONES, *(zone for zone in others if "/" in zone)))


def make(sessions: Sessions, link: str, typed: First) -> str:
    """Make the practice and its owner, and begin her session.

    Raises:
        NotFoundError: the link does not work (any more).
        InvalidError: something that was typed.
    """
    look(link)
    if not typed.practice.strip():
        raise InvalidError("Give the practice’s name.")
    if typed.zone not in available_timezones():
        raise InvalidError("Choose a time zone.")
    maintenance.create_owner(typed.email, typed.name, typed.password, first=True)
    _Link.digest = None
    with open_system("the practice is named", logged=True) as work:
        practice = work.session.get_one(Practice, 1)
        practice.name, practice.zone = typed.practice.strip()[:80], ZoneInfo(typed.zone).key
        work.session.add(practice)
        index = work.keyring.index(typed.email)
        user = work.session.exec(select(User).where(User.email_index == index)).one()
    known = Credentials(email=typed.email, password="", ip=typed.ip, agent=typed.agent)
    return sign_in.enter(sessions, user, known)
