"""The demo's cards and card payments, made through the sandbox before anybody is served."""

import time
from pathlib import Path

from sqlmodel import col, select

from portal_app.data.models import (
    CardPayment,
    CardPaymentPart,
    Chart,
    Invoice,
    Patient,
    SavedCard,
    User,
)
from portal_app.data.types import PatientId, UserId
from portal_app.integrations.stripe import Stripe
from portal_app.integrations.stripe_sandbox import Direct, State
from portal_app.integrations.stripe_sandbox.api import Api
from portal_app.security.system import open_system
from portal_app.services.billing import gateway, payments

FILE = Path("sandbox") / "stripe.db"
CARDS = (("4242424242424242", 8, 3, ""), ("5555555555554444", 3, 2, "HSA"))
"""Number, month, years from now, name."""
KEEP_OPEN = 3
"""Invoices that stay open in each chart."""
PAYERS = (("dana@demo.example", "Dana", "Whitfield"), ("nora@demo.example", "Nora", "Blum"))


def lay(folder: Path) -> None:
    """Save cards, and pay some invoices with them."""
    state = State(folder / FILE)
    account = Stripe(
        state.api_key, state.webhook_secret, "http://sandbox", sandbox=True, line=Direct(state, "")
    )
    gateway.use(account, "")
    try:
        for email, given, family in PAYERS:
            _lay(state, email, given, family)
        state.forget_deliveries()
    finally:
        gateway.use(None, "")
        state.close()


def _lay(state: State, email: str, given: str, family: str) -> None:
    with open_system("demo cards", writes=False) as work:
        index = work.keyring.index(email)
        user = work.session.exec(select(User.id).where(User.email_index == index)).one()
        wanted = Patient.given == given, Patient.family == family
        patient = PatientId(work.session.exec(select(Patient.id).where(*wanted)).one())
    card = _cards(state, patient, UserId(user))
    for ref in _attempts(patient, UserId(user), card):
        payments.drive(ref)


def _cards(state: State, patient: PatientId, user: UserId) -> SavedCard:
    customer, api = payments.customer_of(patient), Api(state, "")
    with open_system("demo cards") as work:
        made: list[SavedCard] = []
        for number, month, years, label in CARDS:
            with state.transaction():
                method = api.card(number, month, time.gmtime().tm_year + years)
                api.attached(method, customer)
            made.append(
                SavedCard(
                    patient_id=patient,
                    method_id=method["id"],
                    brand=method["card"]["brand"],
                    last4=method["card"]["last4"],
                    exp_month=month,
                    exp_year=method["card"]["exp_year"],
                    label=label,
                    is_default=not made,
                    added_by=user,
                    added_at=work.now,
                )
            )
        work.session.add_all(made)
        work.session.flush()
        return made[0]


def _attempts(patient: PatientId, user: UserId, card: SavedCard) -> list[str]:
    with open_system("demo card payments") as work:
        made = []
        charts = work.session.exec(select(Chart).where(Chart.patient_id == patient)).all()
        for chart in charts:
            rows = (
                select(Invoice)
                .where(Invoice.chart_id == chart.id, Invoice.due_minor > 0)
                .order_by(col(Invoice.due_on), col(Invoice.number))
            )
            for invoice in list(work.session.exec(rows).all())[:-KEEP_OPEN]:
                row = CardPayment(
                    chart_id=chart.id,
                    patient_id=patient,
                    user_id=user,
                    nonce=f"demo-{invoice.public_id}",
                    amount_minor=invoice.due_minor,
                    currency=invoice.currency,
                    card_id=card.id,
                    created_at=work.now,
                )
                part = CardPaymentPart(
                    chart_id=chart.id,
                    patient_id=patient,
                    payment_id=row.id,
                    invoice_id=invoice.id,
                    amount_minor=invoice.due_minor,
                )
                work.session.add(row)
                work.session.flush()
                work.session.add(part)
                made.append(row.public_id)
        return made


__all__ = ["FILE", "lay"]
