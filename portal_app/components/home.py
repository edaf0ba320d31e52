"""What a patient sees first."""

from collections.abc import Callable, Sequence
from datetime import datetime

from portal_app.components.avatar import avatar_html
from portal_app.components.button import link_button
from portal_app.components.icons import icon_svg
from portal_app.components.messages.listing import tone
from portal_app.components.panel import icon_tile, row_html, section
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.schedule.words import ICONS, wall, where_words
from portal_app.components.tag import Tag
from portal_app.data.schemas.home import ToDo
from portal_app.data.schemas.messages import FolderRow
from portal_app.data.schemas.schedule import VisitRow
from portal_app.rules.names import initials
from portal_app.rules.when import Wall


class RecentMessages:
    """The newest conversations; rows change in place."""

    def __init__(self, address: Callable[[str], str], *, all_href: str, new_href: str) -> None:
        """Create it empty; `new_href` is empty where nothing may be sent."""
        self._address = address
        with section("Recent messages", "lw-o3", more=("All messages", all_href)):
            self._list = Tag("ul", "lw-panel")
            self._none = Tag("p", "lw-soft", "No messages yet.")
            if new_href:
                with Tag("p", "", style="margin-top:16px"):
                    link_button("Send a message", new_href, kind="sec", icon="pen-line")

    def show(self, rows: Sequence[FolderRow], wall: Wall) -> None:
        """Show these conversations, the newest first."""
        html = join(*(fragment("li", "lw-row", _row(r, wall, self._address(r.id))) for r in rows))
        self._list.set_html(html)
        self._list.show(on=bool(rows))
        self._none.show(on=not rows)


def _row(row_: FolderRow, wall: Wall, href: str) -> Safe:
    dot = join(fragment("span", "lw-dot"), " ") if row_.unread else Safe()
    own = row_.snippet.startswith("You: ")
    said = row_.snippet if own else f"{row_.counterpart_short}: {row_.snippet}"
    return join(
        avatar_html(initials(row_.counterpart), tone(row_.counterpart)),
        fragment(
            "div",
            "lw-grow",
            fragment(
                "div",
                "lw-between",
                fragment(
                    "a",
                    "lw-t lw-clip" if row_.unread else "lw-t lw-clip lw-read1",
                    dot,
                    row_.subject,
                    href=href,
                    aria_label=f"Unread: {row_.subject}" if row_.unread else None,
                ),
                fragment("span", "lw-m lw-nowrap", wall.short(row_.last_at, narrow=True)),
            ),
            fragment("p", "lw-m lw-clip", said),
        ),
    )


class ToDoList:
    """What waits for the person; each begins with its verb, and rows change in place."""

    def __init__(self) -> None:
        """Create it empty."""
        with section("To do", "lw-o1"):
            self._list = Tag("ul", "lw-panel")
            self._none = Tag("p", "lw-soft", "You are all set. Nothing to do right now.")

    def show(self, items: Sequence[ToDo]) -> None:
        """Show these, the most urgent first."""
        tiles = ((i, icon_tile(i.icon, "wa")) for i in items)
        self._list.set_html(join(*(row_html(i.title, i.href, i.detail, lead=t) for i, t in tiles)))
        self._list.show(on=bool(items))
        self._none.show(on=not items)


class NextAppointment:
    """The next visit, or that there is none; it changes in place."""

    def __init__(self, schedule_href: str, *, may_book: bool) -> None:
        """Create it empty."""
        self._base = schedule_href
        with Tag("section", "lw-visit lw-o2") as box:
            heading = Tag("h2", "lw-k", "Next appointment")
            self._when = Tag("p", "lw-hero1")
            self._facts = Tag("ul")
            with Tag("div", "lw-acts"):
                self._details = link_button("See details", schedule_href)
                self._book = link_button("", f"{schedule_href}/book")
        box.set(aria_labelledby=heading.html_id)
        self._book.show(on=may_book)

    def show(self, row_: VisitRow | None, now: datetime) -> None:
        """Show this visit."""
        self._details.show(on=row_ is not None)
        self._book.mark_as("lw-ghost", on=row_ is not None)
        words = "Book an appointment" if row_ is None else "Book another"
        self._book.set_html(fragment("span", "lw-lbl", words))
        if row_ is None:
            self._when.set_text("Nothing is booked")
            self._facts.set_html(Safe())
            return
        at = wall(row_.zone, now)
        day, clock = at.named_day(row_.starts_at), at.clock(row_.starts_at)
        self._when.set_html(join(day, fragment("br"), clock))
        self._details.set(href=f"{self._base}/{row_.id}")
        facts = [
            ("stethoscope", row_.clinician),
            (ICONS[row_.mode], where_words(row_.mode, row_.place, row_.minutes)),
        ]
        if row_.status == "requested":
            facts.append(("clock", row_.status_words))
        self._facts.set_html(
            join(*(fragment("li", "", icon_svg(i), fragment("span", "", w)) for i, w in facts))
        )


def clinician_information(name: str, message: Safe) -> Tag:
    """Draw the clinician's own words to all of her patients."""
    box = Tag("section", "lw-quote lw-o5")
    named = f"{box.html_id}-h"
    title = fragment("h2", "lw-h2", "Clinician information", id=named)
    by = fragment("p", "lw-muted lw-s14", f"From {name}")
    with box:
        Tag(
            "div",
            "lw-by",
            html=join(
                avatar_html(initials(name), tone(name), "lg"), fragment("div", "", title, by)
            ),
        )
        Tag("div", "lw-md lw-serif", html=message)
    box.set(aria_labelledby=named)
    return box
