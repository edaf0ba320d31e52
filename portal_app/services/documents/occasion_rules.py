"""What is assigned by itself: the practice's list for new patients, and for each visit type."""

from collections.abc import Callable

from sqlmodel import col, select

from portal_app.data.models import DocumentDefinition, VisitType
from portal_app.data.schemas.definitions import OccasionRow, OccasionsView
from portal_app.rules.errors import InvalidError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents import assigning, shared
from portal_app.services.documents.occasions import FIRST

NEEDS = Permission.PRACTICE_FORMS
MOST = 10
"""Documents that come with one occasion."""
TYPES_MOST = 100
NEW_PATIENT = "A new patient’s first visit"


def occasions(actor: Actor) -> OccasionsView:
    """List the occasions, the documents that can be assigned, and what comes with what."""
    with access.open(actor, NEEDS) as work:
        names, documents = _occasions(work), _documents(work)
        rows = tuple(
            OccasionRow(occasion, words, key, documents[key])
            for occasion, words in names.items()
            for key in work.practice.document_rules.get(occasion, ())
            if key in documents
        )
        return OccasionsView(rows, tuple(names.items()), tuple(documents.items()))


def _occasions(work: Work) -> dict[str, str]:
    rows = select(VisitType.public_id, VisitType.name).where(col(VisitType.is_active).is_(True))
    found = work.session.exec(rows.order_by(col(VisitType.name)).limit(TYPES_MOST)).all()
    return {FIRST: NEW_PATIENT} | {key: f"{name} is booked" for key, name in found}


def _documents(work: Work) -> dict[str, str]:
    offered = {o.id for o in assigning.options(work)}
    rows = select(DocumentDefinition.key, DocumentDefinition.title).where(
        col(DocumentDefinition.public_id).in_(offered)
    )
    return dict(work.session.exec(rows.order_by(col(DocumentDefinition.title))).all())


def add_occasion(actor: Actor, occasion: str, key: str) -> None:
    """Ask for a document whenever that happens; twice is once.

    Raises:
        InvalidError: no such occasion or document, or too many for one occasion.
    """

    def change(work: Work, held: list[str]) -> list[str]:
        if occasion not in _occasions(work):
            raise InvalidError("Choose when it is asked for.", field="occasion")
        if key not in _documents(work):
            raise InvalidError("Choose a document.", field="document")
        if key not in held and len(held) >= MOST:
            raise InvalidError(f"Use at most {MOST} for one occasion.", field="document")
        return [*held, key] if key not in held else held

    _change(actor, occasion, change)


def remove_occasion(actor: Actor, occasion: str, key: str) -> None:
    """Ask for it no more by itself; what was assigned stays."""
    _change(actor, occasion, lambda _, held: [k for k in held if k != key])


def _change(actor: Actor, occasion: str, change: Callable[[Work, list[str]], list[str]]) -> None:
    with access.open(
        actor, NEEDS, writes=True, action="documents.occasions", target=occasion
    ) as work:
        rules = dict(work.practice.document_rules)
        rules[occasion] = change(work, list(rules.get(occasion, ())))
        work.practice.document_rules = {k: v for k, v in rules.items() if v}
        work.session.add(work.practice)
        work.announce(shared.TOPIC)
