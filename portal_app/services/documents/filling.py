"""The patient's side of a form: its list, answers saved one by one, sent once, corrected anew."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import col, func, select

from portal_app.data.models import DocumentAssignment, DocumentDefinition, DocumentResponse
from portal_app.data.schemas.home import ToDo
from portal_app.data.schemas.papers import FormView, PaperRow, PapersView, Sent
from portal_app.rules.documents import DocumentKind
from portal_app.rules.documents import answers as rule
from portal_app.rules.documents.answers import Answers
from portal_app.rules.documents.questionnaire import ANSWER_MOST, REPEATS_MOST, Value
from portal_app.rules.documents.states import FINISHED, SENT, TO_DO, PaperStatus
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents import alerts, papers, scores, shared, write_back
from portal_app.services.documents.asked import questionnaire_of

P = Permission
TO_DO_MOST = 50
PAGE = 25
ON_HOME = 6
SENT_ALREADY = "This was sent already. To change it, add a correction."
ENDED = "This document is not asked for any more. Nothing was sent."
OPEN = sorted(s.value for s in TO_DO)
DONE = sorted(s.value for s in FINISHED)


# ---------------------------------------------------------------- the list
def overview(actor: Actor, chart: str, before: str = "") -> PapersView:
    """List what the person has to do, and one page of what is finished."""
    with access.open(actor, P.DOCUMENTS_FILL, chart=chart, action="documents.list") as work:
        to_do = _to_do(work)
        rows = _asked_of(work).where(col(DocumentAssignment.status).in_(DONE))
        if before:
            at, _, key = before.partition("~")
            moment = _moment(at)
            rows = rows.where(
                (col(DocumentAssignment.finished_at) < moment)
                | (
                    (col(DocumentAssignment.finished_at) == moment)
                    & (col(DocumentAssignment.public_id) < key)
                )
            )
        order = col(DocumentAssignment.finished_at).desc(), col(DocumentAssignment.public_id).desc()
        found = work.session.exec(rows.order_by(*order).limit(PAGE + 1)).all()
        shown = found[:PAGE]
        corrected = shared.drafts_of(work, [a.id for a, _ in shown])
        last = shown[-1][0] if len(found) > PAGE else None
        return PapersView(
            to_do=to_do,
            finished=tuple(_row(a, corrects=a.id in corrected) for a, _ in shown),
            uploads=shared.uploads(work),
            trends=() if before else scores.trends(work, for_patient=True),
            more=f"{_stamp(last)}~{last.public_id}" if last else "",
            topic=shared.topic(chart),
            today=work.today,
        )


def home_items(work: Work) -> tuple[ToDo, ...]:
    """List what waits for the person on the open chart, for Home."""
    if not work.may(P.DOCUMENTS_FILL):
        return ()
    chart = work.chart.public_id
    items = []
    for row in _to_do(work)[:ON_HOME]:
        signs = row.kind == DocumentKind.E_CONSENT
        due = f"Please finish by {row.due_on:%B} {row.due_on.day}" if row.due_on else ""
        detail = due or ("Read and sign" if signs else f"{row.asked} questions")
        icon = "pen-line" if signs else "activity"
        verb = "Sign" if signs else "Answer"
        href = f"/portal/{chart}/documents/{row.id}"
        items.append(ToDo(f"{verb}: {row.title}", detail, href, icon))
    return tuple(items)


def waiting(actor: Actor, chart: str) -> int:
    """Count what waits for the person on a chart, for the navigation."""
    with access.open(actor, P.DOCUMENTS_FILL, chart=chart, quiet=True) as work:
        rows = _waiting(work, select(func.count()).select_from(DocumentAssignment))
        return int(work.session.exec(rows).one())


def _asked_of(work: Work):  # type: ignore[no-untyped-def]  # noqa: ANN202
    rows = select(DocumentAssignment, DocumentDefinition)
    same = col(DocumentAssignment.definition_id) == DocumentDefinition.id
    return _for_person(work, rows.join(DocumentDefinition, same))


def _for_person(work: Work, rows: Any) -> Any:
    own = work.facts is not None and work.facts.relationship == "self"
    others = "guardian" if own else "patient"
    return rows.where(
        DocumentAssignment.chart_id == work.chart.id, DocumentAssignment.completed_by != others
    )


def _waiting(work: Work, rows: Any) -> Any:
    rows = _for_person(work, rows).where(col(DocumentAssignment.status).in_(OPEN))
    if not work.may(P.DOCUMENTS_SIGN):
        rows = rows.where(DocumentAssignment.kind != shared.CONSENT)
    return rows


def _to_do(work: Work) -> tuple[PaperRow, ...]:
    rows = _waiting(work, _asked_of(work))
    order = (
        col(DocumentAssignment.due_on).is_(None),
        col(DocumentAssignment.due_on),
        col(DocumentAssignment.assigned_at),
    )
    found = work.session.exec(rows.order_by(*order).limit(TO_DO_MOST)).all()
    drafts = shared.drafts_of(work, [a.id for a, _ in found])
    return tuple(_row(a, d, drafts.get(a.id)) for a, d in found)


def _row(
    assignment: DocumentAssignment,
    definition: DocumentDefinition | None = None,
    draft: DocumentResponse | None = None,
    *,
    corrects: bool = False,
) -> PaperRow:
    answered = asked = 0
    if definition is not None and assignment.kind != shared.CONSENT:
        held = rule.loaded(draft.answers) if draft else {}
        answered, asked = rule.progress(questionnaire_of(definition), held)
    return PaperRow(
        id=assignment.public_id,
        title=assignment.title,
        kind=assignment.kind,
        status=assignment.status,
        answered=answered,
        asked=asked,
        saved_at=draft.saved_at if draft else None,
        finished_at=assignment.finished_at,
        due_on=assignment.due_on,
        corrects=corrects,
    )


def _stamp(assignment: DocumentAssignment) -> str:
    return assignment.finished_at.isoformat() if assignment.finished_at else ""


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NotFoundError from None
    if moment.tzinfo is None:
        raise NotFoundError
    return moment


# ---------------------------------------------------------------- one form
def view(work: Work, assignment: DocumentAssignment, definition: DocumentDefinition) -> FormView:
    """Show a form to the person who is asked: to be filled in, or as it was sent.

    Raises:
        NotFoundError: somebody else is asked.
    """
    if not shared.is_asked(work, assignment):
        raise NotFoundError
    questionnaire = questionnaire_of(definition)
    draft = shared.draft_of(work, assignment)
    sent = shared.sent_of(work, assignment)
    status = PaperStatus(assignment.status)
    editable = status in TO_DO or (status in SENT and draft is not None)
    held = rule.loaded(draft.answers) if draft else _before(work, definition, sent)
    shows = scores.shown_to_patient(definition)
    return FormView(
        id=assignment.public_id,
        title=assignment.title,
        kind=assignment.kind,
        status=assignment.status,
        questionnaire=questionnaire,
        answers=held,
        editable=editable,
        corrects=bool(sent) and editable and status is not PaperStatus.RETURNED,
        note=assignment.note,
        to=work.practitioner.short_name,
        due_on=assignment.due_on,
        saved_at=draft.saved_at if draft else None,
        client_key=uuid4().hex,
        versions=tuple(scores.versions(work, definition, sent, scored=shows)),
        flagged=_is_crisis(work, definition, held) if editable else _was_crisis(sent[:1]),
        watched=scores.watched(definition),
        crisis_line=work.practice.crisis_line,
        emergency_number=work.practice.emergency_number,
        trend=scores.trend(work, definition) if shows else None,
        topic=shared.topic(work.chart.public_id),
    )


def _before(
    work: Work, definition: DocumentDefinition, sent: Sequence[DocumentResponse]
) -> Answers:
    if sent:
        return rule.loaded(sent[0].answers)
    return rule.started(questionnaire_of(definition), write_back.known(work))


def _is_crisis(work: Work, definition: DocumentDefinition, answers: Answers) -> bool:
    result = scores.score(work, definition, answers)
    return result is not None and result.crisis


def _was_crisis(sent: Iterable[DocumentResponse]) -> bool:
    results = (scores.loaded(r) for r in sent)
    return any(result is not None and result.crisis for result in results)


for _kind in (DocumentKind.ADMIN_FORM, DocumentKind.QUESTIONNAIRE, DocumentKind.RATING_SCALE):
    papers.OPENERS[_kind] = view


# ---------------------------------------------------------------- saving and sending
def save_answer(
    actor: Actor, chart: str, document: str, link_id: str, values: tuple[Value, ...]
) -> bool:
    """Save the answer to one question; says whether the answers now call for help at once.

    Each answer is laid into what is saved at this moment, so that another tab or device loses
    nothing; of two answers to one question the newer stands.

    Raises:
        ConflictError: it was sent meanwhile, or is not asked for any more.
        InvalidError: longer than an answer may be.
    """
    with access.open(actor, P.DOCUMENTS_FILL, chart=chart, writes=True, quiet=True) as work:
        assignment, definition = _mine(work, document)
        questionnaire = questionnaire_of(definition)
        item = questionnaire.by_link.get(link_id)
        if item is None or not item.asked:
            raise NotFoundError
        _check_size(values)
        draft = _draft(work, assignment, definition)
        held = rule.loaded(draft.answers)
        held[link_id] = values
        draft.answers = rule.dumped(held)
        draft.saved_at, draft.written_by = work.now, work.person.id
        work.session.add(draft)
        if assignment.status == PaperStatus.ASSIGNED:
            assignment.status, assignment.opened_at = PaperStatus.IN_PROGRESS.value, work.now
            work.session.add(assignment)
            shared.announce(work)
        return _is_crisis(work, definition, held)


def _check_size(values: tuple[Value, ...]) -> None:
    if len(values) > REPEATS_MOST:
        raise InvalidError(f"Give {REPEATS_MOST} answers at most.")
    if any(isinstance(v, str) and len(v) > ANSWER_MOST for v in values):
        raise InvalidError(f"Use {ANSWER_MOST:,} letters at most.")


def _mine(work: Work, document: str) -> tuple[DocumentAssignment, DocumentDefinition]:
    assignment, definition = papers.find(work, document)
    if assignment.kind == shared.CONSENT or not shared.is_asked(work, assignment):
        raise NotFoundError
    return assignment, definition


def _draft(
    work: Work, assignment: DocumentAssignment, definition: DocumentDefinition
) -> DocumentResponse:
    """Find the answers that are not sent yet, or begin them.

    Raises:
        ConflictError: nothing is open for answers.
    """
    found = shared.draft_of(work, assignment)
    status = PaperStatus(assignment.status)
    if status in SENT and found is None:
        raise ConflictError(SENT_ALREADY)
    if status not in TO_DO | SENT:
        raise ConflictError(ENDED)
    if found is not None:
        return found
    return _begin(work, assignment, definition)


def _begin(
    work: Work, assignment: DocumentAssignment, definition: DocumentDefinition
) -> DocumentResponse:
    sent = shared.sent_of(work, assignment)
    draft = DocumentResponse(
        chart_id=assignment.chart_id,
        patient_id=assignment.patient_id,
        assignment_id=assignment.id,
        version=sent[0].version + 1 if sent else 1,
        answers=rule.dumped(_before(work, definition, sent)),
        written_by=work.person.id,
        saved_at=work.now,
    )
    work.session.add(draft)
    work.session.flush()
    return draft


class UnansweredError(InvalidError):
    """Something is missing or wrong; ``faults`` says what, by question."""

    def __init__(self, faults: dict[str, str]) -> None:
        """Keep what is wrong with which question."""
        number = len(faults)
        super().__init__("1 question is left." if number == 1 else f"{number} questions are left.")
        self.faults = faults


def submit(actor: Actor, chart: str, document: str, client_key: str) -> Sent:
    """Send the answers as they are saved: checked, scored, and kept as they are from now on.

    The same press never sends twice, and of two tabs one sends: the other is told the same.

    Raises:
        UnansweredError: a question is not answered, or not as it has to be.
        ConflictError: it is not asked for any more.
    """
    with access.open(
        actor, P.DOCUMENTS_FILL, chart=chart, writes=True, action="documents.send", target=document
    ) as work:
        assignment, definition = _mine(work, document)
        to = work.practitioner.short_name
        sent = shared.sent_of(work, assignment)
        if client_key and client_key in {r.client_key for r in sent}:
            return Sent(to, _was_crisis(sent[:1]))
        if (status := PaperStatus(assignment.status)) not in TO_DO | SENT:
            raise ConflictError(ENDED)
        draft = shared.draft_of(work, assignment)
        if status in SENT and draft is None:
            return Sent(to, _was_crisis(sent[:1]))
        draft = draft or _begin(work, assignment, definition)
        questionnaire = questionnaire_of(definition)
        held = rule.loaded(draft.answers)
        if wrong := rule.faults(questionnaire, held, today=work.today):
            raise UnansweredError(wrong)
        answers = rule.kept(questionnaire, held)
        result = scores.score(work, definition, answers)
        draft.answers, draft.score = rule.dumped(answers), scores.dumped(result)
        draft.written_by, draft.saved_at = work.person.id, work.now
        draft.submitted_at, draft.client_key = work.now, client_key or uuid4().hex
        assignment.status = PaperStatus.SUBMITTED.value
        assignment.finished_at = assignment.finished_at or work.now
        work.session.add_all([draft, assignment])
        if result is not None and result.triggered:
            alerts.raise_once(work, assignment)
        write_back.propose(work, questionnaire, answers, assignment.title)
        shared.announce(work)
        return Sent(to, result is not None and result.crisis)


def correct(actor: Actor, chart: str, document: str) -> None:
    """Begin a new version of what was sent; the old one stays as it is.

    Raises:
        ConflictError: it has not been sent.
    """
    with access.open(
        actor,
        P.DOCUMENTS_FILL,
        chart=chart,
        writes=True,
        action="documents.correct",
        target=document,
    ) as work:
        assignment, definition = _mine(work, document)
        if PaperStatus(assignment.status) not in SENT:
            raise ConflictError("This has not been sent yet.")
        if shared.draft_of(work, assignment) is None:
            _begin(work, assignment, definition)
            shared.announce(work)


def drop_correction(actor: Actor, chart: str, document: str) -> None:
    """Forget a correction that was begun and not sent."""
    with access.open(
        actor,
        P.DOCUMENTS_FILL,
        chart=chart,
        writes=True,
        action="documents.correct.drop",
        target=document,
    ) as work:
        assignment, _ = _mine(work, document)
        draft = shared.draft_of(work, assignment)
        if PaperStatus(assignment.status) in SENT and draft is not None:
            work.session.delete(draft)
            shared.announce(work)
