"""A list of notes, and one note as the patient reads it."""

from collections.abc import Callable, Sequence

from portal_app.components.button import Button, icon_link
from portal_app.components.controls import CheckControl
from portal_app.components.icons import icon_svg
from portal_app.components.markdown import markdown
from portal_app.components.note import note
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag
from portal_app.components.text import h1, h2
from portal_app.data.schemas.instructions import NoteRow, NoteView, Step
from portal_app.rules.when import Wall

HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}


class NoteList:
    """The notes as one element that changes in place."""

    def __init__(self, address: Callable[[str], str]) -> None:
        """Create it empty."""
        self._address = address
        self._box = Tag("nav", "lw-panel lw-notes", aria_label="Shared notes")

    def fill(self, rows: Sequence[NoteRow], wall: Wall, *, opened: str = "") -> None:
        """Show these notes; the open one is marked."""
        items = [self._row(r, wall, current=r.id == opened) for r in rows]
        self._box.set_html(fragment("ul", "", *items)).show(on=bool(rows))

    def _row(self, row: NoteRow, wall: Wall, *, current: bool) -> Safe:
        fresh = row.is_new and not current
        dot = join(fragment("span", "lw-dot"), " ") if fresh else Safe()
        title = fragment(
            "a",
            "lw-t",
            dot,
            row.title,
            href=self._address(row.id),
            aria_current="true" if current else None,
            aria_label=f"New: {row.title}" if fresh else None,
        )
        meta = fragment("p", "lw-m", f"{row.author}, {wall.calendar_day(row.shared_at)}")
        cls = "lw-row lw-on" if current else "lw-row"
        return fragment("li", cls, fragment("div", "lw-grow", title, meta))


class NoteBody:
    """One note: its words, its steps, and that it was read."""

    def __init__(
        self,
        view: NoteView,
        wall: Wall,
        *,
        pdf: str,
        versions: Callable[[int], str],
        on_read: Handler,
        on_tick: Callable[[int, bool], object],
    ) -> None:
        """Draw it.

        Args:
            view: the note.
            wall: the practice's clock.
            pdf: address of the note as a PDF.
            versions: address of an older version; of the newest for its own number.
            on_read: called when the person says that she has read it.
            on_tick: called with the number of a step and whether it is done.
        """
        self._wall, self._on_tick = wall, on_tick
        with Tag("article", "lw-read lw-note1"):
            with Tag("div", "lw-between lw-note-h"):
                with Tag("div"):
                    h1(view.title, "lw-note-t")
                    shared = f"Shared by {view.author} on {wall.calendar_day(view.shared_at)}"
                    Tag("p", "lw-by1", shared)
                with Tag("div", "lw-note-acts"):
                    Tag(
                        "button",
                        "lw-iconbtn",
                        html=icon_svg("printer"),
                        type_="button",
                        aria_label="Print this note",
                        title="Print this note",
                        data_lw_print=True,
                    )
                    icon_link("download", "Download this note as PDF", pdf).set(download=True)
            if view.version != view.newest:
                note("This is an older version.", "warn")
                Tag("p", "", html=fragment("a", "", "Show the newest", href=versions(view.newest)))
            Tag("div", "", html=markdown(view.text, HEADINGS))
            if view.steps:
                h2("Steps")
                self._steps = {s.number: self._step(s, view) for s in view.steps}
            if view.asks:
                self._asked(view, on_read)
            if view.version > 1 and view.version == view.newest:
                earlier = [
                    fragment("li", "", fragment("a", "", f"Version {n}", href=versions(n)))
                    for n in range(view.version - 1, max(0, view.version - 6), -1)
                ]
                body = join(
                    fragment("summary", "", "Earlier versions"), fragment("ul", "", *earlier)
                )
                Tag("details", "lw-older", html=body)

    def _step(self, step: Step, view: NoteView) -> Tag:
        with Tag("div", "lw-step"):
            with Tag("label", "lw-check"):
                box = CheckControl(
                    value=bool(step.done_by), on_change=lambda on: self._on_tick(step.number, on)
                )
                box.set(disabled=view.version != view.newest or self._others(step))
                Tag("span", "", step.words)
            return Tag("p", "lw-m", self._done(step))

    @staticmethod
    def _others(step: Step) -> bool:
        return bool(step.done_by) and not step.is_own

    def _done(self, step: Step) -> str:
        if step.done_at is None:
            return ""
        return f"Done by {step.done_by}, {self._wall.full(step.done_at)}"

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Say anew who has done which step."""
        for step in steps:
            self._steps[step.number].set_text(self._done(step))

    def _asked(self, view: NoteView, on_read: Handler) -> None:
        with Tag("div", "lw-asked"):
            self._said = Tag("p", "lw-soft", role="status")
            self._button = Button("I have read this", on_read, icon="check")
        self.show_read(view)

    def show_read(self, view: NoteView) -> None:
        """Show that it was said, or the button that says it."""
        self._button.show(on=view.read_at is None)
        words = f"You read this, {self._wall.full(view.read_at)}." if view.read_at else ""
        self._said.set_text(words or "Your clinician asks you to confirm that you have read this.")
