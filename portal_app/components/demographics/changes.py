"""Changes of who a patient is: what waits, what was decided, and the list of them all."""

from collections.abc import Awaitable, Callable, Sequence

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.icons import icon_svg
from portal_app.components.note import note, note_html
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag
from portal_app.data.schemas.demographics import ChangeView
from portal_app.rules.demographics import State
from portal_app.rules.when import Wall

REASON_MOST = 500
NOTHING = "nothing"
SOURCES = {"portal": "", "practice": ""}
"""Where most changes come from, which the name of whoever made it tells already."""


def waits_html(change: ChangeView, practice: str) -> Safe:
    """Say beside a field what waits, or why it stayed as it was."""
    if change.state == State.PENDING:
        words = f"Waiting for {practice} to check: “{change.new or NOTHING}”"
        return join(icon_svg("clock", "s"), fragment("span", "", words))
    words = f"{practice} kept what was here instead of “{change.new or NOTHING}”: {change.reason}"
    return join(icon_svg("info", "s"), fragment("span", "", words))


def diff_html(old: str, new: str) -> Safe:
    """Write an old and a new value side by side, for eyes and for screen readers."""
    return fragment(
        "span",
        "lw-diff",
        fragment("span", "lw-sr", "from "),
        fragment("del", "", old or NOTHING),
        icon_svg("chevron-right", "s"),
        fragment("span", "lw-sr", " to "),
        fragment("ins", "", new or NOTHING),
    )


def history_html(changes: Sequence[ChangeView], wall: Wall) -> Safe:
    """List changes, the newest first."""
    return join(*(fragment("li", "", _line(change, wall)) for change in changes))


def _line(change: ChangeView, wall: Wall) -> Safe:
    by = f"{change.by}, " if change.by else ""
    source = SOURCES.get(change.source, f" ({change.source})")
    words = f"{by}{wall.full(change.at)}{source}. {_fate(change)}".strip()
    return join(
        fragment("b", "", change.label),
        " ",
        diff_html(change.old, change.new),
        fragment("p", "lw-muted lw-s14", words),
    )


def _fate(change: ChangeView) -> str:
    match change.state:
        case State.ACCEPTED:
            return f"Accepted by {change.decided_by}."
        case State.DECLINED:
            return f"Not accepted by {change.decided_by}: {change.reason}"
        case State.WITHDRAWN:
            return "Taken back."
        case State.REPLACED:
            return "Replaced by a newer change."
        case _:
            return ""


class History(Tag):
    """The list of changes, closed at first."""

    def __init__(self) -> None:
        """Create it empty."""
        super().__init__("details", "lw-history")

    def fill(self, changes: Sequence[ChangeView], wall: Wall) -> None:
        """Show these changes."""
        self.show(on=bool(changes))
        self.set_html(
            join(
                fragment("summary", "", "History of changes"),
                fragment("ul", "", history_html(changes, wall)),
            )
        )


class Decisions(Tag):
    """What waits for the practice: each with old, new, and the two buttons."""

    def __init__(
        self,
        on_accept: Callable[[ChangeView], Awaitable[None]],
        on_decline: Callable[[ChangeView, str], Awaitable[bool]],
    ) -> None:
        """Create it empty.

        Args:
            on_accept: called with the change.
            on_decline: called with the change and the reason; says whether it was done.
        """
        super().__init__("div", "lw-decide")
        self._on_accept, self._on_decline = on_accept, on_decline
        self._asked: ChangeView | None = None
        with self:
            self._note = note("", "danger", alert=True).show(on=False)
            self._list = Tag("ul", "lw-panel")
            self._dialog = Dialog("Keep what is there?", keep=True)
        with self._dialog.body:
            self._about = Tag("p", "lw-soft")
            self._reason = Field(
                "Reason",
                kind="textarea",
                rows=3,
                most=REASON_MOST,
                help_text="The patient reads it.",
            )
        with self._dialog.foot:
            self._decline = Button("Decline", self._declined)
            Button("Close", kind="sec", data_lw_close=True)

    def fill(self, changes: Sequence[ChangeView], wall: Wall) -> None:
        """Show what waits now."""
        self.show(on=bool(changes))
        self._list.clear()
        with self._list:
            for change in changes:
                self._row(change, wall)

    def refuse(self, words: str) -> None:
        """Say why a decision did not count; empty words end it."""
        self._note.set_html(note_html(words, "danger")).show(on=bool(words))

    def refuse_reason(self, words: str) -> None:
        """Say at the reason what is wrong."""
        self._reason.set_error(words)

    def _row(self, change: ChangeView, wall: Wall) -> None:
        meta = f"{change.by}, {wall.full(change.at)}"
        source = SOURCES.get(change.source, change.source)
        meta = f"{meta}, {source}" if source else meta
        if change.current != change.old:
            meta += f". When it was sent, this read “{change.old or NOTHING}”."
        with Tag("li", "lw-row"):
            Tag(
                "div",
                "lw-grow",
                html=join(
                    fragment("b", "", change.label),
                    " ",
                    diff_html(change.current, change.new),
                    fragment("p", "lw-m", meta),
                ),
            )
            with Tag("div", "lw-wrap"):
                Button("Accept", self._accepting(change), aria_label=f"Accept: {change.label}")
                Button(
                    "Decline",
                    self._asking(change),
                    kind="sec",
                    aria_label=f"Decline: {change.label}",
                )

    def _accepting(self, change: ChangeView) -> Handler:
        async def accept() -> None:
            self.refuse("")
            await self._on_accept(change)

        return accept

    def _asking(self, change: ChangeView) -> Handler:
        def ask() -> None:
            self._asked = change
            self._about.set_text(
                f"{change.label} stays “{change.current or NOTHING}”, not “{change.new or NOTHING}”."
            )
            self._reason.set_error("")
            self._dialog.open()

        return ask

    async def _declined(self) -> None:
        if self._asked is None:
            return
        with self._decline.busy("Declining"):
            done = await self._on_decline(self._asked, self._reason.value)
        if done:
            self._dialog.close()
            self._reason.set_value("")
