"""What Stripe is asked for: a patient's id there, a charge, a visit to its page."""

from portal_app.data.models import (
    CardCustomer,
)
from portal_app.data.types import PatientId
from portal_app.integrations.stripe import (
    IntentSeen,
    SessionSeen,
    UnreachableError,
)
from portal_app.rules.billing.payments import (
    State,
    after,
)
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.billing import gateway
from portal_app.services.billing.payments.attempts import Attempt, row_of


def charge(attempt: Attempt, customer: str) -> IntentSeen:
    """Charge; where the answer is lost, look what happened before anything else."""
    account = gateway.account()
    if attempt.intent:
        return account.intent(attempt.intent)
    back = gateway.address(f"/pay/back/{attempt.chart}/{attempt.ref}")
    what = (customer, attempt.method, attempt.ref, attempt.amount, attempt.currency, attempt.words)
    try:
        return account.charge(*what, back)
    except UnreachableError:
        return account.charge(*what, back)


def session_of(attempt: Attempt, customer: str) -> SessionSeen:
    """Give the visit to the hosted page; begun where there is none yet."""
    account = gateway.account()
    if attempt.session:
        return account.session(attempt.session)
    back = gateway.address(f"/pay/back/{attempt.chart}/{attempt.ref}")
    what = (customer, attempt.ref, attempt.amount, attempt.currency, attempt.words, back)
    try:
        made = account.pay_hosted(*what)
    except UnreachableError:
        made = account.pay_hosted(*what)
    with open_system("a card payment was begun") as work:
        row = row_of(work, attempt.ref)
        row.session_id = made.id
        row.status = after(State(row.status), State.OPEN).value
        work.session.add(row)
    return made


def customer_row(work: Work, patient: PatientId) -> CardCustomer:
    """Find or write the row of a patient at Stripe."""
    found = work.session.get(CardCustomer, patient)
    if found is None:
        found = CardCustomer(patient_id=patient)
        work.session.add(found)
        work.session.flush()
    return found


def customer_of(patient: PatientId) -> str:
    """Give Stripe's id of a patient, made where there is none yet."""
    with open_system("a patient's id at the card service") as work:
        row = customer_row(work, patient)
        known, ref = row.customer_id, row.ref
    if known:
        return known
    made = gateway.account().customer(ref)
    with open_system("a patient's id at the card service") as work:
        row = customer_row(work, patient)
        row.customer_id = row.customer_id or made
        work.session.add(row)
        return row.customer_id


def ensure_customer(ref: str) -> str:
    """Give Stripe's id of the patient of an attempt."""
    with open_system("a card payment", writes=False) as work:
        patient = PatientId(row_of(work, ref).patient_id)
    return customer_of(patient)
