"""Inviting, adding and importing patients."""

from datetime import date

from sqlmodel import select

from portal_app.data.models import Chart, Invitation, PatientImport, Practitioner
from portal_app.data.schemas.invitations import InviteInput
from portal_app.data.schemas.roster import NewPatientInput
from portal_app.security.system import open_system
from portal_app.services import inviting
from portal_app.services.roster import adding, desk
from tests.security.actors import OWNER, PLANNERS
from tests.world import URL, World

WRITTEN = (Chart, Invitation, PatientImport)
DESK = PLANNERS | {"other"}
"""Who of the practice may add patients at all."""
LIST = b"First name,Last name,DOB\nIda,Imhof,2/3/1971\n"


class Lists:
    """A draft, and an import that was done."""

    def __init__(self, world: World) -> None:
        self.draft = desk.upload(world["owner"], "list.csv", LIST)
        self.done = desk.upload(world["owner"], "list.csv", LIST.replace(b"Ida", b"Udo"))
        desk.run_import(world["owner"], self.done, frozenset())


class Letter:
    """A letter that waits for Alice."""

    def __init__(self, world: World) -> None:
        inviting.invite(world["owner"], world.charts["alice"], InviteInput(), URL)


def clinician(name: str) -> str:
    with open_system("look", writes=False) as work:
        rows = select(Practitioner.id).where(Practitioner.name == name)
        return str(work.session.exec(rows).one())


def newcomer(name: str) -> NewPatientInput:
    return NewPatientInput(
        given="Nina", family="Neu", birth_date=date(1990, 2, 3), clinician=clinician(name)
    )


STAGED = {"roster.desk.": Lists, "GET /patient-lists": Lists, "GET /pdf/invitation": Letter}
SECTIONS = {
    "/practice/patients/invitations": (DESK, {}),
    "/practice/patients/import": (OWNER, {}),
    "/practice/patients/import/{key}": (OWNER, {"key": lambda _, s: s.of(Lists).draft}),
}
ACTIONS = {
    "inviting.invite": (
        PLANNERS,
        lambda a, w, _: inviting.invite(a, w.charts["alice"], InviteInput(), URL),
    ),
    "inviting.invite_many": (
        DESK,
        lambda a, w, _: inviting.invite_many(a, [w.charts["alice"]], URL),
    ),
    "inviting.invite_all": (DESK, lambda a, *_: inviting.invite_all(a, URL)),
    "roster.adding.add": (
        DESK,
        lambda a, w, _: adding.add(a, newcomer(_whose(w, a)), URL),
    ),
    "roster.desk.save_plan": (
        OWNER,
        lambda a, _, s: desk.save_plan(
            a, s.of(Lists).draft, {"0": "first_name", "1": "last_name"}, clinician("Dr. Own")
        ),
    ),
    "roster.desk.run_import": (
        OWNER,
        lambda a, _, s: desk.run_import(a, s.of(Lists).draft, frozenset()),
    ),
    "roster.desk.undo": (OWNER, lambda a, _, s: desk.undo(a, s.of(Lists).done)),
    "roster.desk.discard": (OWNER, lambda a, _, s: desk.discard(a, s.of(Lists).draft)),
}
ROUTES = {
    "POST /patient-lists/new": (OWNER, lambda a, *_: desk.upload(a, "a.csv", LIST)),
    "GET /patient-lists/{key}": (OWNER, lambda a, _, s: desk.outcome(a, s.of(Lists).done)),
    "GET /pdf/invitation/{chart}": (
        PLANNERS,
        lambda a, w, s: (s.of(Letter), inviting.letter(a, w.charts["alice"], URL)),
    ),
    "whom to invite": (PLANNERS, lambda a, w, _: inviting.suggested(a, w.charts["alice"])),
    "clinicians of a new patient": (DESK, lambda a, *_: adding.clinicians(a)),
}


def _whose(world: World, actor: object) -> str:
    return "Dr. Other" if actor == world.actors["other"] else "Dr. Own"
