"""The practice's calendar: a day, a week, the same as a list."""

from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from portal_app import live
from portal_app.components.button import Button, icon_link, link_button
from portal_app.components.schedule.calendar import CalendarGrid, columns_of, week_words
from portal_app.components.tabs import Tab, folders
from portal_app.components.tag import Tag
from portal_app.components.text import h1, h2
from portal_app.data.schemas.schedule import CalendarView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.new_visit import NewVisit
from portal_app.pages.practice.time_off import TimeOff
from portal_app.pages.practice.whose import whose
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.services.schedule import calendar
from portal_app.services.worker import run

VIEWS = (("day", "Day"), ("week", "Week"), ("list", "List"))
MORE = "Only the first 500 visits are shown. Choose one clinician to see the others."


@section(
    "practice",
    "/calendar",
    needs=Permission.PRACTICE_SCHEDULE,
    title="Calendar",
    nav="calendar",
    load=calendar.calendar,
    query=("date", "view", "clinician"),
)
def calendar_page(visit: Visit, view: CalendarView) -> None:
    """Show the visits, and let the practice add some."""
    wall = Wall(ZoneInfo(view.zone), visit.wall.now)
    with Tag("div", "lw-page"):
        with Tag("div", "lw-page-h"):
            h1("Calendar")
            with Tag("div", "lw-act"):
                off = Button("Add time off", kind="sec", repeatable=True)
                new = Button("New visit", icon="calendar-plus", repeatable=True)
        _bar(view)
        if len(view.clinicians) > 1:
            people = [("", "Everybody’s"), *view.clinicians]
            whose(
                visit,
                "Whose visits",
                people,
                view.clinician,
                lambda key: _href(view, view.first, clinician=key),
            )
        grid = CalendarGrid()
        note = Tag("p", "lw-soft", MORE).show(on=view.more)
    _draw(grid, view, wall)

    async def refresh() -> None:
        newer = await run(
            calendar.calendar,
            visit.actor,
            date=view.first.isoformat(),
            view=view.view,
            clinician=view.clinician,
        )
        _draw(grid, newer, wall)
        note.show(on=newer.more)

    live.subscribe(view.topic, refresh)
    booking, time_off = NewVisit(visit), TimeOff(visit, view.clinicians, view.clinician)
    new.on_click(lambda: booking.open(view.first))
    off.on_click(lambda: time_off.open(view.first))


def _draw(grid: CalendarGrid, view: CalendarView, wall: Wall) -> None:
    if view.view == "list":
        grid.show_list(view.visits, wall, "No visits this week.")
        return
    shown = [c for c in view.clinicians if not view.clinician or c[0] == view.clinician]
    days = [view.first + timedelta(days=n) for n in range((view.last - view.first).days + 1)]
    busy = {v.starts_at.astimezone(wall.zone).date() for v in view.visits}
    days = [d for d in days if len(days) == 1 or d.weekday() < 5 or d in busy]
    grid.show_columns(columns_of(days, shown, view.visits, view.blocks, wall), wall, _words(view))


def _bar(view: CalendarView) -> None:
    step = timedelta(days=1 if view.view == "day" else 7)
    what = "day" if view.view == "day" else "week"
    with Tag("div", "lw-calbar"):
        with Tag("div", "lw-wrap1"):
            icon_link("chevron-left", f"Earlier {what}", _href(view, view.first - step))
            h2(_words(view))
            icon_link("chevron-right", f"Later {what}", _href(view, view.first + step))
            if not view.first <= view.today <= view.last:
                link_button("Today", _href(view, view.today), kind="txt")
        day = view.today if view.first <= view.today <= view.last else view.first
        tabs = [
            Tab(words, _href(view, day, view=key), current=key == view.view) for key, words in VIEWS
        ]
        folders("View", tabs)


def _href(shown: CalendarView, day: date, *, view: str = "", clinician: str | None = None) -> str:
    who = shown.clinician if clinician is None else clinician
    query = {"date": day.isoformat(), "view": view or shown.view} | (
        {"clinician": who} if who else {}
    )
    return f"/practice/calendar?{urlencode(query)}"


def _words(view: CalendarView) -> str:
    first = view.first
    if view.view != "day":
        return week_words(first, view.today)
    year = "" if first.year == view.today.year else f", {first.year}"
    return f"{first:%A}, {first:%B} {first.day}{year}"
