"""One conversation: what was said, by whom, when, and who has seen it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from nicegui import ui

from portal_app.components.avatar import avatar_html
from portal_app.components.button import Button
from portal_app.components.icons import icon_svg
from portal_app.components.messages.listing import tone
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag
from portal_app.components.words import plain_html
from portal_app.data.schemas.messages import AttachmentView, MessageView, NoteView
from portal_app.rules.names import initials
from portal_app.rules.when import Wall, size

Line = MessageView | NoteView


class ThreadBody(Tag):
    """The messages, oldest first; new ones are added without drawing the others again."""

    def __init__(self, *, on_take_back: Callable[[str], object], on_seen: Handler | None) -> None:
        """Create it empty.

        Args:
            on_take_back: called with a message's id.
            on_seen: called once something unread is on screen in a window with the focus.
        """
        super().__init__(
            "div",
            "lw-thread-scroll",
            role="group",
            aria_label="Messages in this conversation",
            tabindex="0",
        )
        self.set(id=self.html_id)
        self._take_back = on_take_back
        self._lines: dict[str, tuple[Tag, str]] = {}
        self._days: dict[str, Tag] = {}
        with self:
            self._list = Tag("div", "lw-msgs")
            self._mark = Tag("span", "lw-sr")
        if on_seen:
            self._mark.on("lwseen", on_seen, args=[])

    def fill(self, lines: Sequence[Line], wall: Wall) -> None:
        """Show these messages and notes; what stays keeps its element."""
        keep = {line.id for line in lines}
        for key in [k for k in self._lines if k not in keep]:
            self._lines.pop(key)[0].delete()
        added = False
        wanted: list[Tag] = []
        for day, group in groupby(lines, key=lambda line: wall.day(moment_of(line))):
            wanted.append(self._day(day))
            for line in group:
                look = repr((line, wall.today))
                old = self._lines.get(line.id)
                if old is None or old[1] != look:
                    added = added or old is None
                    if old:
                        old[0].delete()
                    with self._list:
                        self._lines[line.id] = (self._line(line, wall), look)
                wanted.append(self._lines[line.id][0])
        for day in [d for d, tag in self._days.items() if tag not in wanted]:
            self._days.pop(day).delete()
        for index, tag in enumerate(wanted):
            if self._list.default_slot.children.index(tag) != index:
                tag.move(self._list, target_index=index)
        if added:
            self.to_end()

    def watch(self, *, unseen: bool) -> None:
        """Ask the browser to say when something unread is really on screen."""
        self._mark.set(data_lw_seen="wait" if unseen else None)

    def to_end(self) -> None:
        """Scroll to the newest message."""
        ui.run_javascript('lw.toEnd("' + self.html_id + '")')

    def _day(self, day: str) -> Tag:
        if day not in self._days:
            with self._list:
                self._days[day] = Tag("p", "lw-daysep", day)
        return self._days[day]

    def _line(self, line: Line, wall: Wall) -> Tag:
        if isinstance(line, NoteView):
            return _note(line, wall)
        cls = "lw-msg1"
        if line.mine:
            cls += " lw-me"
        if line.automatic:
            cls += " lw-auto"
        with Tag("article", cls) as box:
            colour = 1 if line.mine else tone(line.author)
            Tag("span", "", html=avatar_html(initials(line.author), colour))
            with Tag("div"):
                Tag("div", "lw-by", html=_by(line, wall))
                Tag("div", "lw-txt", html=plain_html(line.body))
                if line.attachments:
                    Tag("div", "lw-atts", html=attachments_html(line.attachments))
                self._foot(line, wall)
        return box

    def _foot(self, line: MessageView, wall: Wall) -> None:
        with Tag("div", "lw-foot") as foot:
            if line.seen_at:
                html = join(
                    icon_svg("check", "s"), fragment("span", "", f"Seen {wall.full(line.seen_at)}")
                )
                Tag("span", "", html=html)
            if line.take_back_until and line.take_back_until > wall.now:
                key = line.id
                Button("Take back", lambda: self._take_back(key), kind="txt")
        foot.show(on=bool(foot.default_slot.children))


def moment_of(line: Line) -> datetime:
    """Say when a message was sent or a note written."""
    return line.written_at if isinstance(line, NoteView) else line.sent_at


def _by(line: MessageView, wall: Wall) -> Safe:
    name = "You" if line.mine else line.author
    behalf = f" for {line.on_behalf_of}" if line.on_behalf_of else ""
    automatic = " Automatic answer" if line.automatic else ""
    return join(
        fragment("b", "", name + behalf),
        fragment("span", "", wall.clock(line.sent_at) + automatic),
    )


def _note(note: NoteView, wall: Wall) -> Tag:
    html = join(
        avatar_html(initials(note.author), tone(note.author)),
        fragment(
            "div",
            "",
            fragment(
                "div",
                "lw-by",
                fragment("b", "", note.author),
                fragment("span", "", f"{wall.clock(note.written_at)} Internal note"),
            ),
            fragment("div", "lw-txt", plain_html(note.body)),
        ),
    )
    return Tag("article", "lw-msg1 lw-note1", html=html)


def attachments_html(files: Sequence[AttachmentView]) -> Safe:
    """Return the files of a message as links that download."""
    return join(
        *(
            fragment(
                "a",
                "lw-att",
                icon_svg("image" if f.media_type.startswith("image/") else "file-text"),
                fragment("span", "lw-clip", f.name),
                fragment("small", "lw-nowrap", size(f.size)),
                href=f"/files/{f.id}",
                download=True,
            )
            for f in files
        )
    )
