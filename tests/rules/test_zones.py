from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.rules.zones import TURNS, ZONES

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("zone", sorted(ZONES))
def test_the_rules_written_by_hand_tell_the_time_of_the_zone(zone: str):
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [begin + timedelta(hours=3) * step for step in range(3 * 365 * 8)]
    turns = [turn for turn, _ in TURNS[zone] if 2026 <= turn.year < 2029]
    moments += [turn + shift for turn in turns for shift in (-SECOND, 0 * SECOND, SECOND)]
    for moment in moments:
        told = moment.astimezone(ZoneInfo(zone)).utcoffset()
        assert told == timedelta(minutes=ZONES[zone](moment)), moment
