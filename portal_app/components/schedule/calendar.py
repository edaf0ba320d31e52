"""The practice's calendar as a grid of its own, and the same visits as a list.

A view is one piece of markup: a month of a thousand visits costs one element, and a change
replaces it. On a phone the columns become lists.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from gettext import gettext as _
from itertools import groupby

from portal_app.components.avatar import avatar_html
from portal_app.components.badge import chip_html
from portal_app.components.icons import icon_svg
from portal_app.components.messages.listing import tone
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import BlockRow, StaffVisitRow
from portal_app.rules.schedule.states import OVER
from portal_app.rules.when import Wall

FIRST_HOUR, LAST_HOUR = 8, 18
MODE_ICONS = {"in_person": "map-pin", "video": "video", "phone": "phone"}
MODE_WORDS = {"in_person": "in person", "video": "video", "phone": "phone"}
HALF_HOUR = timedelta(minutes=30)
"""The least height of a visit, so that its name can be read and hit."""
TWO_LINES = timedelta(minutes=45)
"""What is shorter has room for one line."""


@dataclass(frozen=True)
class Column:
    """A day, or a clinician on a day."""

    title: str
    name: str
    day: date
    visits: tuple[StaffVisitRow, ...]
    blocks: tuple[BlockRow, ...]


class CalendarGrid(Tag):
    """Columns with hours; each visit is a link at its place."""

    def __init__(self) -> None:
        """Create it empty."""
        super().__init__("div")

    def show_columns(self, columns: Sequence[Column], wall: Wall, label: str) -> None:
        """Draw these columns; the label names the whole."""
        self.set_html(columns_markup(columns, wall, label))

    def show_list(self, visits: Sequence[StaffVisitRow], wall: Wall, none: str) -> None:
        """Draw the visits as a list, day by day."""
        if not visits:
            self.set_html(fragment("p", "lw-soft", none))
            return
        parts = []
        for day, group in groupby(visits, lambda v: _day_of(v.starts_at, wall)):
            title = f"{day:%A}, {day:%B} {day.day}"
            parts.append(
                fragment(
                    "section",
                    "lw-day1",
                    fragment("h2", "lw-h2", title),
                    fragment("ul", "lw-panel", *(visit_row(v, wall) for v in group)),
                )
            )
        self.set_html(join(*parts))


def columns_markup(columns: Sequence[Column], wall: Wall, label: str) -> Safe:
    """Return the grid of these columns, as one piece."""
    first, last = _hours(columns, wall)
    head = [fragment("div", "lw-hd"), *(_head(c, wall) for c in columns)]
    hours = fragment("div", "lw-hours", *(_hour(h) for h in range(first, last)))
    drawn = [_column(c, wall, first, last) for c in columns]
    style = f"--lw-columns:{len(columns)};--lw-hours:{last - first}"
    # a box that scrolls must be reached by the keyboard too
    return fragment(
        "div",
        "lw-cal",
        *head,
        hours,
        *drawn,
        tabindex=0,
        role="group",
        aria_label=label,
        style=style,
    )


def visit_row(visit: StaffVisitRow, wall: Wall, aside: Safe | None = None) -> Safe:
    """Return a visit as a row: time, patient, what, and how it stands."""
    words = f"{visit.title}, {MODE_WORDS.get(visit.mode, visit.mode)}, {visit.clinician}"
    return fragment(
        "li",
        "lw-row",
        fragment("span", "lw-when1 lw-nowrap", wall.clock(visit.starts_at)),
        avatar_html(visit.initials, tone(visit.patient)),
        fragment(
            "div",
            "lw-grow",
            fragment("a", "lw-t", visit.patient, href=f"/practice/calendar/{visit.id}"),
            fragment("p", "lw-m", words),
        ),
        chip_html(visit.status_words, visit.status_tone) if aside is None else aside,
    )


def dated_row(visit: StaffVisitRow, wall: Wall) -> Safe:
    """Return a visit of one patient as a row: when, what, and how it stands."""
    words = f"{visit.title}, {MODE_WORDS.get(visit.mode, visit.mode)}"
    when = fragment(
        "a", "lw-t", wall.day_and_clock(visit.starts_at), href=f"/practice/calendar/{visit.id}"
    )
    return fragment(
        "li",
        "lw-row",
        fragment("div", "lw-grow", when, fragment("p", "lw-m", words)),
        chip_html(visit.status_words, visit.status_tone),
    )


def columns_of(
    days: Sequence[date],
    clinicians: Sequence[tuple[str, str]],
    visits: Iterable[StaffVisitRow],
    blocks: Iterable[BlockRow],
    wall: Wall,
    *,
    dated: bool = True,
) -> list[Column]:
    """Sort visits and blocks into columns: by clinician on one day, by day otherwise.

    Without dates the columns are those of any week.
    """
    visits, blocks = list(visits), list(blocks)
    if len(days) == 1 and len(clinicians) > 1:
        return [
            Column(
                name,
                name,
                days[0],
                tuple(v for v in visits if v.clinician_id == key),
                tuple(b for b in blocks if b.clinician_id in {key, ""}),
            )
            for key, name in clinicians
        ]
    return [
        Column(
            f"{day:%a} {day.day}" if dated else f"{day:%A}",
            f"{day:%A}, {day:%B} {day.day}" if dated else f"{day:%A}",
            day,
            tuple(v for v in visits if _day_of(v.starts_at, wall) == day),
            tuple(b for b in blocks if _touches(b, day, wall)),
        )
        for day in days
    ]


def week_words(first: date, today: date) -> str:
    """Say a week: November 30 to December 6; with the year where it is another one."""
    last = first + timedelta(days=6)
    year = "" if first.year == last.year == today.year else f", {last.year}"
    end = f"{last:%B} {last.day}" if last.month != first.month else str(last.day)
    return f"{first:%B} {first.day} to {end}{year}"


def _day_of(moment: datetime, wall: Wall) -> date:
    return moment.astimezone(wall.zone).date()


def _touches(block: BlockRow, day: date, wall: Wall) -> bool:
    last = _day_of(block.ends_at - timedelta(seconds=1), wall)
    return _day_of(block.starts_at, wall) <= day <= last


def _hours(columns: Sequence[Column], wall: Wall) -> tuple[int, int]:
    first, last = FIRST_HOUR, LAST_HOUR
    for column in columns:
        for visit in column.visits:
            begins, ends = (m.astimezone(wall.zone) for m in (visit.starts_at, visit.ends_at))
            first = min(first, begins.hour)
            last = max(last, ends.hour + 1 if ends.minute else ends.hour)
            if ends.date() > begins.date():
                last = 24
    return first, last


def _head(column: Column, wall: Wall) -> Safe:
    weekday, _space, number = column.title.partition(" ")
    if not number.isdigit():
        return fragment("div", "lw-hd", column.title)
    cls = "lw-hd lw-today" if column.day == wall.today else "lw-hd"
    return fragment(
        "div", cls, fragment("span", "lw-muted", weekday), " ", fragment("b", "", number)
    )


def _hour(hour: int) -> Safe:
    return fragment("span", "", f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}")


def _column(column: Column, wall: Wall, first: int, last: int) -> Safe:
    blocks = [_block(b, column.day, wall, first, last) for b in column.blocks]
    lanes = _lanes(column.visits)
    visits = [_visit(v, wall, first, last, *lanes[v.id]) for v in column.visits]
    inside = fragment("ul", "", *visits) if visits else fragment("p", "lw-sr", _("No visits"))
    title = fragment("h2", "lw-sr", column.name)
    return fragment("section", "lw-d", title, *blocks, inside, aria_label=column.name)


def _visit(visit: StaffVisitRow, wall: Wall, first: int, last: int, lane: int, lanes: int) -> Safe:
    top = _hour_of(visit.starts_at, wall) - first
    height = max(visit.ends_at - visit.starts_at, HALF_HOUR).total_seconds() / 3600
    span = last - first
    height = min(height, span - top)
    place = (
        f"top:{_percent(top, span)};height:{_percent(height, span)};"
        f"left:{_percent(lane, lanes)};width:calc({_percent(1, lanes)} - 6px)"
    )
    times = f"{wall.clock(visit.starts_at)} to {wall.clock(visit.ends_at)}"
    words = f"{times}, {visit.patient}, {visit.title}, {visit.status_words}"
    quiet = visit.status in OVER
    cls = "lw-blk lw-visit1" + (" lw-o" if visit.status_tone == "warn" else "")
    cls += " lw-quiet" if quiet else ""
    cls += " lw-short" if visit.ends_at - visit.starts_at < TWO_LINES else ""
    return fragment(
        "li",
        cls,
        fragment(
            "a",
            "",
            fragment("b", "", visit.patient),
            fragment(
                "span",
                "",
                icon_svg(MODE_ICONS.get(visit.mode, "map-pin"), "s"),
                f" {wall.clock(visit.starts_at)}, {visit.title}",
            ),
            href=f"/practice/calendar/{visit.id}",
            aria_label=words,
            title=words,
        ),
        style=place,
    )


def _block(block: BlockRow, day: date, wall: Wall, first: int, last: int) -> Safe:
    span = last - first
    begins = _hour_of(block.starts_at, wall) if _day_of(block.starts_at, wall) == day else first
    ends = _hour_of(block.ends_at, wall) if _day_of(block.ends_at, wall) == day else last
    top, bottom = max(begins, first) - first, min(ends, last) - first
    if bottom <= top:
        return Safe()
    place = f"top:{_percent(top, span)};height:{_percent(bottom - top, span)}"
    if block.kind in {"off", "closed"}:
        return fragment("div", "lw-closed", fragment("span", "", block.title), style=place)
    times = f"{_short(block.starts_at, wall)} to {_short(block.ends_at, wall)}"
    cls = "lw-blk lw-o" if block.kind in {"extra", "only"} else "lw-blk"
    return fragment("div", cls, fragment("b", "", block.title), times, style=place)


def _short(moment: datetime, wall: Wall) -> str:
    """Say a time as one does beside a scale of hours: 9, 4:30."""
    local = moment.astimezone(wall.zone)
    return f"{local.hour % 12 or 12}:{local:%M}" if local.minute else f"{local.hour % 12 or 12}"


def _hour_of(moment: datetime, wall: Wall) -> float:
    local = moment.astimezone(wall.zone)
    return local.hour + local.minute / 60


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.3f}%"


def _lanes(visits: Sequence[StaffVisitRow]) -> dict[str, tuple[int, int]]:
    """Put visits that overlap side by side: (lane, number of lanes) of each."""
    placed: dict[str, tuple[int, int]] = {}
    cluster: list[tuple[StaffVisitRow, int]] = []
    until: datetime | None = None

    def close() -> None:
        number = max((lane for _, lane in cluster), default=0) + 1
        placed.update({v.id: (lane, number) for v, lane in cluster})
        cluster.clear()

    for visit in sorted(visits, key=lambda v: (v.starts_at, v.ends_at)):
        ends = max(visit.ends_at, visit.starts_at + HALF_HOUR)
        if until is not None and visit.starts_at >= until:
            close()
            until = None
        busy = {lane for v, lane in cluster if _shown_end(v) > visit.starts_at}
        lane = next(n for n in range(len(cluster) + 1) if n not in busy)
        cluster.append((visit, lane))
        until = max(until or ends, ends)
    close()
    return placed


def _shown_end(visit: StaffVisitRow) -> datetime:
    return max(visit.ends_at, visit.starts_at + HALF_HOUR)
