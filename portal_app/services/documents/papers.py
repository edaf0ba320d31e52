"""One assigned document, whatever its kind: found, and opened by what its kind knows of it."""

from collections.abc import Callable
from typing import Any

from sqlmodel import col, select

from portal_app.data.models import DocumentAssignment, DocumentDefinition
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor

Opener = Callable[[Work, DocumentAssignment, DocumentDefinition], Any]
OPENERS: dict[str, Opener] = {}
"""Kind of document -> what makes its view for the patient; each kind adds its own."""


class UnmadeError(Exception):
    """Something has to be made, outside of any unit of work, before the document can be opened."""

    def __init__(self, make: Callable[[Actor, str, str], None]) -> None:
        """Keep what makes it; it is called with the actor, the chart and the document."""
        super().__init__()
        self.make = make


def find(work: Work, document: str) -> tuple[DocumentAssignment, DocumentDefinition]:
    """Find a document of the open chart.

    Raises:
        NotFoundError: absent, out of reach, or taken back by the practice.
    """
    rows = (
        select(DocumentAssignment, DocumentDefinition)
        .join(DocumentDefinition, col(DocumentAssignment.definition_id) == DocumentDefinition.id)
        .where(
            DocumentAssignment.public_id == document,
            DocumentAssignment.chart_id == work.chart.id,
            DocumentAssignment.status != "withdrawn",
        )
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def open_paper(actor: Actor, chart: str, document: str) -> Any:
    """Open a document for the person who fills it in, signs it, or reads it again."""
    try:
        return _open(actor, chart, document)
    except UnmadeError as unmade:
        unmade.make(actor, chart, document)
    return _open(actor, chart, document)


def _open(actor: Actor, chart: str, document: str) -> Any:
    with access.open(
        actor, Permission.DOCUMENTS_FILL, chart=chart, action="documents.open", target=document
    ) as work:
        assignment, definition = find(work, document)
        opener = OPENERS.get(assignment.kind)
        if opener is None:
            raise NotFoundError
        return opener(work, assignment, definition)
