"""What the database itself holds: entries that stay, numbers without a gap, and the same few queries."""

import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, delete, select, update

from portal_app.data.models import Allocation, Invoice, InvoiceLine, LedgerEntry
from portal_app.rules.billing.ledger import Kind
from portal_app.services.billing import ledger
from tests.billing_world import (
    chart_of,
    count,
    draft,
    invoice,
    issue,
    lengthen,
    numbers,
    prove,
    timed,
    writing,
)
from tests.world import World


def paid(world: World) -> str:
    made = issue(world, 100_00)
    with writing() as work:
        ledger.record_payment(work, chart_of(work, world), 40_00, "cash", "test", "1")
    return made


def refused(name: str, statement: Any) -> None:
    with pytest.raises(DBAPIError, match=name), writing() as work:
        work.session.execute(statement)


def test_what_was_booked_is_never_changed_or_taken_away(world: World):
    paid(world)
    for table in (LedgerEntry, Allocation):
        name = str(table.__tablename__)
        refused(f"{name}_no_update", update(table).values(amount_minor=col(table.amount_minor) + 1))
        refused(f"{name}_no_delete", delete(table))
    assert (count(LedgerEntry), count(Allocation)) == (2, 1)


def test_an_issued_invoice_and_its_lines_stay_as_they_were(world: World):
    paid(world)
    for values in ({"number": 5}, {"total_minor": 1}, {"due_on": date(2030, 1, 1)}):
        refused("invoice_said", update(Invoice).values(**values))
    refused("invoice_said", update(Invoice).values(notes="Other words"))
    refused("invoiceline_no_update", update(InvoiceLine).values(units=1))
    refused("invoiceline_no_delete", delete(InvoiceLine))
    made = draft(world, 1_00)
    with writing() as work:
        issued = work.session.exec(select(Invoice).where(col(Invoice.number).is_not(None))).one()
        moved = update(InvoiceLine).where(InvoiceLine.invoice_id == invoice(made).id)
    refused("invoiceline_no_update", moved.values(invoice_id=issued.id, position=9))


@pytest.mark.parametrize(("position", "after"), [(3, 61_00), (4, 60_00), (2, 60_00), (0, 0)])
def test_an_entry_follows_from_the_one_before(world: World, position: int, after: int):
    paid(world)
    with pytest.raises(DBAPIError):
        forge(world, position, after)


def forge(world: World, position: int, after: int) -> None:
    with writing() as work:
        chart = chart_of(work, world)
        work.session.add(
            LedgerEntry(
                chart_id=chart.id,
                patient_id=chart.patient_id,
                position=position,
                kind=Kind.CREDIT.value,
                amount_minor=-1_00,
                balance_after_minor=after,
                source="test",
                external_id="forged",
                booked_on=work.today,
            )
        )


def test_an_entry_that_follows_is_taken(world: World):
    paid(world)
    forge(world, 3, 59_00)


def test_sums_that_do_not_agree_are_refused(world: World):
    paid(world)
    for values in ({"due_minor": 0}, {"paid_minor": 50_00}, {"credited_minor": 61_00}):
        refused("ck_invoice", update(Invoice).values(**values))


WORKER = """
import sys
from pathlib import Path
from portal_app.config import Settings
from portal_app.services.foundation import lay
from portal_app.security.system import open_system
from sqlmodel import select
from portal_app.data.models import Chart
from portal_app.services.billing import issuing
from datetime import date
folder, url, chart, many = sys.argv[1:]
lay(Settings(data_dir=Path(folder), database_url=url), create=False)
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(many)):
    try:
        with open_system("many invoices") as work:
            row = work.session.exec(select(Chart).where(Chart.public_id == chart)).one()
            lines = [issuing.Line(date(2026, 11, 2), "Visit", 100)]
            issuing.issue(work, issuing.draft(work, row, lines))
            if number % 4 == 3:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
"""


def test_two_processes_number_without_a_gap(world: World):
    many = 24
    options = world.foundation.settings
    args = [str(options.data_dir), options.database_url or "", world.charts["alice"], str(many)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    assert [worker.wait(60) for worker in workers] == [0, 0]
    for worker in workers:
        for pipe in (worker.stdin, worker.stdout):
            assert pipe is not None
            pipe.close()
    kept = 2 * many * 3 // 4
    assert numbers() == list(range(1001, 1001 + kept))
    with writing() as work:
        prove(work, chart_of(work, world))


def test_a_long_history_asks_no_more_of_the_database(world: World):
    lengthen(world, 20)
    issue(world, 100_00)
    few = timed(world, 3)[0]
    lengthen(world, 60)
    assert timed(world, 3)[0] == few
