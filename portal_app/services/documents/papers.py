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
    with access.open(
        actor, Permission.DOCUMENTS_FILL, chart=chart, action="documents.open", target=document
    ) as work:
        assignment, definition = find(work, document)
        opener = OPENERS.get(assignment.kind)
        if opener is None:
            raise NotFoundError
        return opener(work, assignment, definition)
