"""Conversations in a list, and the work queue of the practice."""

from collections.abc import Callable, Sequence
from zlib import crc32

from portal_app.components.avatar import TONES, avatar_html
from portal_app.components.badge import chip_html
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.data.schemas.messages import FolderRow, QueueRow
from portal_app.rules.names import initials
from portal_app.rules.when import Wall


def tone(name: str) -> int:
    """Give a name a colour, always the same; the first is kept for the reader."""
    return crc32(name.encode()) % (TONES - 1) + 2


class ConversationList(Tag):
    """A list of conversations that is updated row by row."""

    def __init__(self, label: str, address: Callable[[str], str]) -> None:
        """Create it empty; `address` gives the address of a conversation by its id."""
        super().__init__("ul", "lw-items", aria_label=label)
        self._address = address
        self._rows: dict[str, Tag] = {}
        self._open = ""

    def fill(self, rows: Sequence[FolderRow], wall: Wall) -> None:
        """Show these rows; the ones that stay keep their element."""
        keep = {row.id for row in rows}
        for key in [k for k in self._rows if k not in keep]:
            self._rows.pop(key).delete()
        for index, row in enumerate(rows):
            html = self._html(row, wall)
            element = self._rows.get(row.id)
            if element is None:
                with self:
                    element = self._rows[row.id] = Tag("li", "lw-li", html=html)
            else:
                element.set_html(html)
            element.mark_as("lw-unread", row.unread)
            if self.default_slot.children.index(element) != index:
                element.move(self, target_index=index)

    def set_open(self, conversation: str, rows: Sequence[FolderRow], wall: Wall) -> None:
        """Mark the conversation that is open beside the list."""
        self._open = conversation
        self.fill(rows, wall)

    def _html(self, row: FolderRow, wall: Wall) -> Safe:
        return join(
            avatar_html(initials(row.counterpart), tone(row.counterpart)),
            fragment(
                "div",
                "lw-grow",
                fragment(
                    "div",
                    "lw-w",
                    fragment("b", "lw-clip", row.counterpart),
                    fragment("span", "lw-nowrap", wall.short(row.last_at)),
                ),
                fragment(
                    "a",
                    "lw-t lw-clip",
                    row.subject,
                    href=self._address(row.id),
                    aria_label=f"Unread: {row.subject}" if row.unread else None,
                    aria_current="true" if row.id == self._open else None,
                ),
                fragment("p", "lw-p lw-clip", row.snippet),
            ),
            fragment("span", "lw-dot") if row.unread else Safe(),
        )


class Queue(Tag):
    """The practice's conversations, updated row by row."""

    def __init__(self, label: str, address: Callable[[str], str], *, brief: bool = False) -> None:
        """Create it empty; `address` gives the address of a conversation by its id.

        `brief` leaves out what the message says: who, about what, how long it waits.
        """
        super().__init__("ul", f"lw-panel {'lw-brief' if brief else 'lw-queue'}", aria_label=label)
        self._html_of = brief_row_html if brief else queue_row_html
        self._address = address
        self._rows: dict[str, Tag] = {}

    def fill(self, rows: Sequence[QueueRow], wall: Wall) -> None:
        """Show these rows; the ones that stay keep their element."""
        keep = {row.id for row in rows}
        for key in [k for k in self._rows if k not in keep]:
            self._rows.pop(key).delete()
        for index, row in enumerate(rows):
            html = self._html(row, wall)
            element = self._rows.get(row.id)
            if element is None:
                with self:
                    element = self._rows[row.id] = Tag("li", "lw-row", html=html)
            else:
                element.set_html(html)
            if self.default_slot.children.index(element) != index:
                element.move(self, target_index=index)
        self.show(on=bool(rows))

    def _html(self, row: QueueRow, wall: Wall) -> Safe:
        return self._html_of(row, wall, self._address(row.id))


def brief_row_html(row: QueueRow, wall: Wall, href: str) -> Safe:
    """Return a conversation in two short lines, for the first page of the practice."""
    about = f"For {row.assignee}: {row.subject}" if row.assignee else row.subject
    name = f"{'Unread: ' if row.unread else ''}{row.patient}: {row.subject}"
    dot = fragment("span", "lw-dot") if row.unread else Safe()
    return join(
        avatar_html(initials(row.patient), tone(row.patient)),
        fragment(
            "div",
            "lw-grow",
            fragment("a", "lw-t", dot, row.patient, href=href, aria_label=name),
            fragment("p", "lw-m lw-clip", about),
        ),
        fragment("span", "lw-aside", _waiting(row, wall)),
    )


def queue_row_html(row: QueueRow, wall: Wall, href: str) -> Safe:
    """Return a conversation as a row: who, about what, how long it waits."""
    aside = [_waiting(row, wall)]
    new = fragment("span", "lw-sr", "Unread: ") if row.unread else Safe()
    dot = fragment("span", "lw-dot") if row.unread else Safe()
    if row.assignee:
        aside.insert(0, fragment("span", "lw-muted lw-s14 lw-nowrap", f"For {row.assignee}"))
    return join(
        avatar_html(initials(row.patient), tone(row.patient)),
        fragment(
            "div",
            "lw-grow",
            fragment("a", "lw-t", new, dot, f"{row.patient}: {row.subject}", href=href),
            fragment("p", "lw-m lw-clip", row.snippet),
        ),
        fragment("span", "lw-aside", *aside),
    )


def _waiting(row: QueueRow, wall: Wall) -> Safe:
    if row.overdue:
        return chip_html(f"Overdue, {wall.ago(row.last_at)}", "danger")
    return fragment("span", "lw-muted lw-s14 lw-nowrap", wall.ago(row.last_at))
