"""Whose portal is seen, and who is let into it."""

from sqlmodel import select

from portal_app.data.models import Grant, Invitation, PortalView, UserSession
from portal_app.data.schemas.family import (
    AgesInput,
    EndInput,
    GrantInput,
    InviteInput,
    ShareInput,
)
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.security.system import open_system
from portal_app.services.family import grants, rights, seeing, sharing, testing
from tests.security.actors import HERS, HOME, OWNER, ROSTER
from tests.world import URL, World

A = "alice"
WRITTEN = (PortalView, Grant, Invitation)
EDITORS = {"owner", "own", "desk"}
"""Who of the practice changes who Alice is."""
TERMS = {"relationship": "spouse", "basis": "patient", "scopes": [Permission.BILLING_VIEW]}
WHY = EndInput(reason="canary7f3a")
AGES = AgesInput(limited_from=12, ends_at=18, own_from=13)
INVITED = {"name": "Iris", "email": "iris@test.example", "email_again": "iris@test.example"}


def proved() -> None:
    """Let everybody have given her password a moment ago."""
    with open_system("passwords are given") as work:
        for row in work.session.exec(select(UserSession)).all():
            row.step_up_at = work.now
            work.session.add(row)


class Family:
    """Bob's access to Alice, and somebody who was invited."""

    def __init__(self, world: World) -> None:
        proved()
        self.bob = grant_of(world, "bob")
        command = InviteInput.model_validate(TERMS | INVITED)
        grants.invite(world["owner"], world.charts[A], command, URL)
        with open_system("look", writes=False) as work:
            self.invited = str(work.session.exec(select(Invitation.id)).one())


def grant_of(world: World, who: str) -> str:
    """Give the id of somebody's access to Alice."""
    with open_system("look", writes=False) as work:
        found = work.session.exec(select(Grant.id).where(Grant.user_id == world.users[who])).one()
        return str(found)


class Sharing:
    """Alice is grown up; she shares with Bob and has invited somebody."""

    def __init__(self, world: World) -> None:
        proved()
        self.bob = grant_of(world, "bob")
        with open_system("the test's family") as work:
            row = next(g for g in work.session.exec(select(Grant)).all() if str(g.id) == self.bob)
            row.basis = "patient"
            work.session.add(row)
        sharing.share(world["alice"], world.charts[A], WITH, URL)
        with open_system("look", writes=False) as work:
            self.invited = str(work.session.exec(select(Invitation.id)).one())


WITH = ShareInput.model_validate(
    TERMS | {"name": "Ivo", "email": "ivo@test.example", "until": "2027-06-01"}
)
STAGED = {"family.grants.": Family, "family.sharing.": Sharing}
SECTIONS = {"/practice/settings/portal-defaults": (OWNER, {})}
ACTIONS = {
    "family.seeing.start": (ROSTER, lambda a, w, _: seeing.start(a, w.charts[A])),
    "family.seeing.stop": (ROSTER, lambda a, w, _: seeing.stop(a, w.charts[A])),
    "family.testing.create": (EDITORS | {"other"}, lambda a, *_: testing.create(a)),
    "family.grants.view": (EDITORS, lambda a, w, _: grants.view(a, w.charts[A])),
    "family.grants.save": (
        EDITORS,
        lambda a, w, s: grants.save(
            a, w.charts[A], s.of(Family).bob, GrantInput.model_validate(TERMS)
        ),
    ),
    "family.grants.end": (
        EDITORS,
        lambda a, w, s: grants.end(a, w.charts[A], s.of(Family).bob, WHY),
    ),
    "family.grants.invite": (
        EDITORS,
        lambda a, w, _: grants.invite(
            a, w.charts[A], InviteInput.model_validate(TERMS | INVITED), URL
        ),
    ),
    "family.grants.take_back": (
        EDITORS,
        lambda a, w, s: grants.take_back(a, w.charts[A], s.of(Family).invited),
    ),
    "family.grants.block": (EDITORS, lambda a, w, _: grants.block(a, w.charts[A], WHY)),
    "family.grants.unblock": (EDITORS, lambda a, w, _: grants.unblock(a, w.charts[A])),
    "family.sharing.view": (HOME, lambda a, w, _: sharing.view(a, w.charts[A])),
    "family.sharing.share": (HERS, lambda a, w, _: sharing.share(a, w.charts[A], WITH, URL)),
    "family.sharing.stop": (
        HERS,
        lambda a, w, s: sharing.stop(a, w.charts[A], s.of(Sharing).bob, URL),
    ),
    "family.sharing.take_back": (
        HERS,
        lambda a, w, s: sharing.take_back(a, w.charts[A], s.of(Sharing).invited),
    ),
    "family.rights.save": (EDITORS, lambda a, w, _: rights.save(a, w.charts[A], PORTAL)),
    "family.rights.save_defaults": (
        OWNER,
        lambda a, *_: rights.save_defaults(a, PORTAL, PORTAL),
    ),
    "family.rights.save_ages": (OWNER, lambda a, *_: rights.save_ages(a, AGES)),
}
ROUTES = {
    "as whom a portal is seen": (ROSTER, lambda a, w, _: seeing.people(a, w.charts[A])),
}
