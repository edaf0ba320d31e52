"""What a person sees of a consent: the exact bytes, made once, and the way to them."""

from dataclasses import dataclass

from markupsafe import Markup
from sqlmodel import col, select

from portal_app.data.models import (
    ConsentEvent,
    ConsentPaper,
    ConsentSignature,
    ConsentSource,
    DocumentAssignment,
    DocumentDefinition,
    Patient,
    StoredFile,
)
from portal_app.data.schemas.consents import ConsentView
from portal_app.integrations import pdf
from portal_app.integrations.markup import clean_html
from portal_app.integrations.sniffing import display_name
from portal_app.rules.consents import adds, authority, filled, may_sign, parts
from portal_app.rules.errors import ConflictError, NotFoundError, PortalError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import files
from portal_app.services.documents import papers
from portal_app.services.documents.consents import common
from portal_app.services.documents.consents.common import Body

NEEDS = Permission.DOCUMENTS_SIGN
PDF = "application/pdf"
HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}


class NotMadeError(PortalError):
    """The document could not be drawn."""


def view(work: Work, assignment: DocumentAssignment, definition: DocumentDefinition) -> ConsentView:
    """Show a consent to somebody who is asked to sign it, or who has signed it.

    Raises:
        NotFoundError: somebody else is asked.
        UnmadeError: it has not been opened by this person yet.
    """
    if not work.may(NEEDS):
        raise NotFoundError
    asked = common.asked(work, assignment, definition)
    relationship, person = common.relationship(work), work.person
    signatures = common.signatures_of(work, assignment)
    mine = next((s for s in signatures if s.user_id == person.id), None)
    if mine is None and not may_sign(asked, relationship):
        raise NotFoundError
    paper = common.paper_of(work, assignment)
    events = common.events_of(work, assignment)
    is_open = assignment.status in common.OPEN
    opens = is_open and not work.only_looks and not common.has(events, "opened", person)
    if paper is None or opens:
        if not is_open:
            raise NotFoundError  # nobody has opened it while it was asked for
        raise papers.UnmadeError(open_first)
    body = common.body_of(paper)
    signers = [s.relationship for s in signatures if s.role == common.SIGNER]
    last = _last(events)
    own = relationship == "self"
    basis = work.facts.grants[0].basis if work.facts and work.facts.grants else ""
    return ConsentView(
        id=assignment.public_id,
        title=assignment.title,
        state=_state(
            assignment, last, waits=mine is not None or not adds(asked, signers, relationship)
        ),
        parts=body.parts,
        is_markdown=body.is_markdown,
        pages=paper.pages,
        file=common.file_of(work, paper.file_id).public_id,
        sha256=paper.sha256.hex(),
        signed_file=common.file_of(work, signatures[-1].file_id).public_id if signatures else "",
        is_read=common.is_read(body, events, person),
        must_download=body.wordless,
        accepted_screen=common.acceptance(work, person) is not None,
        signer=person.name,
        patient=work.patient.name,
        acts_for="" if own else authority(relationship, basis),
        signatures=common.told(signatures),
        signed_by_me=mine is not None,
        ended_at=last.at if last else None,
        reason=last.reason if last and last.user_id == person.id else "",
        note=assignment.note,
        practice=common.practice_name(work.practice),
        topic=common.topic(work.chart.public_id),
    )


papers.OPENERS[common.KIND] = view


def _last(events: list[ConsentEvent]) -> ConsentEvent | None:
    ends = [e for e in events if e.kind in {"declined", "withdrawn"}]
    return ends[-1] if ends else None


def _state(assignment: DocumentAssignment, last: ConsentEvent | None, *, waits: bool) -> str:
    if last is not None and assignment.status not in common.OPEN:
        return last.kind
    if assignment.status in common.OPEN:
        return "waiting" if waits else "open"
    return "signed" if assignment.status in {"submitted", "reviewed"} else assignment.status


# ---------------------------------------------------------------- the exact bytes
def open_first(actor: Actor, chart: str, document: str) -> None:
    """Make the exact bytes of a consent, once, and note that the person has opened them.

    Rendering happens between two units of work: what another has made meanwhile is kept.

    Raises:
        NotMadeError: the document can't be drawn.
    """
    with access.open(actor, NEEDS, chart=chart, quiet=True) as work:
        assignment, definition = common.find(work, document)
        known = common.paper_of(work, assignment) is not None
        source = None if known else source_of(work, definition)
    made = drawn(source) if source else None
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="documents.open", target=document
    ) as work:
        assignment, definition = common.find(work, document)
        if assignment.status not in common.OPEN:
            raise NotFoundError
        if common.paper_of(work, assignment) is None:
            if made is None:
                raise ConflictError("This document has changed. Open it again.")
            keep(work, assignment, *made)
        if not common.has(common.events_of(work, assignment), "opened", work.person):
            common.add_event(work, assignment, "opened")
        if assignment.opened_at is None:
            assignment.opened_at, assignment.status = work.now, "in_progress"
            work.session.add(assignment)
            common.announce(work)


@dataclass(frozen=True)
class Source:
    """What a document is made of, read in one unit of work and drawn after it."""

    title: str
    markdown: str
    pdf: bytes | None
    pages: tuple[str, ...]
    values: dict[str, str]
    practice: str
    about: str


