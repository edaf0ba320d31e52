import pytest

from portal_app.rules.schedule.states import (
    ACTIVE,
    MAY,
    TAKES_TIME,
    VisitStatus,
    can_be_completed,
    may_become,
)

ENDS = "rescheduled cancelled_by_patient late_cancelled cancelled_by_practice no_show"
TABLE = {
    "requested": "booked declined expired rescheduled cancelled_by_patient",
    "booked": f"confirmed arrived {ENDS}",
    "confirmed": f"arrived {ENDS}",
    "arrived": "completed",
}


@pytest.mark.parametrize("old", VisitStatus)
def test_what_a_visit_may_become(old: VisitStatus):
    expected = set(TABLE.get(old, "").split())
    assert {new for new in VisitStatus if may_become(old, new)} == expected
    assert MAY[old] == expected


def test_what_has_ended_takes_no_time_and_what_goes_on_does():
    assert {"requested", "booked", "confirmed", "arrived"} == ACTIVE
    assert {"requested", "booked", "confirmed", "arrived", "completed"} == TAKES_TIME
    assert all(MAY[status] for status in ACTIVE)
    assert not any(MAY[status] for status in set(VisitStatus) - ACTIVE)


def test_every_status_can_be_reached():
    reached, found = set(), {VisitStatus.REQUESTED}
    while found:
        reached |= found
        found = {new for old in found for new in MAY[old]} - reached
    assert reached == set(VisitStatus)


@pytest.mark.parametrize("status", VisitStatus)
def test_whoever_came_or_may_still_come_can_be_seen(status: VisitStatus):
    assert can_be_completed(status) == (status in {"booked", "confirmed", "arrived"})
