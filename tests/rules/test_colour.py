"""A practice's colour: refused where words can't be read, and readable in every shade."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules import colour
from portal_app.rules.errors import InvalidError

rgb = st.tuples(*[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#777777", "#FFFFFF", 4.48),
        ("#14594F", "#FFFFFF", 8.12),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_is_that_of_the_guidelines(one: str, other: str, ratio: float):
    found = colour.contrast(colour.parsed(one), colour.parsed(other))
    assert found == pytest.approx(ratio, abs=0.05)


@pytest.mark.parametrize("text", ["#767676", "#FFD400", "#ffffff", "#5AA9E6"])
def test_what_is_too_light_is_refused_with_one_that_would_do(text: str):
    with pytest.raises(InvalidError) as refused:
        colour.checked(text)
    assert refused.value.field == "accent"
    found = re.search(r"#[0-9A-F]{6}", refused.value.message)
    assert found
    assert colour.checked(found[0]) == found[0]


@pytest.mark.parametrize("text", ["green", "#12345", "14594F", "#14594G", "#14594F;}", "#14594F\n"])
def test_what_is_no_colour_is_refused(text: str):
    if text.strip() == "#14594F":
        assert colour.checked(text) == "#14594F"
        return
    with pytest.raises(InvalidError):
        colour.checked(text)


def test_nothing_is_the_houses_own():
    assert colour.checked(" ") == ""
    assert colour.sheet("") == ""


@given(rgb)
def test_words_can_be_read_in_every_shade(found: colour.Rgb):
    try:
        kept = colour.checked(colour.written(found))
    except InvalidError:
        return
    day, dark = (
        dict(re.findall(r"--([\w-]+):(#[0-9A-F]{6})", part))
        for part in (
            colour.sheet(kept).split("@media")[0],
            colour.sheet(kept).split('[data-theme="dark"]')[1],
        )
    )
    white, night = "#FFFFFF", "#182120"
    for one, other in (
        (day["brand"], white),
        (day["brand-hover"], white),
        (day["link"], "#F8F6F1"),
        (dark["link"], night),
        (dark["brand"], dark["on-brand"]),
    ):
        assert colour.contrast(colour.parsed(one), colour.parsed(other)) >= colour.ENOUGH
