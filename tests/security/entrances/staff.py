"""Who works in the practice, and what it is called; only its owner decides."""

from concurrent.futures import ThreadPoolExecutor

from sqlmodel import select

from portal_app.data.models import PasswordReset, StaffMember
from portal_app.data.schemas.profile import ProfileInput
from portal_app.data.schemas.staff import StaffInput
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import profile, staff
from tests.security.actors import OWNER
from tests.security.entrances.family import proved
from tests.world import URL, World

WRITTEN = (StaffMember, PasswordReset)
NEW = StaffInput(name="New", email="new@test.example", role="assistant")


def member(name: str) -> str:
    """Give the id of somebody of the practice."""
    with open_system("look", writes=False) as work:
        rows = select(StaffMember.id).where(StaffMember.name == name)
        return str(work.session.exec(rows).one())


class Invited:
    """Somebody who was added and has no password yet."""

    def __init__(self, world: World) -> None:
        proved()
        staff.add(world["owner"], NEW, URL)
        self.id = member("New")


def _let_go(actor: Actor) -> None:
    staff.let_go(actor, Sessions(ThreadPoolExecutor(1)), member("Biller"))


class Proved:
    """Everybody has given her password a moment ago."""

    def __init__(self, _: World) -> None:
        proved()


STAGED = {"staff.send_again": Invited, "staff.": Proved}
PROFILE = ProfileInput(name="P", crisis_line="988", emergency_number="911")
ACTIONS = {
    "profile.save": (OWNER, lambda a, *_: profile.save(a, PROFILE)),
    "staff.add": (OWNER, lambda a, *_: staff.add(a, NEW, URL)),
    "staff.save": (OWNER, lambda a, *_: staff.save(a, member("Biller"), NEW)),
    "staff.send_again": (OWNER, lambda a, _, s: staff.send_again(a, s.of(Invited).id, URL)),
    "staff.let_go": (OWNER, lambda a, *_: _let_go(a)),
    "staff.take_back": (OWNER, lambda a, *_: staff.take_back(a, member("Biller"))),
}
ROUTES = {"everybody of the practice": (OWNER, lambda a, *_: staff.view(a))}
