"""Markdown of the practice as a piece of a page."""

from portal_app.components.safe import Safe
from portal_app.integrations.markup import clean_html


def markdown(source: str, headings: dict[str, str] | None = None) -> Safe:
    """Return Markdown as clean markup; `headings` names other tags than `h3` and `h4`."""
    return Safe(clean_html(source, headings))
