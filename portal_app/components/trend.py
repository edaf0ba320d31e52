"""Numbers over time: one line of dated points, ranges behind it, and the same as a table.

Drawn as inline SVG on the server: no script, and it prints. A screen reader is given the table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 36, 126, 12, 28
TICKS = 4
APART = 78
"""Room that the name of a month takes."""


@dataclass(frozen=True)
class Point:
    """A value on a day; `words` say what it means."""

    on: date
    value: float
    words: str = ""


@dataclass(frozen=True)
class Range:
    """A range of values, with its name."""

    low: float
    high: float
    words: str


@dataclass(frozen=True)
class Line:
    """What is drawn."""

    title: str
    points: Sequence[Point]
    low: float
    high: float
    ranges: Sequence[Range] = ()
    unit: str = ""
    value_word: str = "Score"
    words_word: str = "Range"


def trend(line: Line, *, level: int = 3) -> Tag:
    """Draw a line with its table below."""
    return Tag("figure", "lw-trend", html=trend_html(line, level=level))


def trend_html(line: Line, *, level: int = 3) -> Safe:
    """Return a line with its table as markup."""
    newest = line.points[-1]
    said = ", ".join(p for p in (f"{newest.value:g}{_unit(line)}", newest.words) if p)
    return join(
        fragment(
            "figcaption",
            "",
            fragment(f"h{level}", "lw-h3", line.title),
            fragment("p", "lw-muted lw-s14", f"{said} on {_day(newest.on)}"),
        ),
        _drawing(line) if len(line.points) > 1 else Safe(),
        _table(line),
    )


def _unit(line: Line) -> str:
    return f" {line.unit}" if line.unit else ""


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _table(line: Line) -> Safe:
    head = fragment(
        "tr",
        "",
        *(fragment("th", "", w, scope="col") for w in ("Date", line.value_word, line.words_word)),
    )
    rows = [
        fragment(
            "tr",
            "",
            fragment("td", "", _day(p.on)),
            fragment("td", "", f"{p.value:g}{_unit(line)}"),
            fragment("td", "", p.words),
        )
        for p in reversed(line.points)
    ]
    return fragment(
        "details",
        "lw-trendtable",
        fragment("summary", "", "Show as a table", fragment("span", "lw-sr", f": {line.title}")),
        fragment("table", "", fragment("thead", "", head), fragment("tbody", "", *rows)),
    )


def _drawing(line: Line) -> Safe:
    first, last = line.points[0].on.toordinal(), line.points[-1].on.toordinal()
    low = min(line.low, *(p.value for p in line.points))
    high = max(line.high, *(p.value for p in line.points))

    def x(day: date) -> float:
        share = (day.toordinal() - first) / max(1, last - first)
        return round(LEFT + 6 + share * (WIDTH - LEFT - RIGHT - 12), 1)

    def y(value: float) -> float:
        share = (value - low) / ((high - low) or 1)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    spots = [(x(p.on), y(p.value)) for p in line.points]
    path = " ".join(f"{'L' if i else 'M'}{a} {b}" for i, (a, b) in enumerate(spots))
    parts = [
        *_ranges(line, y),
        *_scale(low, high, y),
        *_days(line, x),
        fragment("path", "lw-trendline", d=path),
        *(fragment("circle", "lw-trendpoint", cx=str(a), cy=str(b), r="4.5") for a, b in spots),
    ]
    # the table says the same, and a picture would be read out point by point
    return fragment("svg", "lw-trendpic", *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", aria_hidden=True)


def _ranges(line: Line, y: Callable[[float], float]) -> list[Safe]:
    parts = []
    for number, band in enumerate(line.ranges):
        # ranges of whole numbers touch halfway between their ends
        above = line.ranges[number + 1].low if number + 1 < len(line.ranges) else band.high
        under = line.ranges[number - 1].high if number else band.low
        top, foot = y((band.high + above) / 2), y((band.low + under) / 2)
        shade = f"lw-band lw-band{number % 6}"
        parts.append(
            fragment(
                "rect",
                shade,
                x=str(LEFT),
                y=str(top),
                width=str(WIDTH - LEFT - RIGHT),
                height=str(round(max(0.0, foot - top), 1)),
            )
        )
        if foot - top >= 14:
            middle = str(round((top + foot) / 2 + 4, 1))
            parts.append(
                fragment("text", "lw-bandname", band.words, x=str(WIDTH - RIGHT + 10), y=middle)
            )
    return parts


def _scale(low: float, high: float, y: Callable[[float], float]) -> list[Safe]:
    parts = []
    for number in range(TICKS + 1):
        value = low + (high - low) * number / TICKS
        said = f"{value:.0f}" if high - low >= TICKS * 2 else f"{value:.2g}"
        at = y(value)
        ends = {"x1": str(LEFT), "x2": str(WIDTH - RIGHT), "y1": str(at), "y2": str(at)}
        parts.append(fragment("line", "lw-grid", **ends))
        parts.append(fragment("text", "lw-tick", said, x=str(LEFT - 8), y=str(at + 4)))
    return parts


def _days(line: Line, x: Callable[[date], float]) -> list[Safe]:
    parts, last = [], float("-inf")
    for point in line.points:
        at = x(point.on)
        if at - last < APART:
            continue
        last = at
        words, place = f"{point.on:%b %Y}", {"x": str(at), "y": str(HEIGHT - 8)}
        parts.append(fragment("text", "lw-day", words, **place))
    return parts
