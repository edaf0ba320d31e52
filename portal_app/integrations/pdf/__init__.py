"""PDFs: rendered in a process of their own, and never fetching anything."""

from portal_app.integrations.pdf.pool import (
    PdfError,
    count_pages,
    facts_of,
    join,
    look,
    render,
    stop,
    warm,
)
from portal_app.integrations.pdf.templates import page

__all__ = [
    "PdfError",
    "count_pages",
    "facts_of",
    "join",
    "look",
    "page",
    "render",
    "stop",
    "warm",
]
