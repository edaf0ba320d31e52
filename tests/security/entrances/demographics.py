"""Who Alice is: what she may change, what waits for the practice, and the photo of her card."""

from sqlmodel import select

from portal_app.data.models import ChangeRequest, Coverage
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.demographics import cards, patient, practice, requests
from tests.security.actors import PLANNERS, READERS
from tests.world import URL, World, picture

A = "alice"
WRITTEN = (ChangeRequest, Coverage)
TYPED = {"preferred": ("", "canary7f3a")}


class Changes:
    """A change of Alice's that waits, and a photo of her card."""

    def __init__(self, world: World) -> None:
        typed = {"coverage.1.payer": ("", "canary7f3a payer")}
        patient.save(world[A], world.charts[A], typed)
        with open_system("look", writes=False) as work:
            self.waiting = work.session.exec(select(ChangeRequest.public_id)).one()

        where = (world.charts[A], 1, "front")
        self.photo = cards.add(world.foundation.store, world[A], *where, "card.png", picture())


STAGED = {"demographics.": Changes, "GET /files/{file_id}, a card": Changes}
SECTIONS = {
    "/portal/{chart}/demographics": (READERS, {"chart": lambda w, _: w.charts[A]}),
    "/practice/patients/{chart}/demographics": (PLANNERS, {"chart": lambda w, _: w.charts[A]}),
}
ACTIONS = {
    "demographics.patient.info": (READERS, lambda a, w, _: patient.info(a, w.charts[A])),
    "demographics.patient.save_draft": (
        READERS,
        lambda a, w, _: patient.save_draft(a, w.charts[A], TYPED),
    ),
    "demographics.patient.save": (READERS, lambda a, w, _: patient.save(a, w.charts[A], TYPED)),
    "demographics.requests.withdraw": (
        READERS,
        lambda a, w, s: requests.withdraw(a, w.charts[A], s.of(Changes).waiting),
    ),
    "demographics.practice.save_draft": (
        PLANNERS,
        lambda a, w, _: practice.save_draft(a, w.charts[A], TYPED),
    ),
    "demographics.practice.save_for_practice": (
        PLANNERS,
        lambda a, w, _: practice.save_for_practice(a, w.charts[A], TYPED),
    ),
    "demographics.requests.accept": (
        PLANNERS,
        lambda a, w, s: requests.accept(a, w.charts[A], s.of(Changes).waiting, "", URL),
    ),
    "demographics.requests.decline": (
        PLANNERS,
        lambda a, w, s: requests.decline(a, w.charts[A], s.of(Changes).waiting, "x", URL),
    ),
}
ROUTES = {
    "GET /files/{file_id}, a card": (
        READERS | PLANNERS,
        lambda a, w, s: files.download(w.foundation.store, a, s.of(Changes).photo),
    ),
    "POST /cards/{chart}/{place}/{side}": (
        READERS,
        lambda a, w, _: cards.add(
            w.foundation.store, a, w.charts[A], 1, "back", "b.png", picture()
        ),
    ),
    "POST /practice-cards/{chart}/{place}/{side}": (
        PLANNERS,
        lambda a, w, _: cards.add_for_practice(
            w.foundation.store, a, w.charts[A], 1, "back", "b.png", picture()
        ),
    ),
}
