"""Markdown of the practice as clean markup; made and cleaned on the server."""

from functools import cache

import nh3
from markdown_it import MarkdownIt

from portal_app.components.safe import Safe

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "hr"}
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}


def markdown(source: str) -> Safe:
    """Return Markdown as clean HTML: paragraphs, lists, emphasis, links and small headings.

    Raw HTML in the source is shown as text; pictures and scripts are dropped. Headings become
    `h3` and `h4`, below the sections of the page.
    """
    tokens = _parser().parse(source)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    html = _parser().renderer.render(tokens, _parser().options, {})
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    return Safe(cleaned)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True})
