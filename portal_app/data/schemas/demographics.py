"""Demographic info: the fields of its form, and what is shown beside them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from portal_app.rules import demographics as rule


def _field(key: str, **extra: Any) -> Any:
    """Describe a field: label and length stand in the rule; `required` ones can't be emptied."""
    missing = rule.REQUIRED.get(key)
    if missing:
        extra["missing"] = missing
    described = {
        "title": rule.LABELS[key],
        "max_length": rule.MOST.get(key, rule.MOST_ELSE),
        "schema_extra": {"json_schema_extra": extra},
    }
    if missing:
        return Field(min_length=1, **described)  # type: ignore[call-overload]
    return Field(default="", **described)  # type: ignore[call-overload]


GENDERS = tuple(rule.GENDERS.items())
PRONOUNS = tuple((p, p) for p in rule.PRONOUNS)
HOLDERS = tuple(rule.HOLDERS.items())


class PersonInput(SQLModel):
    """Who the person is, and where she lives."""

    given: str = _field("given", autocomplete="given-name")
    family: str = _field("family", autocomplete="family-name")
    preferred: str = _field("preferred", optional=True, autocomplete="nickname")
    birth_date: str = _field("birth_date", kind="date", autocomplete="bday")
    pronouns: str = _field(
        "pronouns", kind="select", options=PRONOUNS, prompt="Not said", optional=True
    )
    gender: str = _field("gender", kind="select", options=GENDERS, prompt="Not said", optional=True)
    phone: str = _field("phone", kind="tel", autocomplete="tel")
    phone_home: str = _field("phone_home", kind="tel", optional=True, autocomplete="home tel")
    language: str = _field("language", optional=True)
    street: str = _field("street", autocomplete="address-line1")
    unit: str = _field("unit", optional=True, autocomplete="address-line2")
    city: str = _field("city", autocomplete="address-level2")
    state: str = _field("state", kind="select", prompt="Choose", autocomplete="address-level1")
    postal_code: str = _field("postal_code", autocomplete="postal-code")


class ContactInput(SQLModel):
    """Whom to call."""

    name: str = _field("contact.name")
    relationship: str = _field("contact.relationship")
    phone: str = _field("contact.phone", kind="tel")


class CoverageInput(SQLModel):
    """Who pays."""

    payer: str = _field("coverage.payer")
    member_id: str = Field(
        default="",
        title=rule.LABELS["coverage.member_id"],
        description="On the front of the card",
        max_length=rule.MOST["coverage.member_id"],
    )
    group_number: str = _field("coverage.group_number", optional=True)
    holder: str = _field("coverage.holder", optional=True)
    holder_relation: str = _field(
        "coverage.holder_relation", kind="select", options=HOLDERS, prompt="Not said", optional=True
    )


@dataclass(frozen=True)
class ChangeView:
    """A change: made, waiting, or decided; values as people read them.

    ``current`` is what stands there now, for a change that waits.
    """

    id: str
    field: str
    label: str
    old: str
    new: str
    state: str
    by: str
    at: datetime
    current: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    source: str = ""


@dataclass(frozen=True)
class CardView:
    """A photo of one side of an insurance card."""

    coverage: int
    side: str
    file: str
    added_at: datetime | None


@dataclass(frozen=True)
class DemographicsView:
    """Who a patient is, what the reader has typed and not saved, and what waits.

    ``facts`` are the values as fields show them, by key; ``typed`` holds, by key, what stood there
    when the typing began, and what was typed.
    """

    facts: dict[str, str]
    typed: dict[str, tuple[str, str]]
    waiting: tuple[ChangeView, ...]
    declined: tuple[ChangeView, ...]
    history: tuple[ChangeView, ...]
    cards: tuple[CardView, ...]
    states: tuple[tuple[str, str], ...]
    country: str
    practice: str
    patient: str
    topic: str


@dataclass(frozen=True)
class Fact:
    """A line of what is known about a patient."""

    label: str
    value: str


@dataclass(frozen=True)
class DetailsPanel:
    """What the practice sees first of who a patient is, and what waits for it to decide."""

    facts: tuple[Fact, ...]
    waiting: tuple[ChangeView, ...]
    topic: str


@dataclass(frozen=True)
class Saved:
    """What came of saving: how many fields changed at once, how many wait."""

    direct: int
    waiting: int
