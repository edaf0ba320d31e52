"""What both sides of a consent have in common."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from portal_app.data.models import (
    ConsentEvent,
    ConsentPaper,
    ConsentSignature,
    DisclosureAcceptance,
    DocumentAssignment,
    DocumentDefinition,
    Practice,
    StoredFile,
    User,
)
from portal_app.data.schemas.consents import SignatureRow
from portal_app.rules.consents import DISCLOSURE_VERSION, Asked, is_minor
from portal_app.rules.errors import NotFoundError
from portal_app.security.access import Work
from portal_app.services.documents import papers

KIND = "e_consent"
SHOWN, SIGNED = "consent", "consent.signed"
"""Kinds of files: the exact bytes that are shown, and the signed PDFs."""
OPEN = frozenset({"assigned", "in_progress", "returned"})
SIGNER, COUNTER = "signer", "counter"
LIST_TOPIC = "documents"


def topic(chart: str) -> str:
    """Name the topic of a chart's documents (public id)."""
    return f"documents:{chart}"


def announce(work: Work) -> None:
    """Tell both sides that a document of the open chart has changed."""
    work.announce(topic(work.chart.public_id), LIST_TOPIC)


def practice_name(practice: Practice) -> str:
    """Give the practice's whole name."""
    return f"{practice.name} {practice.name_second_line}".strip()


def find(work: Work, document: str) -> tuple[DocumentAssignment, DocumentDefinition]:
    """Find a consent of the open chart.

    Raises:
        NotFoundError: absent, out of reach, or a document of another kind.
    """
    assignment, definition = papers.find(work, document)
    if assignment.kind != KIND:
        raise NotFoundError
    return assignment, definition


def asked(work: Work, assignment: DocumentAssignment, definition: DocumentDefinition) -> Asked:
    """Say whose signature a consent needs today."""
    return Asked(
        assignment.completed_by,
        is_minor(work.patient.birth_date, work.today),
        bool(definition.settings.get("minor_signs")),
    )


def relationship(work: Work) -> str:
    """Say what the person is to the patient of the open chart."""
    return work.facts.relationship if work.facts else ""


@dataclass(frozen=True)
class Body:
    """What the page shows of a document."""

    parts: tuple[str, ...]
    is_markdown: bool

    @property
    def wordless(self) -> bool:
        """Whether a page has no words, so that the file itself has to be opened."""
        return any(not part.strip() for part in self.parts)

    def packed(self) -> str:
        """Write it for the database."""
        return json.dumps({"markdown": self.is_markdown, "parts": self.parts})


def body_of(paper: ConsentPaper) -> Body:
    """Read what the page shows."""
    raw = json.loads(paper.body)
    return Body(tuple(raw["parts"]), bool(raw["markdown"]))


def paper_of(work: Work, assignment: DocumentAssignment) -> ConsentPaper | None:
    """Find the bytes of a consent that are shown; ``None`` before it is first opened."""
    rows = select(ConsentPaper).where(ConsentPaper.assignment_id == assignment.id)
    return work.session.exec(rows).first()


def signatures_of(work: Work, assignment: DocumentAssignment) -> list[ConsentSignature]:
    """List who has signed, the first first."""
    rows = select(ConsentSignature).where(ConsentSignature.assignment_id == assignment.id)
    return list(work.session.exec(rows.order_by(col(ConsentSignature.number))).all())


def events_of(work: Work, assignment: DocumentAssignment) -> list[ConsentEvent]:
    """List what has happened, the oldest first."""
    rows = select(ConsentEvent).where(ConsentEvent.assignment_id == assignment.id)
    return list(work.session.exec(rows.order_by(col(ConsentEvent.at)).limit(500)).all())


def has(events: Sequence[ConsentEvent], kind: str, user: User) -> bool:
    """Whether that person has done that."""
    return any(e.kind == kind and e.user_id == user.id for e in events)


def is_read(body: Body, events: Sequence[ConsentEvent], user: User) -> bool:
    """Whether the person has been shown the whole document, or has taken the file."""
    if has(events, "downloaded", user):
        return True
    if body.wordless:
        return False
    return has(events, "opened" if len(body.parts) == 1 else "read", user)


def add_event(
    work: Work, assignment: DocumentAssignment, kind: str, reason: str = ""
) -> ConsentEvent:
    """Note that the signed-in person has done something; the work must be writing."""
    row = ConsentEvent(
        chart_id=assignment.chart_id,
        patient_id=assignment.patient_id,
        assignment_id=assignment.id,
        kind=kind,
        user_id=work.user.id if work.user else None,
        by=work.user.name if work.user else "",
        reason=reason,
        session_id=work.actor.session_id,
        at=work.now,
    )
    work.session.add(row)
    return row


def acceptance(work: Work, user: User) -> DisclosureAcceptance | None:
    """Find the person's agreement to sign on screen."""
    rows = select(DisclosureAcceptance).where(
        DisclosureAcceptance.user_id == user.id,
        DisclosureAcceptance.version == DISCLOSURE_VERSION,
    )
    return work.session.exec(rows).first()


def file_of(work: Work, file_id: uuid.UUID) -> StoredFile:
    """Get the row of a file of the open chart.

    Raises:
        NotFoundError: it is not there.
    """
    row = work.session.exec(select(StoredFile).where(StoredFile.id == file_id)).first()
    if row is None:
        raise NotFoundError
    return row


def told(rows: Sequence[ConsentSignature]) -> tuple[SignatureRow, ...]:
    """Say who has signed, from the evidence that was signed with it."""
    found = []
    for row in rows:
        evidence = json.loads(row.evidence)
        found.append(
            SignatureRow(
                evidence["signer"]["typed"],
                evidence["for"]["authority"],
                row.signed_at,
                row.role == COUNTER,
            )
        )
    return tuple(found)
