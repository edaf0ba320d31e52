"""Numbers over time: drawn once there are two, and always a table for who can't see the line."""

from datetime import date

from portal_app.components.trend import Line, Point, Range, trend_html

BANDS = (Range(0, 4, "Little"), Range(5, 27, "<b>Much</b>"))
JUNE, JULY = Point(date(2026, 6, 1), 4, "Little"), Point(date(2026, 7, 1), 12.5, "<b>Much</b>")


def line(*points: Point) -> str:
    return str(trend_html(Line("PHQ-9 <x>", points, 0, 27, BANDS, unit="points")))


def test_two_points_make_a_line_with_its_bands_and_a_table_of_the_same():
    drawn = line(JUNE, JULY)
    assert drawn.count("<svg") == 1
    assert "12.5 points, &lt;b&gt;Much&lt;/b&gt; on Jul 1, 2026" in drawn
    rows = drawn.partition("<tbody>")[2].split("<tr>")[1:]
    assert [("Jul 1, 2026" in r, "Jun 1, 2026" in r) for r in rows] == [
        (True, False),
        (False, True),
    ]
    assert "Little" in drawn
    assert "<b>Much" not in drawn
    assert "<x>" not in drawn


def test_one_point_is_said_and_not_drawn():
    drawn = line(JUNE)
    assert "<svg" not in drawn
    assert "4 points, Little on Jun 1, 2026" in drawn
    assert "<td>Jun 1, 2026</td>" in drawn


def test_the_same_value_twice_and_the_same_day_twice_are_drawn():
    for points in ((JUNE, JUNE), (Point(JUNE.on, 0), Point(JULY.on, 0))):
        assert "nan" not in line(*points).lower()
        assert line(*points).count("<svg") == 1
