"""Signing: evidence, the signed file and the signature's row come into being together, or not."""

import json
from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from portal_app.data.models import (
    ConsentPaper,
    ConsentSignature,
    DisclosureAcceptance,
    DocumentAssignment,
    DocumentDefinition,
    UserSession,
)
from portal_app.data.schemas.consents import SignatureRow, SignInput
from portal_app.integrations import pdf
from portal_app.integrations.sniffing import display_name
from portal_app.rules import consents as rule
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.signing import Signature
from portal_app.services import files
from portal_app.services.documents.consents import common, evidence
from portal_app.services.documents.consents.evidence import Proof
from portal_app.services.documents.consents.showing import PDF, about

NEEDS = Permission.DOCUMENTS_SIGN
TRIES = 3
ENDED = "This document is not asked for any more. Nothing was signed."
CHANGED = "This document has changed. Open it again, and read it."
TOO_FAST = "Somebody else has signed at the same moment. Try again."


@dataclass(frozen=True)
class Prepared:
    """Everything that a signature needs, read at one moment; nothing is written yet."""

    original: bytes
    before: tuple[Proof, ...]
    facts: dict[str, Any]
    practice: str
    about: str
    zone: Any


def sign(actor: Actor, chart: str, document: str, command: SignInput) -> SignatureRow:
    """Sign a consent as the person whose session this is; a repeated press signs once.

    Raises:
        InvalidError: it is not read or not agreed to, or there is no name.
        ConflictError: it is not asked for any more, or the page shows other bytes.
    """
    typed, strokes = rule.signer_name(command.name), rule.strokes_of(command.strokes)
    for _ in range(TRIES):
        with access.open(actor, NEEDS, chart=chart, quiet=True) as work:
            assignment, definition = common.find(work, document)
            if row := signature_of(work, assignment, common.SIGNER):
                return common.told([row])[0]
            paper = _check(work, assignment, definition, command)
            told = facts_of(work, assignment, definition, paper, common.SIGNER, typed, rule.INTENT)
            told["drawn"] = rule.path_of(strokes)
            told["disclosure"] = disclosure_of(work)
            prepared = prepare(work, assignment, paper, told)
        proof, data = draw(prepared)
        with access.open(
            actor, NEEDS, chart=chart, writes=True, action="documents.sign", target=document
        ) as work:
            assignment, definition = common.find(work, document)
            if row := signature_of(work, assignment, common.SIGNER):
                return common.told([row])[0]
            _check(work, assignment, definition, command)
            if _proofs(work, assignment) != prepared.before:
                continue  # somebody else has signed meanwhile: her signature belongs into the file
            accept(work)
            row = write(work, assignment, common.SIGNER, proof, data)
            finish(work, assignment, definition)
            return common.told([row])[0]
    raise ConflictError(TOO_FAST)


def counter_sign(actor: Actor, chart: str, document: str) -> SignatureRow:
    """Let the clinician of the chart sign beside the patient; a repeated press signs once.

    Raises:
        NotFoundError: another clinician's chart.
        ConflictError: there is nothing to sign.
    """
    needs = Permission.PRACTICE_FORMS
    for _ in range(TRIES):
        with access.open(actor, needs, chart=chart, quiet=True) as work:
            assignment, definition = common.find(work, document)
            if row := signature_of(work, assignment, common.COUNTER):
                return common.told([row])[0]
            paper = _check_counter(work, assignment, definition)
            words = rule.COUNTER_INTENT
            told = facts_of(
                work, assignment, definition, paper, common.COUNTER, work.person.name, words
            )
            prepared = prepare(work, assignment, paper, told)
        proof, data = draw(prepared)
        with access.open(
            actor, needs, chart=chart, writes=True, action="documents.countersign", target=document
        ) as work:
            assignment, definition = common.find(work, document)
            if row := signature_of(work, assignment, common.COUNTER):
                return common.told([row])[0]
            _check_counter(work, assignment, definition)
            if _proofs(work, assignment) != prepared.before:
                continue
            row = write(work, assignment, common.COUNTER, proof, data)
            assignment.status = "reviewed"
            work.session.add(assignment)
            return common.told([row])[0]
    raise ConflictError(TOO_FAST)


