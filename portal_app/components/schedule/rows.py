"""Visits in lists: those to come with what may be done, those gone by, and those called off."""

from collections.abc import Callable, Sequence
from datetime import datetime

from portal_app.components.badge import chip_html
from portal_app.components.button import Button, link_button
from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.schedule.words import ICONS, own_clock, row_words, wall
from portal_app.components.tag import Handler, Tag
from portal_app.data.schemas.schedule import VisitRow

Address = Callable[[str], str]
SEEN = "completed"


class UpcomingVisits(Tag):
    """The visits to come, updated row by row."""

    def __init__(
        self,
        address: Address,
        *,
        on_cancel: Handler,
        on_confirm: Handler,
        on_undo: Handler,
    ) -> None:
        """Create it empty; each callback is given the id of a visit."""
        super().__init__("ul", "lw-panel lw-visits")
        self._address = address
        self._on = {"cancel": on_cancel, "confirm": on_confirm, "undo": on_undo}
        self._rows: dict[str, tuple[VisitRow, str, Tag]] = {}

    def fill(self, rows: Sequence[VisitRow], now: datetime) -> None:
        """Show these visits; a row that has not changed keeps its element and the focus."""
        keep = {row.id for row in rows}
        for key in [k for k in self._rows if k not in keep]:
            self._rows.pop(key)[2].delete()
        for index, row in enumerate(rows):
            old, words, line = self._rows.get(row.id, (None, "", None))
            said = row_words(row, wall(row.zone, now))
            if line is None:
                with self:
                    line = Tag("li", "lw-row lw-vrow")
            if old != row or words != said:
                line.clear()
                with line:
                    self._draw(row, now)
            self._rows[row.id] = (row, said, line)
            if self.default_slot.children.index(line) != index:
                line.move(self, target_index=index)
        self.show(on=bool(rows))

    def _draw(self, row: VisitRow, now: datetime) -> None:
        address = self._address(row.id)
        when = wall(row.zone, now).day_and_clock(row.starts_at)
        Tag("div", "lw-vbody lw-grow", html=_body(row, now, address, chip=True))
        with Tag("div", "lw-vacts"):
            if row.video_url:
                link_button(
                    "Join the video visit",
                    row.video_url,
                    icon="video",
                    target="_blank",
                    rel="noopener noreferrer",
                )
            if row.undo_until:
                self._button("undo", "Undo", row, when, kind="txt")
            elif row.may_confirm:
                self._button("confirm", "Confirm", row, when, kind="txt")
            if row.may_move:
                link_button(
                    "Reschedule", f"{address}/move", kind="txt", aria_label=f"Reschedule: {when}"
                )
            if row.may_cancel:
                self._button("cancel", "Cancel", row, when, kind="dangertxt", repeatable=True)

    def _button(
        self, act: str, words: str, row: VisitRow, when: str, *, kind: str, repeatable: bool = False
    ) -> None:
        do = self._on[act]
        Button(
            words,
            lambda: do(row.id),
            kind=kind,
            repeatable=repeatable,
            aria_label=f"{words}: {when}",
        )


class PastVisits(Tag):
    """The visits gone by, the newest first; one element."""

    def __init__(self, address: Address) -> None:
        """Create it empty."""
        super().__init__("ul", "lw-panel lw-visits")
        self._address = address

    def fill(self, rows: Sequence[VisitRow], now: datetime) -> None:
        """Show these visits."""
        lines = [
            fragment(
                "li",
                "lw-row lw-vrow",
                fragment("div", "lw-vbody lw-grow", _body(row, now, self._address(row.id))),
            )
            for row in rows
        ]
        self.set_html(join(*lines))
        self.show(on=bool(rows))


def called_off_html(row: VisitRow, now: datetime, book: str) -> Safe:
    """Return the note about a visit that will not be, with the way to another."""
    when = wall(row.zone, now).day_and_clock(row.starts_at)
    again = join(" ", fragment("a", "", "Book another", href=book)) if book else Safe()
    said = f"{row.status_words}: {row.title} with {row.clinician}, {when}."
    return join(icon_svg("calendar-x"), fragment("span", "", said, again))


def date_tile(row: VisitRow, now: datetime, *, quiet: bool) -> Safe:
    """Return month and day on a square, for the eye only."""
    day = row.starts_at.astimezone(wall(row.zone, now).zone)
    return fragment(
        "span",
        "lw-datetile lw-quiet" if quiet else "lw-datetile",
        fragment("span", "", f"{day:%b}"),
        fragment("b", "", str(day.day)),
        aria_hidden=True,
    )


def _body(row: VisitRow, now: datetime, address: str, *, chip: bool = False) -> Safe:
    at = wall(row.zone, now)
    state = chip_html(row.status_words, row.status_tone) if chip or row.status != SEEN else Safe()
    year = row.starts_at.astimezone(at.zone).year
    other_year = Safe() if year == at.today.year else fragment("span", "lw-soft", str(year))
    head = fragment(
        "div",
        "lw-vhead",
        fragment(
            "h3", "lw-h3", fragment("a", "lw-t", at.day_and_clock(row.starts_at), href=address)
        ),
        other_year,
        state,
    )
    where = fragment(
        "p",
        "lw-vmeta lw-m",
        icon_svg(ICONS[row.mode], "s"),
        fragment("span", "", row_words(row, at), " ", own_clock(row.starts_at, row.zone)),
    )
    words = fragment(
        "div", "lw-grow", head, fragment("p", "lw-soft", f"{row.title} with {row.clinician}"), where
    )
    return join(date_tile(row, now, quiet=not chip), words)
