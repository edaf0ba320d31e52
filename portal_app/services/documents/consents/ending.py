"""Saying no to a consent, and taking back what was agreed to: events that delete nothing."""

from portal_app.data.models import ConsentEvent
from portal_app.rules import consents as rule
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.documents.consents import common, signing

NEEDS = Permission.DOCUMENTS_SIGN


def decline(actor: Actor, chart: str, document: str, reason: str) -> None:
    """Say no to a consent, with a reason; the practice sees both.

    Raises:
        InvalidError: no reason.
        ConflictError: it is not asked for any more.
    """
    words = _reason(reason)
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="documents.decline", target=document
    ) as work:
        assignment, definition = common.find(work, document)
        if not rule.may_sign(common.asked(work, assignment, definition), common.relationship(work)):
            raise NotFoundError
        if assignment.status not in common.OPEN:
            raise ConflictError(signing.ENDED)
        common.add_event(work, assignment, "declined", words)
        assignment.status, assignment.finished_at = "declined", work.now
        work.session.add(assignment)
        common.announce(work)


def withdraw(actor: Actor, chart: str, document: str, reason: str) -> None:
    """Take back from now on what the person has agreed to; what was signed stays as it is.

    Raises:
        NotFoundError: the person has not signed it.
        InvalidError: no reason.
        ConflictError: it was taken back already.
    """
    words = _reason(reason)
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="documents.withdraw", target=document
    ) as work:
        assignment, _ = common.find(work, document)
        if signing.signature_of(work, assignment, common.SIGNER) is None:
            raise NotFoundError
        if _is_withdrawn(common.events_of(work, assignment)):
            raise ConflictError("You have taken this back already.")
        common.add_event(work, assignment, "withdrawn", words)
        if assignment.status in common.OPEN:  # the other signature is not needed any more
            assignment.status, assignment.finished_at = "declined", work.now
            work.session.add(assignment)
        common.announce(work)


def _is_withdrawn(events: list[ConsentEvent]) -> bool:
    return any(e.kind == "withdrawn" for e in events)


def _reason(text: str) -> str:
    words = text.strip()
    if not words:
        raise InvalidError("Give a reason in a few words.", field="reason")
    if len(words) > rule.REASON_MOST:
        raise InvalidError(f"Use at most {rule.REASON_MOST:,} characters.", field="reason")
    return words