def may_counter_sign(
    work: Work, assignment: DocumentAssignment, definition: DocumentDefinition
) -> bool:
    """Whether the person is the clinician whose signature is still missing."""
    own = work.staff is not None and work.staff.practitioner_id == work.chart.practitioner_id
    return own and assignment.status == "submitted" and bool(definition.settings.get("countersign"))


def _check_counter(
    work: Work, assignment: DocumentAssignment, definition: DocumentDefinition
) -> ConsentPaper:
    if work.member.practitioner_id != work.chart.practitioner_id:
        raise NotFoundError
    paper = common.paper_of(work, assignment)
    if paper is None or not may_counter_sign(work, assignment, definition):
        raise ConflictError("There is nothing to sign here.")
    return paper


def signature_of(work: Work, assignment: DocumentAssignment, role: str) -> ConsentSignature | None:
    """Find the signature of the signed-in person."""
    rows = select(ConsentSignature).where(
        ConsentSignature.assignment_id == assignment.id,
        ConsentSignature.user_id == work.person.id,
        ConsentSignature.role == role,
    )
    return work.session.exec(rows).first()


def _check(
    work: Work,
    assignment: DocumentAssignment,
    definition: DocumentDefinition,
    command: SignInput,
) -> ConsentPaper:
    """Refuse what can't be signed by this person at this moment."""
    asked = common.asked(work, assignment, definition)
    relationship = common.relationship(work)
    if not rule.may_sign(asked, relationship):
        raise NotFoundError
    signers = [
        s.relationship for s in common.signatures_of(work, assignment) if s.role == common.SIGNER
    ]
    if assignment.status not in common.OPEN or not rule.adds(asked, signers, relationship):
        raise ConflictError(ENDED)
    paper = common.paper_of(work, assignment)
    if paper is None or paper.sha256.hex() != command.sha256:
        raise ConflictError(CHANGED)
    events = common.events_of(work, assignment)
    if not common.is_read(common.body_of(paper), events, work.person):
        raise InvalidError("Read every page first, or download the document.", field="agreed")
    if not command.agreed:
        raise InvalidError("Tick that you have read the document and agree to it.", field="agreed")
    if not command.accepts_screen and common.acceptance(work, work.person) is None:
        raise InvalidError("Tick that you agree to sign on screen.", field="accepts_screen")
    return paper


def facts_of(
    work: Work,
    assignment: DocumentAssignment,
    definition: DocumentDefinition,
    paper: ConsentPaper,
    role: str,
    typed: str,
    intent: str,
) -> dict[str, Any]:
    """Collect the evidence; who signs is read from the session, never from the page."""
    session = work.session.get(UserSession, work.actor.session_id)
    relationship = common.relationship(work)
    basis = work.facts.grants[0].basis if work.facts and work.facts.grants else ""
    right = rule.authority(relationship, basis)
    if role == common.COUNTER:
        relationship, right = "clinician", f"clinician, {work.practitioner.name}"
    events = [e for e in common.events_of(work, assignment) if e.user_id == work.person.id]
    zone = work.zone

    def at(*kinds: str) -> dict[str, str] | None:
        first = next((e.at for e in events if e.kind in kinds), None)
        return evidence.moment(first, zone) if first else None

    return {
        "format": 1,
        "role": role,
        "document": {
            "id": assignment.public_id,
            "definition": definition.public_id,
            "title": assignment.title,
            "version": definition.version,
            "pages": paper.pages,
            "sha256": paper.sha256.hex(),
        },
        "signer": {
            "user": str(work.person.id),
            "name": work.person.name,
            "typed": typed,
            "email": work.person.email,
        },
        "for": {
            "patient": work.patient.name,
            "relationship": relationship,
            "authority": right,
        },
        "sign_in": {
            "method": session.method if session else "",
            "session": work.actor.session_id,
            "since": evidence.moment(session.created_at, zone) if session else None,
        },
        "from": {
            "ip": work.actor.ip or (session.ip if session else ""),
            "agent": session.user_agent if session else "",
        },
        "times": {
            "zone": work.practice.zone,
            "created": evidence.moment(definition.created_at, zone),
            "sent": evidence.moment(assignment.assigned_at, zone),
            "opened": at("opened"),
            "read": at("read", "downloaded"),
            "signed": evidence.moment(work.now, zone),
        },
        "intent": intent,
        "disclosure": None,
        "drawn": "",
    }


