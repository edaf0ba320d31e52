"""Markdown as clean HTML, for pages and for PDFs; made and cleaned on the server."""

from functools import cache

import nh3
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "hr"}
_SMALL = {"h1": "h3", "h2": "h3", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}


def clean_html(source: str, headings: dict[str, str] | None = None) -> str:
    """Return Markdown as HTML that holds nothing but paragraphs, lists, emphasis, links, headings.

    Raw HTML in the source is shown as text; pictures and scripts are dropped.

    Args:
        source: the Markdown.
        headings: the tag of each level; by default `h3` and `h4`, below the sections of a page.
    """
    names = headings or _SMALL
    tokens = _parser().parse(source)
    for token in tokens:
        token.tag = names.get(token.tag, token.tag)
    html = _parser().renderer.render(tokens, _parser().options, {})
    return nh3.clean(
        html,
        tags=TAGS | set(names.values()),
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True})
