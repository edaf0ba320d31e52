"""The pages of "To answer", which are put together from two queues."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import Chart, StaffMember, Thread
from portal_app.security.system import open_system
from portal_app.services.messages import practice as inbox
from tests.world import World


def fill(world: World, who: str) -> list[tuple[str, str]]:
    """Write hers, nobody's and another's, by turns, on two charts; gives ids and charts in order."""
    expected = []
    with open_system("conversations") as work:
        charts = {
            key: work.session.exec(select(Chart).where(Chart.public_id == world.charts[key])).one()
            for key in ("alice", "carol")
        }
        staff = {s.name: s.id for s in work.session.exec(select(StaffMember)).all()}
        for number in range(130):
            key = "carol" if number % 5 == 0 else "alice"
            row = Thread(
                chart_id=charts[key].id,
                patient_id=charts[key].patient_id,
                subject=f"n{number}",
                recipient="front_desk",
                assignee_id=(staff[who.capitalize()], None, staff["Nothing"])[number % 3],
                last_at=world.clock() - timedelta(minutes=number // 4),
            )
            work.session.add(row)
            if number % 3 < 2:
                expected.append((row.public_id, key, row.last_at))
    expected.sort(key=lambda e: (e[2], e[0]), reverse=True)
    return [(thread, key) for thread, key, _ in expected]


@pytest.mark.parametrize(("who", "reached"), [("owner", "alice carol"), ("desk", "alice")])
def test_they_hold_all_of_both_once_and_newest_first(world: World, who: str, reached: str):
    expected = [thread for thread, key in fill(world, who) if key in reached.split()]
    got: list[str] = []
    page = inbox.queue(world[who])
    got += [r.id for r in page.rows]
    while page.next_cursor:
        page = inbox.queue(world[who], cursor=page.next_cursor)
        got += [r.id for r in page.rows]
    assert got == expected
    assert len(page.rows) < 25 < len(got)
