"""The picker of open times: the steps, one week of radios, and the visit that is being chosen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal_app.components.browser import call
from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag
from portal_app.data.schemas.schedule import DayTimes, TypeOption, WeekView

STEPS = ("Visit type", "Time", "Confirm")
_CHOSEN = "(e) => e.target.matches('input[type=radio]') && emit(e.target.value)"
GROUP = "time"


class Steps(Tag):
    """Where a booking stands."""

    def __init__(self, current: int) -> None:
        """Create it; `current` counts from 0."""
        super().__init__("ol", "lw-steps", aria_label="Booking steps")
        self.set_current(current)

    def set_current(self, current: int) -> None:
        """Mark one step; those before it are done."""
        self.set_html(join(*(_step(n, words, current) for n, words in enumerate(STEPS))))


def _step(number: int, words: str, current: int) -> Safe:
    done = number < current
    mark = icon_svg("check", "s") if done else Safe(str(number + 1))
    return fragment(
        "li",
        "lw-done" if done else "",
        fragment("span", "lw-n", mark),
        fragment("span", "lw-lbl", words),
        aria_current="step" if number == current else None,
    )


class WeekTimes:
    """Radios of one week in one element; what is chosen and what has the focus outlive an update."""

    def __init__(self, legend: str, on_choose: Handler) -> None:
        """Create it empty; `on_choose` is given the moment of a radio as it was handed in."""
        self._html = Safe()
        with Tag("fieldset", "lw-times") as self.box:
            Tag("legend", "lw-sr", legend)
            self._week = Tag("div", "lw-week")
        self._on_choose = on_choose
        self.box.on("change", self._heard, js_handler=_CHOSEN)

    def fill(self, week: WeekView, chosen: datetime | None) -> None:
        """Show the open times of a week at once."""
        self._html = week_html(week.days, chosen)
        self._week.set_html(self._html)
        self._week.mark_as("lw-week7", on=len(week.days) > 5)

    def refresh(self, week: WeekView, chosen: datetime | None) -> None:
        """Take away or add times in place: the page itself keeps its choice and its focus."""
        html = week_html(week.days, chosen)
        if html != self._html:
            self._html = html
            dict.__setitem__(self._week._props, "innerHTML", html)  # noqa: SLF001 - not drawn anew
            call(self._week, "patch", self._week.html_id, html)

    def _heard(self, event: Any) -> Any:
        return self._on_choose(str(event.args))


class NearestTimes(Tag):
    """What is open close to a time that has just been taken."""

    def __init__(self, on_choose: Handler) -> None:
        """Create it hidden."""
        super().__init__("fieldset", "lw-nearest")
        with self:
            words = fragment("span", "", "That time was just taken. Here are the closest ones.")
            html = join(icon_svg("triangle-alert"), words)
            Tag("legend", "lw-note lw-warn", html=html, role="alert")
            self._times = Tag("div", "lw-near")
        self.on("change", lambda e: on_choose(str(e.args)), js_handler=_CHOSEN)
        self.show(on=False)

    def offer(self, times: Sequence[tuple[datetime, str]]) -> None:
        """Show these times, each with its words."""
        self._times.set_html(join(*(_radio(at, words) for at, words in times)))
        self.show(on=True)


def week_html(days: Sequence[DayTimes], chosen: datetime | None) -> Safe:
    """Return the days of a week with their radios."""
    return join(*(_day(day, chosen) for day in days))


def _day(day: DayTimes, chosen: datetime | None) -> Safe:
    name = f"{day.day:%A}, {day.day:%B} {day.day.day}"
    head = fragment(
        "h3", "", f"{day.day:%a} ", fragment("b", "", str(day.day.day)), aria_label=name
    )
    if not day.times:
        return fragment("div", "lw-day", head, fragment("p", "lw-none", "No open times"))
    items = [
        fragment("li", "", _radio(t.starts_at, t.label, checked=t.starts_at == chosen))
        for t in day.times
    ]
    return fragment(
        "div", "lw-day", head, fragment("ul", "", *items), role="group", aria_label=name
    )


def _radio(moment: datetime, words: str, *, checked: bool = False) -> Safe:
    radio = fragment(
        "input", type_="radio", name=GROUP, value=moment.isoformat(), checked=checked or None
    )
    return fragment("label", "lw-slot", radio, fragment("span", "", words))


def kinds_html(kinds: Sequence[TypeOption], chosen: str) -> Safe:
    """Return the visit types as radios with what they are."""
    return join(*(_kind(kind, checked=kind.id == chosen) for kind in kinds))


def _kind(kind: TypeOption, *, checked: bool) -> Safe:
    facts = [f"{kind.minutes} minutes", kind.price]
    if kind.by_request:
        facts.append("The practice answers your request")
    small = ". ".join(f for f in [", ".join(f for f in facts if f), kind.description] if f)
    radio = fragment("input", type_="radio", name="kind", value=kind.id, checked=checked or None)
    words = fragment("span", "lw-grow", kind.name, fragment("small", "", small))
    return fragment("label", "lw-check", radio, words)


def facts_html(facts: Sequence[tuple[str, str | Safe]]) -> Safe:
    """Return names and values; those without a value are left out."""
    return join(
        *(
            join(fragment("dt", "", name), fragment("dd", "", value))
            for name, value in facts
            if value
        )
    )


def week_words(week: WeekView) -> str:
    """Say which days a week shows: December 14 to 18, or November 30 to December 4."""
    first, last = week.first, week.last
    end = f"{last.day}" if first.month == last.month else f"{last:%B} {last.day}"
    return f"{first:%B} {first.day} to {end}"