def source_of(work: Work, definition: DocumentDefinition) -> Source:
    """Read what a document is made of, with the values of the open chart."""
    uploaded = work.session.get(ConsentSource, definition.id)
    return Source(
        title=definition.title,
        markdown=definition.markdown,
        pdf=uploaded.pdf if uploaded else None,
        pages=tuple(uploaded.pages) if uploaded else (),
        values=_values(work),
        practice=common.practice_name(work.practice),
        about=about(work.patient),
    )


def _values(work: Work) -> dict[str, str]:
    born, today = work.patient.birth_date, work.today
    return {
        "patient": work.patient.name,
        "birth_date": f"{born:%B} {born.day}, {born.year}" if born else "",
        "clinician": work.practitioner.name,
        "practice": common.practice_name(work.practice),
        "phone": work.practice.phone,
        "date": f"{today:%B} {today.day}, {today.year}",
    }


def about(patient: Patient) -> str:
    """Say whom a document is about, at the foot of its pages."""
    born = patient.birth_date
    return f"{patient.name}, born {born:%B} {born.day}, {born.year}" if born else patient.name


def drawn(source: Source) -> tuple[bytes, Body, int]:
    """Make the exact bytes, what the page shows of them, and how many pages there are.

    Raises:
        NotMadeError: the document can't be drawn.
    """
    if source.pdf is not None:
        return source.pdf, Body(source.pages, is_markdown=False), len(source.pages)
    shown = parts(filled(source.markdown, source.values))
    html = pdf.page(
        "consent.html",
        title=source.title,
        practice=source.practice,
        about=source.about,
        made=source.values["date"],
        parts=[Markup(clean_html(part, HEADINGS)) for part in shown],  # noqa: S704 - cleaned
    )
    try:
        data = pdf.render(html)
        return data, Body(shown, is_markdown=True), pdf.count_pages(data)
    except pdf.PdfError as error:
        raise NotMadeError("This document could not be opened. Tell the practice.") from error


def keep(
    work: Work, assignment: DocumentAssignment, data: bytes, body: Body, pages: int
) -> ConsentPaper:
    """Keep the exact bytes of a document."""
    name = display_name(f"{assignment.title}.pdf")
    row = files.keep(files.store(), work, common.SHOWN, name, PDF, data)
    work.session.flush()
    paper = ConsentPaper(
        chart_id=assignment.chart_id,
        patient_id=assignment.patient_id,
        assignment_id=assignment.id,
        file_id=row.id,
        sha256=row.sha256,
        pages=pages,
        body=body.packed(),
        made_at=work.now,
    )
    work.session.add(paper)
    work.session.flush()
    return paper


def mark_read(actor: Actor, chart: str, document: str) -> None:
    """Note that the person has been shown the last page."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="documents.read", target=document
    ) as work:
        assignment, definition = common.find(work, document)
        if not may_sign(common.asked(work, assignment, definition), common.relationship(work)):
            raise NotFoundError
        if not common.has(common.events_of(work, assignment), "read", work.person):
            common.add_event(work, assignment, "read")


# ---------------------------------------------------------------- the files
def _hand_out(work: Work, row: StoredFile, staff: bool) -> bool:
    """Decide who gets the bytes that are shown; that a signer has taken them is noted."""
    rows = (
        select(DocumentAssignment, DocumentDefinition)
        .join(ConsentPaper, col(ConsentPaper.assignment_id) == DocumentAssignment.id)
        .join(DocumentDefinition, col(DocumentAssignment.definition_id) == DocumentDefinition.id)
        .where(ConsentPaper.file_id == row.id)
    )
    found = work.session.exec(rows).first()
    if found is None or staff:
        return found is not None
    assignment, definition = found
    if assignment.status == "withdrawn" or not _concerns(work, assignment, definition):
        return False
    if not common.has(common.events_of(work, assignment), "downloaded", work.person):
        common.add_event(work, assignment, "downloaded")
    return True


def _hand_out_signed(work: Work, row: StoredFile, staff: bool) -> bool:
    rows = (
        select(DocumentAssignment, DocumentDefinition)
        .join(ConsentSignature, col(ConsentSignature.assignment_id) == DocumentAssignment.id)
        .join(DocumentDefinition, col(DocumentAssignment.definition_id) == DocumentDefinition.id)
        .where(ConsentSignature.file_id == row.id)
    )
    found = work.session.exec(rows).first()
    return found is not None and (staff or _concerns(work, *found))


def _concerns(work: Work, assignment: DocumentAssignment, definition: DocumentDefinition) -> bool:
    """Whether the person is one of those who sign, or has signed."""
    asked = common.asked(work, assignment, definition)
    if may_sign(asked, common.relationship(work)):
        return True
    return any(s.user_id == work.person.id for s in common.signatures_of(work, assignment))


files.READERS[common.SHOWN] = files.Reader(NEEDS, Permission.PRACTICE_FORMS, _hand_out)
files.READERS[common.SIGNED] = files.Reader(NEEDS, Permission.PRACTICE_FORMS, _hand_out_signed)
