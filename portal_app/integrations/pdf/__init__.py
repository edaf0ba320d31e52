"""PDFs: rendered in a process of their own, and never fetching anything."""

from portal_app.integrations.pdf.pool import PdfError, render, stop, warm
from portal_app.integrations.pdf.templates import page

__all__ = ["PdfError", "page", "render", "stop", "warm"]
