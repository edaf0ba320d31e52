"""Scores of rating scales: made here alone, shown in words, and followed over time."""

import uuid
from collections.abc import Iterable, Iterator, Sequence

from sqlmodel import col, select

from portal_app.data.models import DocumentAssignment, DocumentDefinition, DocumentResponse
from portal_app.data.schemas.papers import (
    AnswerLine,
    ScoreView,
    SentVersion,
    TrendBand,
    TrendPoint,
    TrendView,
)
from portal_app.rules.documents import DocumentKind, scoring
from portal_app.rules.documents import answers as rule
from portal_app.rules.documents.answers import Answers
from portal_app.rules.documents.questionnaire import ItemKind
from portal_app.rules.documents.scoring import CRISIS, Instrument, Score
from portal_app.security.access import Work
from portal_app.services.documents import shared
from portal_app.services.documents.asked import instrument_of, questionnaire_of

SCALES_MOST = 12
POINTS_MOST = 60
"""Scores that a trend holds; older ones stay with their documents."""


def score(work: Work, definition: DocumentDefinition, answers: Answers) -> Score | None:
    """Score answers by the rule of the form's scale; None for a form that has none."""
    scale = instrument_of(definition)
    if scale is None:
        return None
    skips = bool(definition.settings.get("skips"))
    return scoring.score(scale, answers, sex=work.patient.gender or "", skips=skips)


def dumped(result: Score | None) -> str:
    """Write a score to be kept."""
    return scoring.dumped(result) if result else ""


def loaded(response: DocumentResponse | None) -> Score | None:
    """Read the score of a sent version."""
    return scoring.loaded(response.score) if response else None


def shown_to_patient(definition: DocumentDefinition) -> bool:
    """Whether the practice lets the patient see what this scale adds up to."""
    return bool(definition.settings.get("show_score"))


def score_view(result: Score | None) -> ScoreView | None:
    """Say a score in words."""
    if result is None:
        return None
    parts = [f"{words}: {value:g}" for words, value in result.subscales.items()]
    details = (*parts, *result.flags, *([result.note] if result.note else ()))
    return ScoreView(result.words, result.band, details)


def watched(definition: DocumentDefinition) -> frozenset[str]:
    """Name the questions whose answers can call for help at once."""
    scale = instrument_of(definition)
    if scale is None:
        return frozenset()
    return frozenset(
        scale.items[alert.item - 1].link_id for alert in scale.alerts if alert.kind == CRISIS
    )


# ---------------------------------------------------------------- what was sent
def versions(
    work: Work,
    definition: DocumentDefinition,
    sent: Sequence[DocumentResponse],
    *,
    scored: bool,
    marked: bool = False,
) -> Iterator[SentVersion]:
    """Show sent versions, the newest first, with their answers in words.

    Args:
        work: the unit of work.
        definition: what was asked.
        sent: the versions.
        scored: whether the score is shown.
        marked: whether answers that warn of something are marked.
    """
    names = shared.names_of(work, {r.written_by for r in sent})
    for response in sent:
        result = loaded(response)
        yield SentVersion(
            version=response.version,
            sent_at=response.submitted_at or response.saved_at,
            by=names.get(response.written_by, ""),
            lines=tuple(_lines(definition, response, result if marked else None)),
            score=score_view(result) if scored else None,
            reviewed_by=response.reviewed_by,
            reviewed_at=response.reviewed_at,
        )


def _lines(
    definition: DocumentDefinition, response: DocumentResponse, result: Score | None
) -> Iterator[AnswerLine]:
    questionnaire = questionnaire_of(definition)
    given = rule.loaded(response.answers)
    visible = rule.shown(questionnaire, given)
    flagged = set(_flagged(definition, result))
    for item in questionnaire.walk():
        if item.link_id not in visible:
            continue
        if item.kind is ItemKind.GROUP and item.words:
            yield AnswerLine(item.words, "", heading=True)
        if item.asked:
            words = "\n".join(rule.in_words(item, v) for v in rule.given_to(item, given))
            yield AnswerLine(item.words, words or "Not answered", flagged=item.link_id in flagged)


def _flagged(definition: DocumentDefinition, result: Score | None) -> Iterator[str]:
    scale = instrument_of(definition) if result else None
    if scale is not None and result is not None:
        for alert in result.triggered:
            yield scale.items[alert.item - 1].link_id


# ---------------------------------------------------------------- over time
def trend(work: Work, definition: DocumentDefinition) -> TrendView | None:
    """Follow one version of a scale on the open chart."""
    return next(iter(_trends(work, [definition])), None)


def trends(work: Work, *, for_patient: bool) -> tuple[TrendView, ...]:
    """Follow every scale of the open chart; each version of a form is a line of its own."""
    rows = (
        select(DocumentDefinition)
        .where(
            col(DocumentDefinition.id).in_(
                select(DocumentAssignment.definition_id).where(
                    DocumentAssignment.chart_id == work.chart.id,
                    DocumentAssignment.kind == DocumentKind.RATING_SCALE.value,
                    col(DocumentAssignment.finished_at).is_not(None),
                )
            )
        )
        .order_by(col(DocumentDefinition.title), col(DocumentDefinition.version).desc())
        .limit(SCALES_MOST)
    )
    found = work.session.exec(rows).all()
    return tuple(_trends(work, [d for d in found if not for_patient or shown_to_patient(d)]))


def _trends(work: Work, definitions: Iterable[DocumentDefinition]) -> Iterator[TrendView]:
    scales = {d.id: (d, i) for d in definitions if (i := instrument_of(d)) is not None}
    if not scales:
        return
    rows = (
        select(DocumentAssignment.definition_id, DocumentAssignment.finished_at, DocumentResponse)
        .join(DocumentResponse, col(DocumentResponse.assignment_id) == DocumentAssignment.id)
        .where(
            DocumentAssignment.chart_id == work.chart.id,
            col(DocumentAssignment.definition_id).in_(scales),
            col(DocumentAssignment.finished_at).is_not(None),
            col(DocumentResponse.submitted_at).is_not(None),
        )
        .order_by(
            col(DocumentAssignment.finished_at).desc(),
            col(DocumentResponse.version).desc(),
        )
        .limit(POINTS_MOST * len(scales))
    )
    points: dict[uuid.UUID, dict[uuid.UUID, TrendPoint]] = {key: {} for key in scales}
    for key, at, response in work.session.exec(rows).all():
        result = loaded(response)
        # the newest version of each document comes first; a corrected one is not shown twice
        if result is not None and result.total is not None and at is not None:
            point = TrendPoint(at, result.total, result.band)
            points[key].setdefault(response.assignment_id, point)
    for key, (definition, scale) in scales.items():
        if line := sorted(points[key].values(), key=lambda p: p.at)[-POINTS_MOST:]:
            yield TrendView(definition.title, 0, scale.highest, _bands(scale), tuple(line))


def _bands(scale: Instrument) -> tuple[TrendBand, ...]:
    return tuple(TrendBand(b.low, b.high, b.words) for b in scale.bands)
