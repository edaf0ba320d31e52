"""The question before a visit is cancelled or a request declined."""

from dataclasses import dataclass
from datetime import datetime

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.note import note, note_html
from portal_app.components.schedule.words import cancel_words, wall
from portal_app.components.tag import Handler, Tag
from portal_app.data.schemas.schedule import VisitRow

REASON_MOST = 500


@dataclass(frozen=True)
class Question:
    """What is asked.

    Args:
        what: what it is about.
        when: its day and time.
        means: what follows from it.
        title: the question itself.
        verb: words of the button that acts.
        busy: words of that button while it acts.
        keep: words of the button that leaves all as it is.
    """

    what: str
    when: str
    means: str
    title: str = "Cancel this visit?"
    verb: str = "Cancel visit"
    busy: str = "Cancelling"
    keep: str = "Keep visit"


def cancel_question(row: VisitRow, now: datetime) -> Question:
    """Ask a patient before a visit is cancelled."""
    return Question(
        f"{row.title} with {row.clinician}",
        wall(row.zone, now).day_and_clock(row.starts_at),
        cancel_words(row, now),
    )


class CancelDialog:
    """Asks for one visit at a time; it closes when the practice's database has it.

    Create it beside what is drawn anew, so that a change by somebody else leaves it open.
    """

    def __init__(self, on_act: Handler) -> None:
        """Create it closed; `on_act` is given what was asked about and the reason."""
        self._about, self._busy, self._on_act = "", "", on_act
        self._box = Dialog("Cancel this visit?")
        with self._box.body:
            self._what = Tag("p")
            self._when = Tag("p", "lw-b")
            self._means = Tag("p", "lw-soft lw-after")
            self._reason = Field(
                "Reason", kind="textarea", rows=2, optional=True, most=REASON_MOST, cls="lw-after"
            )
            self._error = note("", "danger", alert=True).show(on=False)
        with self._box.foot:
            self._button = Button("", kind="danger")
            self._keep = Button("", kind="sec", data_lw_close=True)
        self._button.on(
            "click", self._pressed, js_handler="() => emit(" + self._reason.reader + ")"
        )

    def ask(self, about: str, question: Question) -> None:
        """Open it; `about` comes back with the answer."""
        self._about, self._busy = about, question.busy
        self._box.set_title(question.title)
        self._what.set_text(question.what)
        self._when.set_text(question.when)
        self._means.set_text(question.means)
        self._button.set_words(question.verb)
        self._keep.set_words(question.keep)
        self._reason.value = ""
        self._reason.set_error("")
        self._error.show(on=False)
        self._box.open()

    def refuse(self, message: str) -> None:
        """Say why it was not done; the reason that was typed stays."""
        self._error.set_html(note_html(message, "danger"))
        self._error.show(on=True)

    def close(self) -> None:
        """Close it."""
        self._box.close()

    async def _pressed(self, event: object) -> None:
        reason = str(getattr(event, "args", "") or "")
        if len(reason) > REASON_MOST:
            self._reason.set_error(f"Use at most {REASON_MOST} characters.")
            return
        self._reason.set_error("")
        about, self._about = self._about, ""
        if not about:
            return
        with self._button.busy(self._busy):
            done = await self._on_act(about, reason)
        self._about = "" if done else about
