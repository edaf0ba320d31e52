"""The billing page of a chart with 20 and with 20,000 entries in its books."""

from tests.billing_world import issue, lengthen, timed
from tests.world import World

FACTOR = 1.3


def test_a_long_history_is_as_fast(world: World):
    lengthen(world, 20)
    issue(world, 100_00)
    few, before = timed(world, 200)
    lengthen(world, 20_000 - 20)
    many, after = timed(world, 200)
    print(f"\nbilling page: {few} and {many} queries, p95 {before:.1f} and {after:.1f} ms")  # noqa: T201
    assert many == few
    assert after <= before * FACTOR + 1
