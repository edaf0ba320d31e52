"""Money of Alice's chart with Dr. Own: visits, fees, invoices, and what the books say."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from statistics import quantiles
from uuid import uuid4

from sqlalchemy import event
from sqlmodel import col, func, select

from portal_app.data.models import (
    Allocation,
    Appointment,
    Chart,
    DraftCharge,
    Invoice,
    LedgerEntry,
    VisitType,
)
from portal_app.rules.billing.invoices import Sums, state
from portal_app.rules.billing.ledger import Kind
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.billing import books, issuing, ledger, reading
from portal_app.services.billing.issuing import Line
from tests.world import World

DAY = date(2026, 11, 2)


def writing() -> AbstractContextManager[Work]:
    """A unit of work without limits."""
    return open_system("the test's money")


def chart_of(work: Work, world: World, who: str = "alice") -> Chart:
    """The chart of somebody."""
    return work.session.exec(select(Chart).where(Chart.public_id == world.charts[who])).one()


def draft(world: World, *amounts: int, words: str = "Visit", who: str = "alice") -> str:
    """Write a draft with a line for each amount; returns its id."""
    with writing() as work:
        lines = [Line(DAY, words, amount) for amount in amounts]
        return issuing.draft(work, chart_of(work, world, who), lines).public_id


def issue(world: World, *amounts: int, words: str = "Visit", who: str = "alice") -> str:
    """Issue an invoice with a line for each amount; returns its id."""
    made = draft(world, *amounts, words=words, who=who)
    with writing() as work:
        row = work.session.exec(select(Invoice).where(Invoice.public_id == made)).one()
        issuing.issue(work, row)
    return made


def invoice(public_id: str) -> Invoice:
    """An invoice as it stands in the database."""
    with open_system("look", writes=False) as work:
        return work.session.exec(select(Invoice).where(Invoice.public_id == public_id)).one()


def visit_type(work: Work, price: int = 160_00) -> VisitType:
    """A type of visit."""
    found = work.session.exec(select(VisitType).order_by(col(VisitType.name))).first()
    if found is None:
        found = VisitType(name="Follow-up", minutes=30, price_minor=price)
        work.session.add(found)
        work.session.flush()
    return found


def completed(world: World, days: int = 1, status: str = "completed", price: int = 160_00) -> str:
    """Add a visit of Alice's that has taken place; returns its id."""
    with writing() as work:
        chart = chart_of(work, world)
        starts_at: datetime = work.now - timedelta(days=days)
        row = Appointment(
            chart_id=chart.id,
            patient_id=chart.patient_id,
            practitioner_id=chart.practitioner_id,
            visit_type_id=visit_type(work).id,
            status=status,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            zone=work.practice.zone,
            wall_start=starts_at.isoformat(),
            title="Follow-up",
            price_minor=price,
            booked_by=world.users["own"],
            booked_at=starts_at,
            client_key=uuid4().hex,
        )
        work.session.add(row)
        work.session.flush()
        return row.public_id


def late_fee(world: World, amount: int = 75_00) -> str:
    """Propose a late fee for a visit of Alice's; returns its id."""
    visit = completed(world, 3, "late_cancelled")
    with writing() as work:
        chart = chart_of(work, world)
        found = select(Appointment).where(Appointment.public_id == visit)
        row = DraftCharge(
            chart_id=chart.id,
            patient_id=chart.patient_id,
            appointment_id=work.session.exec(found).one().id,
            amount_minor=amount,
            currency="USD",
        )
        work.session.add(row)
        work.session.flush()
        return str(row.id)


def prove(work: Work, chart: Chart) -> None:
    """Recount a chart's books from the entries alone, and compare all that is kept beside them."""
    session = work.session
    session.flush()
    session.expire_all()
    rows = select(LedgerEntry).where(LedgerEntry.chart_id == chart.id)
    entries = session.exec(rows.order_by(col(LedgerEntry.position))).all()
    running = 0
    for number, entry in enumerate(entries, start=1):
        running += entry.amount_minor
        assert (entry.position, entry.balance_after_minor) == (number, running)
    assert books.balance(work, chart) == running
    invoices = session.exec(select(Invoice).where(Invoice.chart_id == chart.id)).all()
    unused = {e.id: -e.amount_minor for e in entries if e.kind in {Kind.PAYMENT, Kind.CREDIT}}
    kinds = {e.id: e.kind for e in entries}
    for entry in entries:
        if entry.kind == Kind.REFUND:
            assert entry.refers_to_id is not None
            unused[entry.refers_to_id] -= entry.amount_minor
    for row in invoices:
        parts = session.exec(select(Allocation).where(Allocation.invoice_id == row.id)).all()
        sums = dict.fromkeys((Kind.PAYMENT, Kind.CREDIT, Kind.WRITE_OFF), 0)
        for part in parts:
            sums[Kind(kinds[part.entry_id])] += part.amount_minor
            if part.entry_id in unused:
                unused[part.entry_id] -= part.amount_minor
        told = Sums(
            row.total_minor,
            sums[Kind.PAYMENT],
            sums[Kind.CREDIT],
            sums[Kind.WRITE_OFF],
            row.refunded_minor,
        )
        if row.status in {"draft", "void"}:
            assert row.due_minor == 0
            assert not any(sums.values())
            continue
        kept = (row.paid_minor, row.credited_minor, row.written_off_minor, row.due_minor)
        assert kept == (told.paid, told.credited, told.written_off, told.due)
        assert row.status == state(told)
    assert all(rest >= 0 for rest in unused.values())
    due = sum(row.due_minor for row in invoices)
    assert due - running == sum(unused.values())
    assert {e.id: r for e, r in books.unused(work, chart)} == {k: v for k, v in unused.items() if v}


def numbers() -> list[int]:
    """Every number of an invoice, in order."""
    with open_system("look", writes=False) as work:
        rows = select(Invoice.number).where(col(Invoice.number).is_not(None))
        return sorted(n for n in work.session.exec(rows).all() if n is not None)


def count(model: type) -> int:
    """How many rows a table has."""
    with open_system("look", writes=False) as work:
        return work.session.exec(select(func.count()).select_from(model)).one()


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engines = {access.database().reading, access.database().writing}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def lengthen(world: World, entries: int) -> None:
    """Give Alice's chart that many entries of an older time, half of them paid invoices."""
    with writing() as work:
        chart = chart_of(work, world)
        for number in range(entries // 2):
            lines = [Line(date(2026, 1, 2), "Visit", 160_00)]
            made = issuing.issue(work, issuing.draft(work, chart, lines, payer="A", is_new=True))
            key = {made.public_id: 160_00}
            ledger.record_payment(work, chart, 160_00, "cash", "past", uuid4().hex, key)
            if number % 500 == 0:
                work.session.commit()
                work.session.expunge_all()
                chart = chart_of(work, world)


def timed(world: World, times: int = 40) -> tuple[int, float]:
    """How many queries the page asks, and its 95th percentile in milliseconds."""
    actor, chart = world["alice"], world.charts["alice"]

    def page() -> None:
        reading.head(actor, chart)
        reading.invoices(actor, chart)

    page()
    with statements() as seen:
        page()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        page()
        spent.append(time.perf_counter() - began)
    return len(seen), quantiles(spent, n=20)[-1] * 1000
