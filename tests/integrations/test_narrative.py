"""The producer's own narrative: words, lists and tables stay, everything else goes."""

import pytest

from portal_app.integrations import narrative
from portal_app.integrations.narrative import CHARACTERS_MOST, DEPTH_MOST, clean


def test_words_lists_and_tables_stay():
    html = "<p>Never <b>smoked</b> &amp; well</p><ul><li>One</li></ul>"
    table = "<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"
    assert clean(html + table) == html + table
    assert clean("") == ""


@pytest.mark.parametrize(
    "trap",
    [
        "<img src='http://x.example/a.png'>",
        "<a href='http://x.example'>told</a>",
        "<a rel='attachment' href='file:///etc/passwd'>told</a>",
        "<link rel='attachment' href='file:///etc/hostname'>",
        "<style>@import url(http://x.example)</style>",
        "<script>alert(1)</script>",
        "<svg><image href='http://x.example'/></svg>",
        "<object data='http://x.example'></object>",
        "<p style='background:url(http://x.example)' onclick='x()'>told</p>",
        "<iframe src='http://x.example'></iframe>",
        "<!-- http://x.example -->",
    ],
)
def test_nothing_leads_out_of_it(trap: str):
    kept = clean(f"<p>before</p>{trap}<p>after</p>")
    assert "before" in kept
    assert "after" in kept
    assert "x.example" not in kept
    for word in ("href", "src", "style", "onclick", "file:", "<script", "<svg", "<a"):
        assert word not in kept


def test_what_is_nested_too_deeply_comes_back_as_its_words():
    deepest = "<div>" * DEPTH_MOST + "words" + "</div>" * DEPTH_MOST
    assert clean(deepest) == deepest
    assert clean(f"<div>{deepest}</div>") == "<p>words</p>"
    assert clean("<ul><li>" * 3000 + "words") == "<p>words</p>"


def test_what_is_too_long_comes_back_as_its_first_words():
    for long in ("w" * (CHARACTERS_MOST + 1), "w" * (CHARACTERS_MOST * 5)):
        kept = clean(f"<p>{long}</p>")
        assert kept == f"<p>{'w' * CHARACTERS_MOST}</p>"
    assert narrative.clean(f"<p>{'w' * 100}</p>") == f"<p>{'w' * 100}</p>"
