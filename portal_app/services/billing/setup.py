"""What the practice decides about billing: its fee list, and what its invoices say."""

import re
import uuid
from collections.abc import Mapping

from sqlmodel import col, select

from portal_app.data.models import BillingSettings, Fee, Invoice, VisitType
from portal_app.data.schemas.billing import BillingInput, BillingView, FeeInput, FeeRow, FeesView
from portal_app.integrations.money import amount, money
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.billing import books, desk

NEEDS = Permission.PRACTICE_SETTINGS
MOST = 200
SHARES_MOST = 5
CURRENCY = re.compile(r"^[A-Z]{3}$")
SHARE = re.compile(r"^\s*([0-9A-Za-z]{2,10})\s*:\s*([0-9]{1,3})\s*(.*?)\s*$")


def fees(actor: Actor) -> FeesView:
    """Show the fee list, also what is off."""
    with access.open(actor, NEEDS) as work:
        types = work.session.exec(
            select(VisitType).order_by(col(VisitType.position), col(VisitType.name)).limit(MOST)
        ).all()
        names = {t.id: (t.public_id, t.name) for t in types}
        rows = select(Fee).order_by(col(Fee.position), col(Fee.name)).limit(MOST)
        return FeesView(
            tuple(_row(fee, names) for fee in work.session.exec(rows).all()),
            tuple((t.public_id, t.name) for t in types if t.is_active),
        )


def fee_rows(actor: Actor) -> tuple[FeeRow, ...]:
    """List the fees, also those that are off."""
    return fees(actor).rows


def _row(fee: Fee, names: Mapping[uuid.UUID, tuple[str, str]]) -> FeeRow:
    visit = names.get(fee.visit_type_id, ("", "")) if fee.visit_type_id else ("", "")
    shares = ", ".join(f"{p['code']}:{p['share']} {p['name']}".strip() for p in fee.parts)
    command = FeeInput(
        name=fee.name,
        code=fee.code,
        modifiers=fee.modifiers,
        amount=amount(fee.amount_minor, fee.currency),
        visit_type=visit[0],
        shares=shares,
    )
    return FeeRow(
        fee.public_id, command, money(fee.amount_minor, fee.currency), visit[1], fee.is_active
    )


def save_fee(actor: Actor, fee_id: str, command: FeeInput) -> str:
    """Save a fee, or a new one where the id is empty; invoices that exist keep theirs.

    Raises:
        InvalidError: the fee is no amount, or the split is none.
    """
    with access.open(actor, NEEDS, writes=True, action="settings.fee", target=fee_id) as work:
        currency = books.settings(work).currency
        fee = _fee(work, fee_id) if fee_id else Fee(name="", amount_minor=0, position=MOST)
        fee.name, fee.code = command.name.strip(), command.code.strip().upper()
        fee.modifiers = " ".join(command.modifiers.upper().replace(",", " ").split())
        fee.amount_minor, fee.currency = desk.amount_of(work, command.amount, "amount"), currency
        fee.parts = _parts(command.shares, fee.name)
        fee.visit_type_id = None
        if command.visit_type:
            rows = select(VisitType).where(VisitType.public_id == command.visit_type)
            found = work.session.exec(rows).first()
            if found is None:
                raise InvalidError("Choose a visit type of the list.", field="visit_type")
            fee.visit_type_id = found.id
        work.session.add(fee)
        return fee.public_id


def _parts(text: str, name: str) -> list[dict[str, object]]:
    """Read "99213:2 Medicine, 90833:1 Therapy": code, share and words of each part."""
    if not text.strip():
        return []
    found = [SHARE.match(part) for part in text.split(",")]
    shares = [int(m.group(2)) for m in found if m]
    if not all(found) or not 2 <= len(shares) <= SHARES_MOST or 0 in shares:
        raise InvalidError(
            "Write each code with its share, such as 99213:2, 90833:1.", field="shares"
        )
    return [
        {"code": m.group(1).upper(), "name": m.group(3) or name, "share": int(m.group(2))}
        for m in found
        if m
    ]


def set_fee_active(actor: Actor, fee_id: str, *, active: bool) -> None:
    """Turn a fee on or off."""
    with access.open(actor, NEEDS, writes=True, action="settings.fee", target=fee_id) as work:
        fee = _fee(work, fee_id)
        fee.is_active = active
        work.session.add(fee)


def _fee(work: Work, fee_id: str) -> Fee:
    found = work.session.exec(select(Fee).where(Fee.public_id == fee_id)).first()
    if found is None:
        raise NotFoundError
    return found


# ---------------------------------------------------------------- what invoices say
SAME = frozenset(BillingInput.model_fields)


def billing(actor: Actor) -> BillingView:
    """Show what the practice prints on its invoices."""
    with access.open(actor, NEEDS) as work:
        row = books.settings(work)
        command = BillingInput.model_construct(**{name: getattr(row, name) for name in SAME})
        return BillingView(command, has_begun=_has_begun(work))


def _has_begun(work: Work) -> bool:
    rows = select(Invoice.id).where(col(Invoice.number).is_not(None)).limit(1)
    return work.session.exec(rows).first() is not None


def save_billing(actor: Actor, command: BillingInput) -> None:
    """Save it; invoices that are issued keep what they say.

    From the first invoice on, the next number follows the last one, whatever the form says.

    Raises:
        InvalidError: no currency, or it would change for money that is booked already.
    """
    with access.open(actor, NEEDS, writes=True, action="settings.billing") as work:
        row = work.session.get(BillingSettings, 1) or BillingSettings()
        currency, begun = command.currency.strip().upper(), _has_begun(work)
        if not CURRENCY.match(currency):
            raise InvalidError("Write three letters, such as USD.", field="currency")
        if begun and currency != row.currency:
            raise InvalidError(
                "There are invoices already, so the currency stays.", field="currency"
            )
        for name in SAME - ({"next_number"} if begun else set()):
            value = getattr(command, name)
            setattr(row, name, value.strip() if isinstance(value, str) else value)
        row.currency = currency
        work.session.add(row)
