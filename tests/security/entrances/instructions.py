"""Instructions of Alice's chart with Dr. Own."""

from functools import cached_property

from portal_app.data.models import Instruction, InstructionMark, InstructionVersion
from portal_app.data.schemas.instructions import InstructionInput
from portal_app.integrations import pdf
from portal_app.services.instructions import reading, writing
from tests.security.actors import PLANNERS, READERS
from tests.world import URL, World

A = "alice"
WRITTEN = (Instruction, InstructionVersion, InstructionMark)
WORDS = InstructionInput(title="canary7f3a plan", text="canary7f3a text", steps="One\nTwo")


class Notes:
    """A note that is shared, and the draft of another."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shared = writing.share(world["own"], world.charts[A], "", WORDS, URL)

    @cached_property
    def draft(self) -> str:
        """A note that nobody has shared."""
        return writing.save_draft(self.world["own"], self.world.charts[A], "", WORDS)


STAGED = {"instructions.": Notes, "GET /pdf/instructions": Notes}
SECTIONS = {
    "/portal/{chart}/instructions": (READERS, {"chart": lambda w, _: w.charts[A]}),
    "/portal/{chart}/instructions/{note_id}": (
        READERS,
        {"chart": lambda w, _: w.charts[A], "note_id": lambda _, s: s.of(Notes).shared},
    ),
}
ACTIONS = {
    "instructions.reading.mark_read": (
        READERS,
        lambda a, w, s: reading.mark_read(a, w.charts[A], s.of(Notes).shared, 1),
    ),
    "instructions.reading.tick": (
        READERS,
        lambda a, w, s: reading.tick(a, w.charts[A], s.of(Notes).shared, 1, 0, done=True),
    ),
    "instructions.writing.shared": (PLANNERS, lambda a, w, _: writing.shared(a, w.charts[A])),
    "instructions.writing.open_note": (
        PLANNERS,
        lambda a, w, s: writing.open_note(a, w.charts[A], s.of(Notes).shared),
    ),
    "instructions.writing.save_draft": (
        PLANNERS,
        lambda a, w, s: writing.save_draft(a, w.charts[A], s.of(Notes).shared, WORDS),
    ),
    "instructions.writing.share": (
        PLANNERS,
        lambda a, w, s: writing.share(a, w.charts[A], s.of(Notes).shared, WORDS, URL),
    ),
    "instructions.writing.set_shown": (
        PLANNERS,
        lambda a, w, s: writing.set_shown(a, w.charts[A], s.of(Notes).shared, shown=False),
    ),
    "instructions.writing.discard": (
        PLANNERS,
        lambda a, w, s: writing.discard(a, w.charts[A], s.of(Notes).shared),
    ),
}


def _download(a, w, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    try:
        return reading.as_pdf(a, w.charts[A], s.of(Notes).shared)
    finally:
        pdf.stop()


ROUTES = {"GET /pdf/instructions/{chart}/{note}": (READERS, _download)}