def disclosure_of(work: Work) -> dict[str, Any]:
    """Say when the person has agreed to sign on screen."""
    known = common.acceptance(work, work.person)
    at = known.at if known else work.now
    return {"version": rule.DISCLOSURE_VERSION, "at": evidence.said(at, work.zone)}


def accept(work: Work) -> None:
    """Keep that the person agrees to sign on screen; once a version of the words."""
    if common.acceptance(work, work.person) is not None:
        return
    work.session.add(
        DisclosureAcceptance(
            user_id=work.person.id,
            version=rule.DISCLOSURE_VERSION,
            words=list(rule.DISCLOSURE),
            session_id=work.actor.session_id,
            ip=work.actor.ip,
            at=work.now,
        )
    )


# ---------------------------------------------------------------- three steps: read, draw, write
def prepare(
    work: Work, assignment: DocumentAssignment, paper: ConsentPaper, facts: dict[str, Any]
) -> Prepared:
    """Read the original bytes and what was signed before.

    Raises:
        ConflictError: the kept bytes are not those that were shown.
    """
    row = common.file_of(work, paper.file_id)
    original = files.content(files.store(), row)
    if files.digest(original) != paper.sha256:
        raise ConflictError(CHANGED)
    return Prepared(
        original=original,
        before=_proofs(work, assignment),
        facts=facts,
        practice=common.practice_name(work.practice),
        about=about(work.patient),
        zone=work.zone,
    )


def draw(prepared: Prepared) -> tuple[Proof, bytes]:
    """Sign the evidence and make the signed file, outside of any unit of work.

    Raises:
        ConflictError: the file could not be made.
    """
    keyring = access.keyring()
    proof = evidence.signed(keyring, prepared.facts)
    try:
        data = evidence.assemble(
            keyring,
            prepared.original,
            [*prepared.before, proof],
            practice=prepared.practice,
            about=prepared.about,
            zone=prepared.zone,
        )
    except pdf.PdfError as error:
        raise ConflictError("Your signature could not be kept. Try again.") from error
    return proof, data


def write(
    work: Work, assignment: DocumentAssignment, role: str, proof: Proof, data: bytes
) -> ConsentSignature:
    """Write file, evidence and signature; they are there after the commit, or none of them is."""
    facts = proof.facts
    name = display_name(f"{assignment.title}, signed.pdf")
    file = files.keep(files.store(), work, common.SIGNED, name, PDF, data)
    work.session.flush()
    row = ConsentSignature(
        chart_id=assignment.chart_id,
        patient_id=assignment.patient_id,
        assignment_id=assignment.id,
        user_id=work.person.id,
        number=len(common.signatures_of(work, assignment)) + 1,
        role=role,
        relationship=facts["for"]["relationship"],
        evidence=proof.text,
        key_id=proof.signature.key_id,
        signature=proof.signature.value,
        file_id=file.id,
        signed_at=work.now,
    )
    work.session.add(row)
    common.add_event(work, assignment, "countersigned" if role == common.COUNTER else "signed")
    work.session.flush()
    common.announce(work)
    return row


def finish(work: Work, assignment: DocumentAssignment, definition: DocumentDefinition) -> None:
    """Move the document on once everybody has signed who has to."""
    rows = common.signatures_of(work, assignment)
    signers = [s.relationship for s in rows if s.role == common.SIGNER]
    if rule.is_complete(common.asked(work, assignment, definition), signers):
        assignment.status, assignment.finished_at = "submitted", work.now
        work.session.add(assignment)


def _proofs(work: Work, assignment: DocumentAssignment) -> tuple[Proof, ...]:
    rows = common.signatures_of(work, assignment)
    return tuple(Proof(r.evidence, Signature(r.key_id, r.signature)) for r in rows)


def evidence_holds(row: ConsentSignature) -> bool:
    """Whether the evidence of a signature is as it was signed."""
    proof = Proof(row.evidence, Signature(row.key_id, row.signature))
    return evidence.holds(access.keyring(), proof)


def evidence_of(row: ConsentSignature) -> dict[str, Any]:
    """Read the evidence of a signature."""
    found: dict[str, Any] = json.loads(row.evidence)
    return found
