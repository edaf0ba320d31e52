"""The demo's forms: asked for, answered, scored and reviewed as the product does it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlmodel import col, select

from portal_app.data.demo.documents import (
    INTAKE,
    INTAKE_FORM,
    INTAKES,
    PENDING,
    SERIES,
    SHOWN,
    DemoSeries,
    numbers,
)
from portal_app.data.instruments import scales
from portal_app.data.models import (
    Chart,
    DocumentAlert,
    DocumentAssignment,
    DocumentDefinition,
    DocumentResponse,
    Patient,
    Practitioner,
    User,
)
from portal_app.data.types import UserId
from portal_app.rules.documents import DocumentKind
from portal_app.rules.documents import answers as rule
from portal_app.rules.documents.answers import Answers
from portal_app.rules.documents.states import PaperStatus
from portal_app.security.access import Work
from portal_app.services.documents import scores
from portal_app.services.documents.asked import questionnaire_of

S = PaperStatus
ASKED_BEFORE = timedelta(days=3)
LOOKED_AFTER = timedelta(minutes=40)
EVENING = time(19, 12)


class WrongDemoError(AssertionError):
    """An answer of the demo is none that the form takes."""


def write(
    work: Work,
    patients: Mapping[str, Patient],
    clinicians: Mapping[str, Practitioner],
    logins: Mapping[str, User],
) -> None:
    """Write definitions, what was answered over time, and what waits now."""
    forms = _definitions(work)
    charts = {
        (person, clinician): chart
        for person, patient in patients.items()
        for clinician, practitioner in clinicians.items()
        for chart in work.session.exec(
            select(Chart).where(
                Chart.patient_id == patient.id, Chart.practitioner_id == practitioner.id
            )
        ).all()
    }
    for series in SERIES:
        work.focus(charts[series.person, series.clinician])
        _series(work, series, forms[series.key], _writer(logins, series.person))
    for person, clinician, days_ago, given in INTAKES:
        work.focus(charts[person, clinician])
        told: Answers = {link: tuple(values) for link, values in given.items()}
        row = _asked(work, forms[INTAKE], days_ago)
        _reviewed(work, row, _sent(work, row, forms[INTAKE], told, _writer(logins, person)))
    for paper in PENDING:
        work.focus(charts[paper.person, paper.clinician])
        row = _asked(work, forms[paper.key], paper.asked_days_ago)
        row.every = paper.every
        row.series_id = row.id if paper.every else None
        if paper.due_in_days is not None:
            row.due_on = work.today + timedelta(days=paper.due_in_days)
        if paper.answered:
            held = _answers(forms[paper.key], paper.answered)
            _begun(work, row, held, _writer(logins, paper.person))


def _definitions(work: Work) -> dict[str, DocumentDefinition]:
    """Find the scales of the practice, or add them; and its own form."""
    wanted = {key: dict(scales()[key].questionnaire or {}) for key in SHOWN}
    forms = {}
    for key, raw in [*wanted.items(), (INTAKE, INTAKE_FORM)]:
        rows = select(DocumentDefinition).where(DocumentDefinition.key == key)
        newest = rows.order_by(col(DocumentDefinition.version).desc())
        form = work.session.exec(newest).first()
        if form is None:
            scale = key in wanted
            kind = DocumentKind.RATING_SCALE if scale else DocumentKind.QUESTIONNAIRE
            form = DocumentDefinition(
                key=key,
                kind=kind.value,
                title=str(raw["title"]),
                questionnaire=raw,
                settings={"instrument": key} if scale else {},
                created_at=work.now - timedelta(days=560),
            )
        if key in SHOWN:
            form.settings = {**form.settings, "show_score": True}
        work.session.add(form)
        forms[key] = form
    work.session.flush()
    return forms


def _writer(logins: Mapping[str, User], person: str) -> UserId | None:
    return logins[person].id if person in logins else None


def _series(
    work: Work, series: DemoSeries, form: DocumentDefinition, writer: UserId | None
) -> None:
    newest = series.totals[-1][0]
    for days_ago, total in series.totals:
        row = _asked(work, form, days_ago)
        held = _answers(form, numbers(series, days_ago, total))
        sent = _sent(work, row, form, held, writer)
        row.assigned_at -= ASKED_BEFORE
        waits = series.waits and days_ago == newest
        if not waits:
            _reviewed(work, row, sent)
        if days_ago in series.flagged:
            looked = None if waits else (sent.submitted_at or work.now) + LOOKED_AFTER
            work.session.add(
                DocumentAlert(
                    chart_id=row.chart_id,
                    patient_id=row.patient_id,
                    assignment_id=row.id,
                    raised_at=sent.submitted_at or work.now,
                    seen_by=work.practitioner.name if looked else "",
                    seen_at=looked,
                )
            )
        work.session.add_all([row, sent])


def _reviewed(work: Work, row: DocumentAssignment, sent: DocumentResponse) -> None:
    row.status = S.REVIEWED.value
    sent.reviewed_by = work.practitioner.name
    sent.reviewed_at = (sent.submitted_at or work.now) + timedelta(hours=15)
    work.session.add_all([row, sent])


def _asked(work: Work, form: DocumentDefinition, days_ago: int) -> DocumentAssignment:
    row = DocumentAssignment(
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        definition_id=form.id,
        kind=form.kind,
        title=form.title,
        assigned_at=_evening(work, days_ago),
    )
    work.session.add(row)
    work.session.flush()
    return row


def _evening(work: Work, days_ago: int) -> datetime:
    day = work.today - timedelta(days=days_ago)
    return min(datetime.combine(day, EVENING, work.zone), work.now - timedelta(minutes=30))


def _answers(form: DocumentDefinition, given: tuple[int, ...]) -> Answers:
    asked = [i for i in questionnaire_of(form).walk() if i.asked]
    return {
        item.link_id: (item.options[number].code,)
        for item, number in zip(asked, given, strict=False)
    }


def _begun(work: Work, row: DocumentAssignment, held: Answers, writer: UserId | None) -> None:
    row.status = S.IN_PROGRESS.value
    row.opened_at = _evening(work, 0)
    work.session.add_all(
        [
            row,
            DocumentResponse(
                chart_id=row.chart_id,
                patient_id=row.patient_id,
                assignment_id=row.id,
                answers=rule.dumped(held),
                written_by=writer,
                saved_at=row.opened_at,
            ),
        ]
    )


def _sent(
    work: Work,
    row: DocumentAssignment,
    form: DocumentDefinition,
    held: Answers,
    writer: UserId | None,
) -> DocumentResponse:
    asked = questionnaire_of(form)
    if wrong := rule.faults(asked, held):
        raise WrongDemoError(f"{row.title}: {wrong}")
    kept = rule.kept(asked, held)
    sent_at = min(row.assigned_at, work.now)
    row.status, row.opened_at, row.finished_at = S.SUBMITTED.value, sent_at, sent_at
    sent = DocumentResponse(
        chart_id=row.chart_id,
        patient_id=row.patient_id,
        assignment_id=row.id,
        answers=rule.dumped(kept),
        score=scores.dumped(scores.score(work, form, kept)),
        written_by=writer,
        saved_at=sent_at,
        submitted_at=sent_at,
        client_key=f"demo-{row.public_id}",
    )
    work.session.add_all([row, sent])
    work.session.flush()
    return sent
