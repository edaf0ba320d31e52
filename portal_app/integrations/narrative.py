"""The producer's own narrative of a section, made harmless: words, lists and tables."""

import re
from html.parser import HTMLParser

import nh3

TAGS = {
    "b",
    "br",
    "caption",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "i",
    "li",
    "ol",
    "p",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
}
DEPTH_MOST = 40
"""Deeper than that it is no text any more: only its words are kept."""
CHARACTERS_MOST = 60_000


class _Depth(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag != "br":
            self.now += 1
            self.most = max(self.most, self.now)

    def handle_endtag(self, tag: str) -> None:
        del tag
        self.now -= 1


def clean(html: str) -> str:
    """Return markup of words, lists and tables: no attribute, no address, nothing that is fetched.

    What is nested too deeply or is too long comes back as its words in one paragraph.
    """
    if not html:
        return ""
    if len(html) > CHARACTERS_MOST * 4:
        return _words(html)
    kept = nh3.clean(html, tags=TAGS, attributes={}, link_rel=None)
    depth = _Depth()
    depth.feed(kept)
    if depth.most > DEPTH_MOST or len(kept) > CHARACTERS_MOST:
        return _words(html)
    return kept


def _words(html: str) -> str:
    """Return the words alone."""
    bare = nh3.clean(html, tags=set(), attributes={}, link_rel=None)
    text = re.sub(r"\s+", " ", bare).strip()[:CHARACTERS_MOST]
    return f"<p>{text}</p>" if text else ""
