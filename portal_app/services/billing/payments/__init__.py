"""Paying by card.

An attempt is a row before Stripe is asked, and names itself there. The return page, the webhook and
the sweeper all call ``settle``, which reads Stripe again and moves the row forward only; the ledger
books a payment once, by Stripe's id.
"""

from portal_app.services.billing.payments.asking import customer_of
from portal_app.services.billing.payments.paying import NEEDS, begin, drive, options, outcome
from portal_app.services.billing.payments.settling import (
    SOURCE,
    find_ref,
    ref_at_stripe,
    settle,
    sweep,
)

__all__ = [
    "NEEDS",
    "SOURCE",
    "begin",
    "customer_of",
    "drive",
    "find_ref",
    "options",
    "outcome",
    "ref_at_stripe",
    "settle",
    "sweep",
]
