"""Backups, keys and health: the owner's alone."""

from sqlmodel import select

from portal_app.data.models import UserSession
from portal_app.security.system import open_system
from portal_app.services.upkeep import backup, desk
from tests.security.actors import OWNER
from tests.world import World


class Kept:
    """A backup that is there, and people who have just given their passwords."""

    def __init__(self, world: World) -> None:
        self.name = backup.make(world.foundation.settings).file
        with open_system("passwords are given") as work:
            for row in work.session.exec(select(UserSession)).all():
                row.step_up_at = work.now


STAGED = {"GET /practice-backups/{name}": Kept, "upkeep.desk.": Kept}
SECTIONS = {
    "/practice/settings/backup": (OWNER, {}),
    "/practice/settings/security": (OWNER, {}),
    "/practice/settings/set-up": (OWNER, {}),
}
ACTIONS = {
    "upkeep.desk.back_up": (OWNER, lambda a, _w, _s: desk.back_up(a)),
    "upkeep.desk.choose": (OWNER, lambda a, _, s: desk.choose(a, s.of(Kept).name)),
    "upkeep.desk.examine": (OWNER, lambda a, _w, _s: desk.examine(a)),
    "upkeep.desk.new_recovery_key": (OWNER, lambda a, _w, _s: desk.new_recovery_key(a)),
    "upkeep.desk.verify_log": (OWNER, lambda a, _w, _s: desk.verify_log(a)),
}
ROUTES = {
    "GET /practice-backups/{name}": (OWNER, lambda a, _, s: desk.download(a, s.of(Kept).name)),
}
