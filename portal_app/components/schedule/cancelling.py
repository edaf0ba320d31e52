"""The question before a visit is cancelled."""

from datetime import datetime

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.note import note, note_html
from portal_app.components.schedule.words import cancel_words, wall
from portal_app.components.tag import Handler, Tag
from portal_app.data.schemas.schedule import VisitRow

REASON_MOST = 500


class CancelDialog:
    """Asks for one visit at a time; it closes when the practice's database has it."""

    def __init__(self, on_cancel: Handler) -> None:
        """Create it closed; `on_cancel` is given the visit's id and the reason."""
        self._visit, self._on_cancel = "", on_cancel
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
            self._button = Button("Cancel visit", kind="danger")
            Button("Keep visit", kind="sec", data_lw_close=True)
        self._button.on(
            "click", self._pressed, js_handler="() => emit(" + self._reason.reader + ")"
        )

    def ask(self, row: VisitRow, now: datetime) -> None:
        """Open it for a visit."""
        self._visit = row.id
        self._what.set_text(f"{row.title} with {row.clinician}")
        self._when.set_text(wall(row.zone, now).day_and_clock(row.starts_at))
        self._means.set_text(cancel_words(row, now))
        self._reason.value = ""
        self._error.show(on=False)
        self._box.open()

    def refuse(self, message: str) -> None:
        """Say why it was not cancelled; the reason that was typed stays."""
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
        visit, self._visit = self._visit, ""
        if not visit:
            return
        with self._button.busy("Cancelling"):
            done = await self._on_cancel(visit, reason)
        self._visit = "" if done else visit
