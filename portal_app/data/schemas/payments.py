"""Paying by card, as pages show it."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True)
class PayChoice:
    """An invoice that can be paid."""

    id: str
    number: int
    due: str
    due_minor: int
    due_on: date | None


@dataclass(frozen=True)
class CardView:
    """A saved card."""

    id: str
    words: str
    label: str
    expires: str
    added_by: str
    is_default: bool
    has_expired: bool
    expires_soon: bool


@dataclass(frozen=True)
class PayView:
    """What can be paid, and with what."""

    invoices: tuple[PayChoice, ...]
    cards: tuple[CardView, ...]
    nonce: str
    currency: str
    practice: str
    is_sandbox: bool


@dataclass(frozen=True)
class CardsView:
    """The saved cards of a patient."""

    cards: tuple[CardView, ...]
    practice: str
    is_available: bool


@dataclass(frozen=True)
class Outcome:
    """What has become of an attempt to pay."""

    id: str
    state: str
    """paid, elsewhere (``url`` says where), waiting, declined or ended."""
    amount: str = ""
    url: str = ""
    why: str = ""


@dataclass(frozen=True)
class ConnectionView:
    """Whether card payments work."""

    mode: str
    """none, sandbox, test or live."""
    hears_events: bool
    differences: tuple[tuple[str, str], ...] = ()


class PayInput(BaseModel):
    """What somebody wants to pay."""

    model_config = ConfigDict(frozen=True)

    invoices: tuple[str, ...] = Field(max_length=100)
    amount: str = Field(max_length=20, title="Amount")
    card: str = Field(default="", max_length=40)
    """Public id of a saved card; empty: a new one."""
    nonce: str = Field(min_length=10, max_length=60)


class LabelInput(BaseModel):
    """A name for a card."""

    model_config = ConfigDict(str_strip_whitespace=True, frozen=True)

    label: str = Field(
        default="",
        max_length=40,
        title="Name of this card",
        description="Such as “HSA card” or “Mom’s card”.",
        json_schema_extra={"optional": True},
    )
