"""Documents: who fills them in, and who of the practice reads them."""

from datetime import date
from functools import cached_property
from typing import Any

from portal_app.data.models import DocumentAlert, DocumentAssignment, DocumentResponse, StoredFile
from portal_app.data.schemas.papers import AssignInput, ReturnInput
from portal_app.services import files
from portal_app.services.documents import (
    alerts,
    assigning,
    filling,
    reviewing,
    score_files,
    uploads,
)
from tests.papers_world import answer, ask, define, links, send
from tests.security.actors import PLANNERS, READERS
from tests.world import URL, World, picture

A = "alice"
PNG = picture()
FORMS = PLANNERS
"""Who may handle the documents of Dr. Own's charts: the owner, he himself, the front desk."""
WRITTEN = (DocumentAssignment, DocumentResponse, DocumentAlert, StoredFile)


class Papers:
    """A form that waits, one that is ready, one that was sent and has to be looked at, a file."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.definition = define()
        self.waits = ask(world, self.definition)
        self.repeats = ask(world, self.definition, every="P4W")
        self.ready = ask(world, self.definition)
        answer(world, self.ready, [0] * 9)
        self.sent = ask(world, self.definition)
        answer(world, self.sent, [0] * 8 + [1])
        send(world, self.sent, press="sent")

    @cached_property
    def corrected(self) -> str:
        """A document whose correction has been begun."""
        filling.correct(self.world[A], self.world.charts[A], self.sent)
        return self.sent

    @cached_property
    def file(self) -> str:
        """A file from Alice."""
        store, chart = self.world.foundation.store, self.world.charts[A]
        uploads.add(store, self.world[A], chart, "scan.png", PNG)
        return filling.overview(self.world[A], chart).uploads[0].id

    def assign(self) -> AssignInput:
        """A wish for one more."""
        return AssignInput(definition=self.definition, due_on=date(2026, 12, 24))


def _of(scene: Any) -> Papers:
    return scene.of(Papers)  # type: ignore[no-any-return]


class Begun(Papers):
    """The same, with a correction that has been begun, and a file."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        assert self.corrected
        assert self.file


SECTIONS: dict[str, Any] = {
    "/portal/{chart}/documents": (READERS, {"chart": lambda w, _: w.charts[A]}),
    "/portal/{chart}/documents/{document}": (
        READERS,
        {"chart": lambda w, _: w.charts[A], "document": lambda _, s: _of(s).waits},
    ),
    "/practice/patients/{chart}/documents/{document}": (
        FORMS,
        {"chart": lambda w, _: w.charts[A], "document": lambda _, s: _of(s).sent},
    ),
}
ACTIONS: dict[str, Any] = {
    "documents.filling.save_answer": (
        READERS,
        lambda a, w, s: filling.save_answer(a, w.charts[A], _of(s).waits, links()[0], ()),
    ),
    "documents.filling.submit": (
        READERS,
        lambda a, w, s: filling.submit(a, w.charts[A], _of(s).ready, "press"),
    ),
    "documents.filling.correct": (
        READERS,
        lambda a, w, s: filling.correct(a, w.charts[A], _of(s).sent),
    ),
    "documents.filling.drop_correction": (
        READERS,
        lambda a, w, s: filling.drop_correction(a, w.charts[A], s.of(Begun).sent),
    ),
    "documents.reviewing.of_chart": (FORMS, lambda a, w, _: reviewing.of_chart(a, w.charts[A])),
    "documents.reviewing.review": (
        FORMS,
        lambda a, w, s: reviewing.review(a, w.charts[A], _of(s).sent),
    ),
    "documents.reviewing.give_back": (
        FORMS,
        lambda a, w, s: reviewing.give_back(
            a, w.charts[A], _of(s).sent, ReturnInput(note="x"), URL
        ),
    ),
    "documents.alerts.mark_seen": (
        FORMS,
        lambda a, w, s: alerts.mark_seen(a, w.charts[A], _of(s).sent),
    ),
    "documents.assigning.assign": (
        FORMS,
        lambda a, w, s: assigning.assign(a, w.charts[A], _of(s).assign(), URL),
    ),
    "documents.assigning.withdraw": (
        FORMS,
        lambda a, w, s: assigning.withdraw(a, w.charts[A], _of(s).waits),
    ),
    "documents.assigning.stop_series": (
        FORMS,
        lambda a, w, s: assigning.stop_series(a, w.charts[A], _of(s).repeats),
    ),
}
ROUTES: dict[str, Any] = {
    "POST /document-uploads/{chart}": (
        READERS,
        lambda a, w, _: uploads.add(w.foundation.store, a, w.charts[A], "a.png", PNG),
    ),
    "GET /scores/{chart}": (READERS, lambda a, w, _: score_files.for_patient(a, w.charts[A])),
    "GET /practice-scores/{chart}": (
        FORMS,
        lambda a, w, _: score_files.for_practice(a, w.charts[A]),
    ),
    "GET /files/{file_id}, from a patient": (
        READERS | FORMS,
        lambda a, w, s: files.download(w.foundation.store, a, s.of(Begun).file),
    ),
    "what waits for review": (
        FORMS | {"other"},
        lambda a, *_: reviewing.waiting(a),
    ),
}
STAGED: dict[str, Any] = {
    "documents.filling.drop_correction": Begun,
    "documents.filling.": Papers,
    "documents.reviewing.": Papers,
    "documents.alerts.": Papers,
    "documents.assigning.": Papers,
    "GET /files/{file_id}, from a patient": Begun,
}
