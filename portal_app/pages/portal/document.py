"""One document that the person was asked for; each kind has its own way of showing it."""

from collections.abc import Callable
from typing import Any

from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission
from portal_app.services.documents import papers

DRAWERS: dict[type, Callable[[Visit, Any], None]] = {}
"""Kind of view -> what draws it; each kind adds its own."""


@section(
    "portal",
    "/{chart}/documents/{document}",
    needs=Permission.DOCUMENTS_FILL,
    title="Document",
    nav="documents",
    load=papers.open_paper,
)
def document_page(visit: Visit, view: Any) -> None:
    """Show the document."""
    DRAWERS[type(view)](visit, view)
