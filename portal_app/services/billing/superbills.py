"""Superbills: made by the patient from her completed visits, never changed afterwards."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlmodel import col, func, select

from portal_app.data.codes import CODE_SET
from portal_app.data.models import StoredFile, Superbill, SuperbillSettings
from portal_app.data.schemas.superbills import MissingRow, SuperbillAnswer, SuperbillRow
from portal_app.integrations import pdf
from portal_app.rules.billing import ranges
from portal_app.rules.billing.superbills import Drawn, Missing, Who, draw
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import files
from portal_app.services.billing import books
from portal_app.services.billing import superbill_facts as facts
from portal_app.services.billing.superbill_page import html_of

NEEDS = Permission.BILLING_SUPERBILL
STAFF = Permission.PRACTICE_BILLING
KIND = "superbill"
LISTED_MOST = 20
COMPARED_MOST = 20
ENDED = "Void"
NO_VISITS = "There are no visits with an invoice in these days."
TOO_MANY = "These are too many visits for one superbill. Choose fewer days."


def create(
    actor: Actor,
    chart: str,
    key: str = ranges.DEFAULT,
    first: date | None = None,
    last: date | None = None,
    *,
    leaves_out: bool = False,
) -> SuperbillAnswer:
    """Make a superbill of the completed visits in a range, or tell what is missing.

    The same range with nothing new gives the superbill that is there. Where something is new, the
    new one takes the place of the old one.

    Args:
        actor: who acts.
        chart: public id of the chart.
        key: of ``rules.billing.ranges.CHOICES``.
        first: the first day, where days were chosen.
        last: the last day, where days were chosen.
        leaves_out: visits whose codes are missing are left out.

    Raises:
        InvalidError: the days make no range.
    """
    with access.open(actor, NEEDS, chart=chart, writes=True, action="superbill.make") as work:
        try:
            days = ranges.days(key, work.today, first, last)
        except ranges.RangeError as error:
            raise InvalidError(str(error), field="first") from error
        return make(work, days, leaves_out=leaves_out)


def make(work: Work, days: ranges.Days, *, leaves_out: bool = False) -> SuperbillAnswer:
    """Make a superbill of the open chart inside a unit of work that writes."""
    services, too_many = facts.services(work, days)
    practice, patient = facts.practice(work), facts.patient(work)
    people = facts.clinicians(work, services)
    drawn = draw(practice, patient, people, services, work.today)
    if too_many or not services:
        words = TOO_MANY if too_many else NO_VISITS
        return SuperbillAnswer(None, yours=(MissingRow(words),))
    if drawn.is_stopped or (drawn.missing and not leaves_out):
        return _refusal(work.chart.public_id, drawn)
    used = {line.service.clinician for line in drawn.lines}
    said = {
        "format": 1,
        "practice": asdict(practice),
        "patient": _plain(asdict(patient)),
        "clinicians": [asdict(c) for c in people if c.key in used],
        "diagnoses": drawn.diagnoses,
        "shows_descriptions": facts.rules(work).shows_descriptions,
        "code_set": CODE_SET,
        "currency": facts.currency(work),
        "lines": [
            _plain(asdict(line.service)) | {"pointers": line.pointers} for line in drawn.lines
        ],
        "payments": [
            asdict(p) for p in facts.payments(work, [line.service for line in drawn.lines])
        ],
    }
    first_day = days.first or drawn.lines[0].service.served_on
    row, is_new = _kept(work, said, first_day, days.last)
    return SuperbillAnswer(told(row), is_new=is_new)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Write days as texts, for JSON."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def _refusal(chart: str, drawn: Drawn) -> SuperbillAnswer:
    there = f"/portal/{chart}/demographics?tab=update"

    def of(who: Who) -> list[Missing]:
        return [m for m in drawn.missing if m.who is who]

    return SuperbillAnswer(
        None,
        yours=tuple(
            MissingRow(m.words, "" if m.is_about_visit else there) for m in of(Who.PATIENT)
        ),
        practices=tuple(m.words for m in of(Who.PRACTICE)),
        ready=0 if drawn.is_stopped else len(drawn.lines),
    )


def _kept(work: Work, said: dict[str, Any], first: date, last: date) -> tuple[Superbill, bool]:
    """Keep it under the next number, unless the very same is there."""
    packed = json.dumps(said, ensure_ascii=False, sort_keys=True)
    earlier = list(
        work.session.exec(
            select(Superbill)
            .where(
                Superbill.chart_id == work.chart.id,
                col(Superbill.ended_at).is_(None),
                Superbill.replaced_by_number == "",
            )
            .order_by(col(Superbill.made_at).desc())
            .limit(COMPARED_MOST)
        ).all()
    )
    old = None
    for row in earlier:
        same_days = (row.first_day, row.last_day) == (first, last)
        if same_days and row.snapshot == packed:
            return row, False
        if old is None and (same_days or _visits(row.snapshot) == _visits(packed)):
            old = row
    year, sequence = _number(work)
    row = Superbill(
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        year=year,
        sequence=sequence,
        first_day=first,
        last_day=last,
        made_on=work.today,
        made_by=work.person.id,
        made_by_name=work.person.name,
        made_at=work.now,
        snapshot=packed,
        replaces_number=old.number if old else "",
    )
    work.session.add(row)
    if old is not None:
        old.replaced_by_number = row.number
        work.session.add(old)
    work.session.flush()
    work.announce(books.topic(work.chart.public_id))
    return row, True


def _visits(packed: str) -> list[str]:
    return sorted(str(line["key"]) for line in json.loads(packed)["lines"])


def _number(work: Work) -> tuple[int, int]:
    """Take the next number of this year; whoever writes is alone."""
    rows = select(SuperbillSettings).where(SuperbillSettings.id == 1)
    found = work.session.exec(rows, execution_options={"populate_existing": True}).first()
    settings = found or SuperbillSettings()
    if settings.year != work.today.year:
        settings.year, settings.next_number = work.today.year, 1
    number, settings.next_number = settings.next_number, settings.next_number + 1
    work.session.add(settings)
    return settings.year, number


def told(row: Superbill) -> SuperbillRow:
    """Put a superbill into words."""
    state = ""
    if row.ended_at is not None:
        state = ENDED
    elif row.replaced_by_number:
        state = f"Replaced by {row.replaced_by_number}"
    return SuperbillRow(row.public_id, row.number, row.first_day, row.last_day, row.made_on, state)


def listed(work: Work) -> tuple[SuperbillRow, ...]:
    """List the newest superbills of the open chart."""
    rows = (
        select(Superbill)
        .where(Superbill.chart_id == work.chart.id)
        .order_by(col(Superbill.made_at).desc(), col(Superbill.sequence).desc())
        .limit(LISTED_MOST)
    )
    return tuple(told(row) for row in work.session.exec(rows).all())


def as_pdf(actor: Actor, chart: str, superbill: str) -> tuple[str, bytes]:
    """Hand out a superbill: the bytes that were made first, each time; (name, bytes).

    Raises:
        NotFoundError: absent or out of reach.
        PdfError: it could not be made.
    """
    for needs in (STAFF, NEEDS):
        try:
            return _as_pdf(actor, chart, superbill, needs)
        except NotFoundError:
            continue
    raise NotFoundError


def _as_pdf(actor: Actor, chart: str, superbill: str, needs: Permission) -> tuple[str, bytes]:
    asked = {"chart": chart, "writes": True, "action": "superbill.download", "target": superbill}
    with access.open(actor, needs, **asked) as work:  # type: ignore[arg-type]
        row = _find(work, superbill)
        name = f"superbill-{row.number}.pdf"
        if row.file_id is not None:
            kept = work.session.get_one(StoredFile, row.file_id)
            return name, files.content(files.store(), kept)
        html = html_of(row, f"{work.practice.name} {work.practice.name_second_line}".strip())
    data = pdf.render(html)
    with access.open(actor, needs, chart=chart, writes=True, quiet=True) as work:
        row = _find(work, superbill)
        if row.file_id is None:
            kept = files.keep(files.store(), work, KIND, name, "application/pdf", data)
            work.session.flush()
            row.file_id, row.sha256 = kept.id, kept.sha256
            work.session.add(row)
        else:
            data = files.content(files.store(), work.session.get_one(StoredFile, row.file_id))
    return name, data


def void(actor: Actor, chart: str, superbill: str, reason: str) -> None:
    """Mark a superbill as one that should not be sent; what it says stays.

    Raises:
        InvalidError: no reason was given.
        ConflictError: it was marked already.
    """
    if not reason.strip():
        raise InvalidError("Say why.", field="reason")
    with access.open(
        actor, STAFF, chart=chart, writes=True, action="superbill.void", target=superbill
    ) as work:
        row = _find(work, superbill)
        if row.ended_at is not None:
            raise ConflictError("This superbill is void already.")
        row.ended_at, row.reason = work.now, reason.strip()[:400]
        work.session.add(row)
        work.announce(books.topic(work.chart.public_id))


def _find(work: Work, public_id: str) -> Superbill:
    rows = select(Superbill).where(
        Superbill.public_id == public_id, Superbill.chart_id == work.chart.id
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def _of_superbill(work: Work, row: StoredFile, staff: bool) -> bool:
    del staff
    count = select(func.count()).select_from(Superbill).where(Superbill.file_id == row.id)
    return bool(work.session.exec(count).one())


files.READERS[KIND] = files.Reader(NEEDS, STAFF, _of_superbill)
