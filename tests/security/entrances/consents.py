"""Consents of Alice's chart with Dr. Own."""

from functools import cached_property

from portal_app.data.models import ConsentEvent, ConsentSignature, DisclosureAcceptance
from portal_app.data.schemas.consents import ConsentInput, SignInput
from portal_app.services.documents.consents import (
    checking,
    definitions,
    desk,
    ending,
    showing,
    signing,
)
from tests.consent_world import assign, blank, data_of, define, sign, view, wish
from tests.security.actors import ACTORS, READERS
from tests.world import World

A = "alice"
WRITTEN = (ConsentEvent, ConsentSignature, DisclosureAcceptance)
DESK = {"owner", "own", "desk"}
"""Who of the practice works with forms within reach of Dr. Own."""
INPUT = ConsentInput(title="canary7f3a", markdown="Words.")


class Consents:
    """One that waits, one that is signed, one that waits for the clinician."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.definition = define(world, countersign=True)
        self.waiting = assign(world, self.definition)
        shown = view(world, self.waiting)
        view(world, self.waiting, "bob")
        self.file, self.wish = shown.file, wish(shown)
        self.signed = assign(world, self.definition)
        self.copy = sign(world, self.signed).signed_file
        self.uploaded = definitions.upload(world["owner"], "a.pdf", blank(), INPUT)

    @cached_property
    def data(self) -> bytes:
        """The signed file."""
        return data_of(self.world, self.copy)

    def command(self) -> SignInput:
        """What the page sends."""
        return self.wish


STAGED = {
    "documents.consents.": Consents,
    "GET /files/{file_id}, consent": Consents,
    "GET /files/{file_id}, signed consent": Consents,
    "POST /verify": Consents,
    "a signed copy": Consents,
    "a consent to edit": Consents,
}
SECTIONS = {
    "/portal/{chart}/documents/{document}": (
        READERS,
        {"chart": lambda w, _: w.charts[A], "document": lambda _, s: s.of(Consents).waiting},
    ),
}
ACTIONS = {
    "documents.consents.signing.sign": (
        READERS,
        lambda a, w, s: signing.sign(
            a, w.charts[A], s.of(Consents).waiting, s.of(Consents).command()
        ),
    ),
    "documents.consents.ending.decline": (
        READERS,
        lambda a, w, s: ending.decline(a, w.charts[A], s.of(Consents).waiting, "no"),
    ),
    "documents.consents.ending.withdraw": (
        {"alice"},
        lambda a, w, s: ending.withdraw(a, w.charts[A], s.of(Consents).signed, "no"),
    ),
    "documents.consents.showing.mark_read": (
        READERS,
        lambda a, w, s: showing.mark_read(a, w.charts[A], s.of(Consents).waiting),
    ),
    "documents.consents.signing.counter_sign": (
        {"own"},
        lambda a, w, s: signing.counter_sign(a, w.charts[A], s.of(Consents).signed),
    ),
    "documents.consents.desk.acknowledge": (
        DESK,
        lambda a, w, s: desk.acknowledge(a, w.charts[A], s.of(Consents).signed),
    ),
    "documents.consents.definitions.write": (
        DESK | {"other"},
        lambda a, _, s: definitions.write(a, INPUT, s.of(Consents).definition),
    ),
    "documents.consents.definitions.change_terms": (
        DESK | {"other"},
        lambda a, _, s: definitions.change_terms(a, INPUT, s.of(Consents).uploaded),
    ),
    "documents.consents.definitions.retire": (
        DESK | {"other"},
        lambda a, _, s: definitions.retire(a, s.of(Consents).definition),
    ),
}
ROUTES = {
    "GET /files/{file_id}, consent": (
        READERS | DESK,
        lambda a, w, s: data_of(w, s.of(Consents).file, _name(w, a)),
    ),
    "GET /files/{file_id}, signed consent": (
        READERS | DESK,
        lambda a, w, s: data_of(w, s.of(Consents).copy, _name(w, a)),
    ),
    "POST /practice-consents": (
        DESK | {"other"},
        lambda a, *_: definitions.upload(a, "a.pdf", blank(), ConsentInput()),
    ),
    # whoever holds a file may ask whether it is genuine
    "POST /verify": (
        set(ACTORS),
        lambda _a, _w, s: checking.check(s.of(Consents).data, "192.0.2.1"),
    ),
    "a signed copy": (
        DESK,
        lambda a, w, s: desk.signed_copy(a, w.charts[A], s.of(Consents).signed),
    ),
    "consents to assign": (DESK | {"other"}, lambda a, *_: definitions.consents(a)),
    "a consent to edit": (
        DESK | {"other"},
        lambda a, _, s: definitions.source(a, s.of(Consents).definition),
    ),
}


def _name(world: World, actor: object) -> str:
    return next(name for name, known in world.actors.items() if known == actor)
