"""Six weeks of open times beside an empty calendar, and beside two thousand visits."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlmodel import select

from portal_app.data.models import BusyTime, Practitioner
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services.schedule import picker
from tests.bench.conftest import Figures
from tests.bench.volume import Filled, asked, measure, statements
from tests.schedule_world import at, schedule
from tests.world import World, build

VISITS, WEEKS = 2000, 6
ROOM = 1.3
HALF_HOUR = timedelta(minutes=30)


def busy_from() -> Iterator[datetime]:
    """Half hours of open days, of which each fourth stays free; the six weeks come first."""
    day = at(24, 9, month=11)
    while True:
        if day.weekday() < 5:
            yield from (day + HALF_HOUR * n for n in range(16) if n % 4)
        day += timedelta(days=1)


def fill(world: World, number: int) -> Filled:
    schedule(upcoming_most=0, lead_minutes=0, horizon_days=7 * WEEKS)
    with open_system("the bench's visits") as work:
        who = work.session.exec(select(Practitioner).where(Practitioner.name == "Dr. Own")).one()
        starts = busy_from()
        rows = [
            BusyTime(
                practitioner_id=who.id, starts_at=s, ends_at=s + HALF_HOUR, kind="visit"
            ).model_dump()
            for s in (next(starts) for _ in range(number))
        ]
        if rows:
            work.session.execute(insert(BusyTime), rows)
    return Filled(world, access.database())


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Filled, Filled]]:
    folder: Path = tmp_path_factory.mktemp("calendars")
    made = tuple(fill(build(folder / str(n)), n) for n in (0, VISITS))
    yield made[0], made[1]
    for one in made:
        one.database.close()


def look(world: World) -> object:
    view = picker.picker(world["alice"], world.charts["alice"], kind=types(world)[0])
    assert view.week is not None
    assert view.week.times
    return view


def types(world: World) -> list[str]:
    if id(world) not in _types:
        view = picker.picker(world["alice"], world.charts["alice"])
        _types[id(world)] = [t.id for t in view.types]
    return _types[id(world)]


_types: dict[int, list[str]] = {}


def asked_of_busy_time(filled: Filled) -> int:
    return sum("FROM busytime" in text for text in asked(filled, look))


def test_six_weeks_of_open_times(both: tuple[Filled, Filled], figures: Figures):
    empty, full = (statements(one, look) for one in both)
    fast, slow = min((measure(both, look) for _ in range(3)), key=lambda p: p[1] / p[0])
    figures.add(
        f"six weeks of open times: statements, p95 empty, beside {VISITS} visits",
        f"{empty}, {fast:.2f} ms, {slow:.2f} ms, ratio {slow / fast:.2f}",
    )
    assert empty == full
    assert asked_of_busy_time(both[1]) == 1
    assert slow <= ROOM * fast
