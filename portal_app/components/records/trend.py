"""A line over time as inline SVG: values of one thing in one unit, with its usual range behind."""

from gettext import gettext as _

from portal_app.components.safe import Safe, fragment, join
from portal_app.data.schemas.health_records import RecordPoint, RecordSeries

WIDTH, HEIGHT = 360, 170
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 26, 26
FEWEST = 2


def trend_svg(series: RecordSeries) -> Safe:
    """Draw the newest values as a line; nothing where there are fewer than two numbers with a day.

    Its title and description say in words what the line shows; the table beside it holds each value.
    """
    points = [p for p in reversed(series.points) if p.numbers and p.day]
    if len(points) < FEWEST:
        return Safe()
    return _Drawing(series, points).svg()


class _Drawing:
    def __init__(self, series: RecordSeries, points: list[RecordPoint]) -> None:
        self._series, self._points = series, points
        low, high = series.band
        numbers = [n for p in points for n in p.numbers]
        edges = numbers + [x for x in (low, high) if x is not None]
        self._low, self._high = min(edges), max(edges)
        pad = (self._high - self._low) * 0.08 or abs(self._high) * 0.1 or 1.0
        self._low, self._high = self._low - pad, self._high + pad
        days = [p.day.toordinal() for p in points if p.day]
        self._first, self._days = days[0], max(1, days[-1] - days[0])

    def _x(self, point: RecordPoint) -> float:
        day = point.day.toordinal() if point.day else self._first
        return LEFT + (day - self._first) / self._days * (WIDTH - LEFT - RIGHT)

    def _y(self, number: float) -> float:
        share = (number - self._low) / (self._high - self._low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def svg(self) -> Safe:
        said = join(fragment("title", "", self._title()), fragment("desc", "", self._description()))
        lines = [self._line(i) for i in range(min(len(p.numbers) for p in self._points))]
        body = join(said, self._band(), *self._scale(), *lines, *self._dates())
        return fragment(
            "svg",
            "lw-trend lw-rectrend",
            body,
            viewBox=f"0 0 {WIDTH} {HEIGHT}",
            role="img",
            aria_label=f"{self._title()}. {self._description()}",
        )

    def _title(self) -> str:
        return _("{name} over time").format(name=self._series.name)

    def _description(self) -> str:
        first, last = self._points[0], self._points[-1]
        return _("From {first} on {day} to {last} on {end}, {count} values.").format(
            first=first.said,
            day=first.when,
            last=last.said,
            end=last.when,
            count=len(self._points),
        )

    def _band(self) -> Safe:
        low, high = self._series.band
        if low is None and high is None:
            return Safe()
        top = self._y(high) if high is not None else TOP
        bottom = self._y(low) if low is not None else HEIGHT - BOTTOM
        return fragment(
            "rect",
            "lw-band",
            x=LEFT,
            y=f"{top:.1f}",
            width=WIDTH - LEFT - RIGHT,
            height=f"{max(1.0, bottom - top):.1f}",
        )

    def _scale(self) -> list[Safe]:
        drawn = []
        low, high = self._series.band
        numbers = [n for p in self._points for n in p.numbers]
        marks = {min(numbers), max(numbers)}
        marks |= {x for x in (low, high) if x is not None}
        said: list[float] = []
        for mark in sorted(marks):
            y = self._y(mark)
            if any(abs(y - other) < 14 for other in said):
                continue
            said.append(y)
            drawn.append(
                fragment("line", "lw-grid", x1=LEFT, x2=WIDTH - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}")
            )
            drawn.append(
                fragment("text", "", f"{mark:.4g}", x=LEFT - 8, y=f"{y + 4:.1f}", text_anchor="end")
            )
        return drawn

    def _line(self, index: int) -> Safe:
        spots = [(self._x(p), self._y(p.numbers[index])) for p in self._points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        dots = [
            fragment(
                "circle",
                "lw-last" if i == len(spots) - 1 else "",
                cx=f"{x:.1f}",
                cy=f"{y:.1f}",
                r="5" if i == len(spots) - 1 else "3.5",
            )
            for i, (x, y) in enumerate(spots)
        ]
        return join(fragment("polyline", "", points=path), *dots)

    def _dates(self) -> list[Safe]:
        ends = ((self._points[0], "start"), (self._points[-1], "end"))
        return [
            fragment(
                "text",
                "",
                _month(p),
                x=LEFT if a == "start" else WIDTH - RIGHT,
                y=HEIGHT - 6,
                text_anchor=a,
            )
            for p, a in ends
        ]


def _month(point: RecordPoint) -> str:
    return f"{point.day:%b %Y}" if point.day else ""
