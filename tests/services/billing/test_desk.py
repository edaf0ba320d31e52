"""The practice's money: invoices from visits, payments by hand, and what the patient sees of it."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlmodel import select

from portal_app.data.models import (
    DraftCharge,
    Fee,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    OutboxMail,
    StoredFile,
)
from portal_app.data.schemas.billing import (
    BillingInput,
    FeeInput,
    InvoiceInput,
    PaymentInput,
    ReduceInput,
    RefundInput,
    VoidInput,
)
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.security.system import open_system
from portal_app.services import home, practice
from portal_app.services.billing import desk, desk_views, issuing, overview, paper, reading, setup
from tests.billing_world import (
    chart_of,
    completed,
    count,
    draft,
    invoice,
    issue,
    late_fee,
    numbers,
    prove,
    visit_type,
    writing,
)
from tests.schedule_world import all_of
from tests.world import URL, World


def pay(world: World, amount: str, for_: str = "", key: str = "k", method: str = "check") -> str:
    command = PaymentInput(
        amount=amount, method=method, invoice=for_, client_key=key, detail="Check 12"
    )
    return desk.record_payment(world["own"], world.charts["alice"], command)


def due(world: World) -> str:
    return reading.head(world["alice"], world.charts["alice"]).due


def proven(world: World) -> None:
    with writing() as work:
        prove(work, chart_of(work, world))


# ---------------------------------------------------------------- invoices
def test_a_completed_visit_is_invoiced_once(world: World):
    visit = completed(world)
    issued = desk.invoice_visit(world["own"], visit, URL)
    assert (issued.number, issued.total) == (1001, "$160.00")
    with pytest.raises(ConflictError):
        desk.invoice_visit(world["own"], visit, URL)
    assert numbers() == [1001]
    assert due(world) == "$160.00"
    assert count(InvoiceLine) == count(LedgerEntry) == 1
    mails = [m for m in all_of(OutboxMail) if m.kind == "news"]
    assert {m.address for m in mails} == {
        f"{who}@test.example" for who in ("alice", "bob", "bea", "ended")
    }, "who sees the billing is told"
    assert not any("160" in m.text or "Follow-up" in m.text for m in mails)
    proven(world)


def test_only_a_completed_visit_is_invoiced_and_nothing_of_a_batch_that_fails(world: World):
    visits = [completed(world, 2), completed(world, 3, "no_show")]
    with pytest.raises(ConflictError):
        desk.invoice_visits(world["own"], visits, URL)
    assert numbers() == []
    assert desk.invoice_visits(world["own"], [visits[0], visits[0]], URL) == 1
    assert numbers() == [1001]


def test_a_fee_of_the_visit_type_is_proposed_and_shared_between_its_codes(world: World):
    visit = completed(world)
    with writing() as work:
        kind = visit_type(work).public_id
    wish = FeeInput(
        name="Medicine and therapy",
        amount="250.00",
        visit_type=kind,
        shares="99213:2 Medicine, 90833:1 Therapy",
    )
    setup.save_fee(world["owner"], "", wish)
    desk.invoice_visit(world["own"], visit, URL)
    lines = sorted(all_of(InvoiceLine), key=lambda x: x.position)
    assert [(x.description, x.code, x.amount_minor) for x in lines] == [
        ("Medicine", "99213", 166_67),
        ("Therapy", "90833", 83_33),
    ]
    for wrong in ("99213", "99213:0, 1:1", "a:b", "99213:2"):
        with pytest.raises(InvalidError) as refused:
            setup.save_fee(world["owner"], "", FeeInput(name="x", amount="1", shares=wrong))
        assert refused.value.field == "shares"


def test_a_draft_is_written_by_hand_discarded_and_issued(world: World):
    own, chart = world["own"], world.charts["alice"]
    wish = InvoiceInput(description="Letter", amount="45", units=2, day="2026-11-20", notes="Hello")
    gone = desk.draft(own, chart, wish)
    assert due(world) == "$0.00"
    desk.discard(own, chart, gone)
    assert count(Invoice) == count(InvoiceLine) == 0
    made = desk.draft(own, chart, wish)
    assert desk.issue(own, chart, made, URL).total == "$90.00"
    for again in (desk.issue, lambda *a: desk.discard(*a[:3])):
        with pytest.raises(ConflictError):
            again(own, chart, made, URL)
    for wrong, field in (
        (InvoiceInput(), "fee"),
        (InvoiceInput(amount="3"), "description"),
        (InvoiceInput(description="x", amount="-3"), "amount"),
        (InvoiceInput(description="x", amount="0"), "amount"),
        (InvoiceInput(description="x", amount="1.234"), "amount"),
        (InvoiceInput(description="x", amount="3", day="2026-13-01"), "day"),
        (InvoiceInput(fee="nothing"), "fee"),
    ):
        with pytest.raises(InvalidError) as refused:
            desk.draft(own, chart, wrong)
        assert refused.value.field == field


def test_a_late_fee_is_charged_or_let_go_and_comes_back_when_its_invoice_is_void(world: World):
    own, chart = world["own"], world.charts["alice"]
    charge = late_fee(world)
    assert [t.title for t in practice.today(own).tasks] == ["Decide: late fee, $75.00"]
    desk.decide_charge(own, chart, charge, URL, bills=True)
    assert due(world) == "$75.00"
    with pytest.raises(ConflictError):
        desk.decide_charge(own, chart, charge, URL, bills=False)
    assert [e.kind for e in all_of(LedgerEntry)] == ["late_fee"]
    desk.void(own, chart, all_of(Invoice)[0].public_id, VoidInput(reason="Forgiven"))
    assert (due(world), all_of(DraftCharge)[0].status) == ("$0.00", "draft")
    desk.decide_charge(own, chart, charge, URL, bills=False)
    assert all_of(DraftCharge)[0].status == "dropped"
    proven(world)


# ---------------------------------------------------------------- money
def test_money_is_recorded_once_for_the_oldest_first(world: World):
    first, second = issue(world, 100_00), issue(world, 50_00)
    assert pay(world, "120.00") == pay(world, "$120.00") == "$120.00"
    assert [invoice(i).due_minor for i in (first, second)] == [0, 30_00]
    assert [invoice(i).status for i in (first, second)] == ["paid", "partly_paid"]
    row = reading.invoices(world["alice"], world.charts["alice"]).open[0]
    assert (row.due, row.total) == ("$30.00", "$50.00")
    proven(world)


def test_money_for_one_invoice_is_no_more_than_is_due(world: World):
    first, second = issue(world, 100_00), issue(world, 50_00)
    with pytest.raises(InvalidError, match=r"\$50\.00 is due"):
        pay(world, "50.01", second)
    pay(world, "50", second)
    assert [invoice(i).due_minor for i in (first, second)] == [100_00, 0]
    for wrong, field in (("x", "amount"), ("0", "amount"), ("9999999", "amount")):
        with pytest.raises(InvalidError) as refused:
            pay(world, wrong, key="other")
        assert refused.value.field == field
    with pytest.raises(InvalidError) as refused:
        pay(world, "1", key="other", method="card")
    assert refused.value.field == "method"


def test_what_is_left_over_is_a_credit_that_pays_with_one_click(world: World):
    issue(world, 100_00)
    pay(world, "130")
    view = reading.head(world["alice"], world.charts["alice"])
    assert (view.due, view.credit) == ("$0.00", "$30.00")
    later = issue(world, 50_00)
    assert due(world) == "$20.00"
    assert desk.use_credit(world["own"], world.charts["alice"]) == "$30.00"
    assert (invoice(later).due_minor, due(world)) == (20_00, "$20.00")
    proven(world)


def test_a_refund_keeps_the_invoice_settled_unless_it_is_due_again(world: World):
    own, chart = world["own"], world.charts["alice"]
    made = issue(world, 160_00)
    pay(world, "160", made)
    payment = desk_views.money_of(own, chart).payments[0]

    def back(amount: str, key: str, *, reopens: bool = False) -> str:
        wish = RefundInput(
            payment=payment.id, amount=amount, reason="Short", reopens=reopens, client_key=key
        )
        return desk.refund(own, chart, wish)

    assert back("60", "a") == back("60", "a") == "$60.00"
    assert (invoice(made).status, due(world)) == ("partly_refunded", "$0.00")
    with pytest.raises(InvalidError, match=r"\$100\.00 is left"):
        back("100.01", "b")
    back("40", "c", reopens=True)
    assert (invoice(made).status, due(world)) == ("partly_paid", "$40.00")
    proven(world)
    explained = reading.explain(world["alice"], chart)
    assert explained.lines == (
        ("Visits and other charges", "$160.00"),
        ("Payments", "-$160.00"),
        ("Credits", "-$60.00"),
        ("Money given back", "$100.00"),
    )
    assert (explained.words, explained.balance) == ("What is left to pay", "$40.00")


def test_credits_and_write_offs_stay_inside_what_was_asked_for(world: World):
    own, chart = world["own"], world.charts["alice"]
    made = issue(world, 100_00)

    def wish(amount: str, key: str) -> ReduceInput:
        return ReduceInput(amount=amount, reason="Kind", invoice=made, client_key=key)

    with pytest.raises(InvalidError):
        desk.credit(own, chart, wish("100.01", "a"))
    assert desk.credit(own, chart, wish("30", "b")) == "$30.00"
    with pytest.raises(InvalidError):
        desk.write_off(own, chart, wish("70.01", "c"))
    with pytest.raises(ConflictError):
        desk.void(own, chart, made, VoidInput(reason="x"))
    desk.write_off(own, chart, wish("70", "d"))
    assert (invoice(made).status, due(world)) == ("written_off", "$0.00")
    proven(world)


def test_what_belongs_to_another_chart_is_not_found(world: World):
    made = issue(world, 100_00)
    others = {chart for chart in world.charts.values() if chart != world.charts["alice"]}
    assert others
    for chart in others:
        with pytest.raises(NotFoundError):
            desk.void(world["owner"], chart, made, VoidInput(reason="x"))
        with pytest.raises(NotFoundError):
            paper.as_pdf(world["owner"], chart, made)


# ---------------------------------------------------------------- what people see
@pytest.mark.seed("S11")
def test_home_says_what_is_due_and_what_to_pay(world: World):
    made = issue(world, 160_00)
    pay(world, "100", made)
    view = home.overview(world["alice"], world.charts["alice"])
    assert view.balance is not None
    assert (view.balance.due, view.balance.open_count) == ("$60.00", 1)
    assert "Pay: $60.00" in [item.title for item in view.to_do]


def test_the_practice_sees_what_is_overdue_open_and_not_invoiced(world: World):
    new, late = issue(world, 20_00), draft(world, 100_00)
    visit, charge = completed(world), late_fee(world)
    with writing() as work:
        row = work.session.exec(select(Invoice).where(Invoice.public_id == late)).one()
        issuing.issue(work, row, at=work.now - timedelta(days=1))
        assert row.due_on == work.today - timedelta(days=1)
    assert invoice(new).due_on == row.issued_on + timedelta(days=1), "due on receipt: on that day"
    view = overview.waiting(world["owner"])
    assert (view.overdue_count, view.open_count) == (1, 1)
    assert (view.due, view.overdue_sum) == ("$120.00", "$100.00")
    assert [m.row.id for m in view.overdue] == [late]
    assert [m.row.id for m in view.open] == [new]
    assert ([v.id for v in view.unbilled], [c.id for c in view.charges]) == ([visit], [charge])
    assert view.unbilled_count == 1


@pytest.mark.seed("S28")
def test_the_pdf_is_made_once_and_says_what_was_asked_for(world: World):
    setup.save_billing(
        world["owner"],
        BillingInput(
            legal_name="Test Clinic, P.C.", remit_to="1 Street\nTown", tax_id="12-3456789"
        ),
    )
    made = issue(world, 160_00, 20_00, words="Follow-up, 25 minutes")
    chart = world.charts["alice"]
    name, data = paper.as_pdf(world["alice"], chart, made)
    setup.save_billing(world["owner"], BillingInput(legal_name="Another name"))
    assert paper.as_pdf(world["own"], chart, made) == (name, data)
    file = all_of(StoredFile)[0]
    assert invoice(made).sha256 == file.sha256
    assert (name, file.size) == ("invoice-1001.pdf", len(data))
    read = PdfReader(io.BytesIO(data))
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    for words in (
        "Invoice 1001",
        "Test Clinic, P.C.",
        "1 Street",
        "12-3456789",
        "Alice",
        "Follow-up, 25 minutes",
        "$160.00",
        "$20.00",
        "$180.00",
    ):
        assert words in text, words
    assert "Another name" not in text
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_fee_list_is_kept_in_the_practices_words(world: World):
    owner = world["owner"]
    made = setup.save_fee(
        owner, "", FeeInput(name="Letter", amount="45", code="x1", modifiers="95,gt")
    )
    setup.save_fee(owner, made, FeeInput(name="Long letter", amount="50.00"))
    setup.set_fee_active(owner, made, active=False)
    row = setup.fee_rows(owner)[0]
    assert (row.command.name, row.amount, row.is_active) == ("Long letter", "$50.00", False)
    assert [f.code for f in all_of(Fee)] == [""]


def test_currency_and_next_number_are_settled_with_the_first_invoice(world: World):
    owner = world["owner"]
    setup.save_billing(owner, BillingInput(next_number=7, currency="jpy"))
    made = issue(world, 500)
    assert invoice(made).number == 7
    assert due(world) == "¥500"
    with pytest.raises(InvalidError) as refused:
        setup.save_billing(owner, BillingInput(currency="USD"))
    assert refused.value.field == "currency"
    setup.save_billing(owner, BillingInput(currency="JPY", next_number=7, net_days=30))
    assert invoice(issue(world, 500)).number == 8


def test_nothing_of_the_books_is_written_by_looking(world: World):
    issue(world, 100_00)
    before = count(LedgerEntry)
    desk_views.money_of(world["own"], world.charts["alice"])
    reading.explain(world["bea"], world.charts["alice"])
    assert count(LedgerEntry) == before
    with open_system("look", writes=False) as work:
        prove(work, chart_of(work, world))
