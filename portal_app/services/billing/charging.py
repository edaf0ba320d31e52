"""From a visit to the lines of its invoice, through the practice's own fee list."""

from typing import Any

from sqlmodel import col, select

from portal_app.data.models import Appointment, DraftCharge, Fee
from portal_app.rules.billing.money import split
from portal_app.security.access import Work
from portal_app.services.billing.issuing import LATE_FEE, Line

LATE_WORDS = "Late cancellation"


def fees_by_type(work: Work) -> dict[Any, Fee]:
    """Give the fee that is proposed for each visit type."""
    rows = (
        select(Fee)
        .where(col(Fee.is_active), col(Fee.visit_type_id).is_not(None))
        .order_by(col(Fee.position).desc(), col(Fee.name).desc())
    )
    return {fee.visit_type_id: fee for fee in work.session.exec(rows).all()}


def lines_of_fee(fee: Fee, **about: Any) -> list[Line]:
    """Give the lines of a fee: one, or one for each code that shares it."""
    if not fee.parts:
        return [
            Line(
                description=fee.name,
                unit_minor=fee.amount_minor,
                code=fee.code,
                modifiers=fee.modifiers,
                **about,
            )
        ]
    amounts = split(fee.amount_minor, [int(part["share"]) for part in fee.parts])
    return [
        Line(description=str(part["name"]), unit_minor=amount, code=str(part["code"]), **about)
        for part, amount in zip(fee.parts, amounts, strict=True)
    ]


def lines_of_visit(work: Work, visit: Appointment, fees: dict[Any, Fee]) -> list[Line]:
    """Give the lines for a visit: its type's fee, or else the price that was booked."""
    about: dict[str, Any] = {
        "served_on": visit.starts_at.astimezone(work.zone).date(),
        "practitioner": visit.practitioner_id,
        "appointment": visit.id,
    }
    fee = fees.get(visit.visit_type_id)
    if fee is not None:
        return lines_of_fee(fee, **about)
    return [Line(description=visit.title, unit_minor=visit.price_minor, **about)]


def line_of_charge(work: Work, charge: DraftCharge, visit: Appointment) -> Line:
    """Give the line for a fee that a rule has proposed."""
    return Line(
        served_on=visit.starts_at.astimezone(work.zone).date(),
        description=LATE_WORDS,
        unit_minor=charge.amount_minor,
        kind=LATE_FEE,
        practitioner=visit.practitioner_id,
        appointment=visit.id,
        draft_charge=charge.id,
    )


__all__ = ["fees_by_type", "line_of_charge", "lines_of_fee", "lines_of_visit"]
