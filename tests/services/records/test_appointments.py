"""Visits that are written into a chart as they were."""

from datetime import timedelta

from sqlmodel import select

from portal_app.data.models import Appointment, Chart, Location
from portal_app.integrations.fhir.appointment import Visit
from portal_app.security.system import open_system
from portal_app.services.records.appointments import write_appointments
from tests.schedule_world import all_of, at, schedule
from tests.world import World


def test_a_visit_keeps_the_wall_clock_of_its_place(world: World):
    schedule()
    nine, half = at(1, 9), timedelta(minutes=30)
    with open_system("the test's place and visits") as work:
        place = work.session.exec(select(Location)).one()
        place.zone = "America/Denver"
        work.session.add(place)
        chart = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts["alice"])
        ).one()
        found = [
            Visit("booked", nine, nine + half, "Follow-up", "in_person", None),
            Visit("booked", nine + half, nine + 2 * half, "Follow-up", "video", None),
        ]
        write_appointments(work, chart, found, booked_by=world.users["alice"])
    walls = {v.mode: (v.zone, v.wall_start) for v in all_of(Appointment)}
    assert walls == {
        "in_person": ("America/Denver", "2026-12-01T10:00:00"),
        "video": ("America/Los_Angeles", "2026-12-01T09:30:00"),
    }
