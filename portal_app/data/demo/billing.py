"""What the demo practice charges, and how its people pay."""

from dataclasses import dataclass
from typing import Any

from portal_app.data.demo.visits import CHILD, FOLLOW_UP, NEW_VISIT, THERAPY


@dataclass(frozen=True)
class DemoFee:
    """A fee in the practice's own words; ``visit`` is the visit type that it is proposed for."""

    name: str
    code: str
    amount_minor: int
    visit: str = ""
    parts: tuple[tuple[str, str, int], ...] = ()


SETTINGS: dict[str, Any] = {
    "legal_name": "Larkfield Psychiatry, P.C.",
    "remit_to": "118 Mill Street, Suite 2\nBend, OR 97701",
    "billing_phone": "(541) 555-0142",
    "tax_id": "93-1234567",
    "npi": "1234567893",
    "net_days": 30,
    "closing_words": "Thank you. Questions about this invoice? Call us or write to Sam in the portal.",
}
FEES = (
    DemoFee("Medication follow-up, 25 minutes", "99214", 160_00, FOLLOW_UP),
    DemoFee("Therapy session, 53 minutes", "90837", 175_00, THERAPY),
    DemoFee("Child and family visit, 45 minutes", "99215", 190_00, CHILD),
    DemoFee("First visit, 60 minutes", "99205", 350_00, NEW_VISIT),
    DemoFee("Skills group, 90 minutes", "90853", 60_00, "Skills group"),
    DemoFee(
        "Medicine and therapy in one visit",
        "",
        250_00,
        parts=(("99213", "Medicine", 2), ("90833", "Therapy, 30 minutes", 1)),
    ),
    DemoFee("Letter or form, 15 minutes", "", 45_00),
)
METHODS = ("check", "cash", "bank", "external_card")
"""How people pay whose money the practice records by hand; each stays with one of them."""
FRESH_DAYS = 2
"""Visits that are not invoiced yet, except Dana’s."""
OPEN_DAYS = 20
"""Younger invoices are still open, all but every third."""
DANA = {"osei": (0, 100_00), "ben": (0, 0)}
"""What Dana has paid on her two newest invoices of each chart, the newest first."""
EXCEPTIONS = {
    "ruby": "void",
    "otto": "refunded",
    "nora": "partly_refunded",
    "hugo": "written_off",
    "amir": "credited",
    "karl": "goodwill",
    "wen": "overdue",
    "cole": "overdue",
    "fay": "overpaid",
}
"""Person -> what has become of the newest invoice that would else be paid."""
REASONS = {
    "void": "Issued twice by mistake",
    "refunded": "The visit did not help and we agreed not to charge it",
    "partly_refunded": "Shorter visit than planned",
    "written_off": "Hardship",
    "credited": "Charged in error",
    "goodwill": "We kept you waiting for an hour",
}
OVERDUE_DAYS = (31, 62)
"""Between these ages an invoice stays unpaid, where it is the person's exception."""
CHARGES_WAIT = 3
"""Late fees that the practice has not decided on."""
