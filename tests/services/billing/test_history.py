"""Billing history: a range, its words, the statement, and a page that does not grow with time."""

import io
import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median

import pytest
from pypdf import PdfReader
from sqlalchemy import event, insert
from sqlmodel import col, select

from portal_app.data.models import Chart, Invoice, LedgerEntry
from portal_app.integrations import pdf
from portal_app.rules.billing.ledger import Kind
from portal_app.rules.errors import InvalidError
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services.billing import history, issuing, ledger
from portal_app.services.billing.issuing import Line
from tests.superbill_world import charge, pay
from tests.world import World


def rows(world: World, key: str = "12") -> list[tuple[str, str, str, str]]:
    view = history.page(world["alice"], world.charts["alice"], key)
    return [(r.title, r.about, r.words, r.amount) for r in view.rows]


def read(world: World, key: str = "12", first: date | None = None) -> str:
    _, data = history.statement(world["alice"], world.charts["alice"], key, first)
    return re.sub(
        r"\s+", " ", " ".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)
    )


@pytest.mark.seed("S26")
def test_the_newest_comes_first_and_says_what_it_is_about(world: World):
    charge(world, 40)
    charge(world, 20)
    pay(world, 200_00)
    with open_system("a refund") as work:
        chart = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts["alice"])
        ).one()
        kinds = select(LedgerEntry).where(LedgerEntry.kind == Kind.PAYMENT)
        payment = work.session.exec(kinds).one()
        ledger.record_refund(work, chart, payment, 10_00, "test", "back")
    assert rows(world) == [
        ("Credit", "Invoice 1002", "Credit", "−$10.00"),
        ("Money given back", "Visa ending in 4242", "Refund", "$10.00"),
        ("Payment, thank you", "Visa ending in 4242. Invoices 1001, 1002", "Payment", "−$200.00"),
        ("Medication follow-up", "Dr. Own. Invoice 1002", "Charge", "$160.00"),
        ("Medication follow-up", "Dr. Own. Invoice 1001", "Charge", "$160.00"),
    ]


@pytest.mark.seed("S26")
def test_a_range_shows_what_is_inside_it(world: World):
    for days_ago in (10, 29, 30, 89, 90, 364, 365):
        charge(world, days_ago)
    assert [len(rows(world, key)) for key in ("30", "90", "year", "12", "all")] == [2, 4, 5, 6, 7]
    chart = world.charts["alice"]
    day = date(2026, 11, 24) - timedelta(days=30)
    assert len(history.page(world["alice"], chart, "dates", day, day).rows) == 1
    with pytest.raises(InvalidError) as refused:
        history.page(world["alice"], chart, "dates", day, day - timedelta(days=1))
    assert refused.value.field == "first"


@pytest.mark.seed("S26")
def test_the_statement_has_the_same_amounts_and_adds_up(world: World):
    charge(world, 400)
    charge(world, 40, fee=175_00)
    pay(world, 200_00)
    text = read(world)
    for _, _, _, amount in rows(world):
        assert amount in text
    assert "Balance before $160.00" in text
    assert "Charge $175.00 Payment −$200.00 Balance on November 24, 2026 $135.00" in text
    assert "Alice Adams" in text
    assert "400" not in read(world, "30").replace("$", "")
    assert "Balance before $335.00" in read(world, "30")


def test_a_first_page_is_small_and_more_can_be_shown(world: World):
    many(world, 60)
    view = history.page(world["alice"], world.charts["alice"])
    assert len(view.rows) == history.PAGE
    assert view.has_more
    more = history.page(world["alice"], world.charts["alice"], most=50)
    assert len(more.rows) == 50
    assert more.rows[:25] == view.rows
    most = history.page(world["alice"], world.charts["alice"], most=10**9)
    assert len(most.rows) == 61
    assert not most.has_more


def many(world: World, count: int, begin: int = 0) -> None:
    """Let something have happened often: entries of one invoice, all within a year."""
    with open_system("many entries") as work:
        chart = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts["alice"])
        ).one()
        if not begin:
            line = Line(work.today - timedelta(days=300), "Visit", 100_00)
            issuing.issue(
                work,
                issuing.draft(work, chart, [line]),
                at=work.now - timedelta(days=300),
            )
        invoice = work.session.exec(select(Invoice)).first()
        newest = work.session.exec(
            select(LedgerEntry).order_by(col(LedgerEntry.position).desc()).limit(1)
        ).one()
        assert invoice
        day = work.today - timedelta(days=200)
        rows = [
            {
                "chart_id": chart.id,
                "patient_id": chart.patient_id,
                "position": newest.position + n,
                "kind": "charge" if n % 2 else "payment",
                "amount_minor": 5_00 if n % 2 else -5_00,
                "balance_after_minor": newest.balance_after_minor + (5_00 if n % 2 else 0),
                "source": "many",
                "external_id": f"{begin}:{n}",
                "invoice_id": invoice.id,
                "detail": "Visit",
                "booked_on": day,
            }
            for n in range(1, count + 1)
        ]
        work.session.execute(insert(LedgerEntry), rows)


def measured(world: World) -> tuple[int, float]:
    """Queries of one page, and how long it takes; the worst of a busy machine says nothing."""
    statements: list[str] = []
    engine = access.database().reading

    def hear(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", hear)
    history.page(world["alice"], world.charts["alice"])
    event.remove(engine, "before_cursor_execute", hear)
    took = []
    for _ in range(60):
        begin = time.perf_counter()
        history.page(world["alice"], world.charts["alice"])
        took.append(time.perf_counter() - begin)
    return len(statements), median(took)


def test_as_many_queries_for_20_entries_as_for_20_000(world: World):
    many(world, 40)
    history.page(world["alice"], world.charts["alice"])  # the first look is logged
    few, quick = measured(world)
    many(world, 20_000, begin=40)
    with open_system("statistics") as work:  # the server of the tests does not gather them itself
        work.session.connection().exec_driver_sql("ANALYZE")
    lots, slow = measured(world)
    assert few == lots
    assert slow < quick * 1.3 + 0.004


@pytest.fixture(autouse=True, scope="module")
def _end_of_pdfs() -> Iterator[None]:
    yield
    pdf.stop()
