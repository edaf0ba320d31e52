"""Billing history and superbills, as pages show them, and what the practice gives for them."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, field_validator

from portal_app.data.codes import places_of_service, states
from portal_app.rules.billing import codes


@dataclass(frozen=True)
class HistoryRow:
    """One thing that happened with money."""

    id: str
    day: date
    title: str
    about: str
    kind: str
    words: str
    amount: str
    is_less: bool
    """It makes the balance smaller."""


@dataclass(frozen=True)
class SuperbillRow:
    """A superbill that was made."""

    id: str
    number: str
    first_day: date
    last_day: date
    made_on: date
    state: str
    """Nothing, or why it should not be sent any more."""


@dataclass(frozen=True)
class HistoryView:
    """A page of what happened in a range, and the superbills."""

    rows: tuple[HistoryRow, ...]
    has_more: bool
    range: str
    first: date | None
    last: date
    superbills: tuple[SuperbillRow, ...]
    may_create: bool


@dataclass(frozen=True)
class MissingRow:
    """What a superbill still needs, and where it can be mended."""

    words: str
    href: str = ""


@dataclass(frozen=True)
class SuperbillAnswer:
    """The superbill that was made, or what stands in its way."""

    made: SuperbillRow | None
    yours: tuple[MissingRow, ...] = ()
    practices: tuple[str, ...] = ()
    ready: int = 0
    """Visits that could stand on it as it is."""
    is_new: bool = False


@dataclass(frozen=True)
class ChargeCodes:
    """A completed visit with the codes that were given."""

    visit: str
    day: date
    title: str
    charge: str
    diagnoses: tuple[tuple[str, str], ...]
    place: str
    code: str
    modifiers: str
    invoiced_code: str
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class CodesDesk:
    """The completed visits of a chart, and what keeps its superbills from being made."""

    chart: str
    patient: str
    visits: tuple[ChargeCodes, ...]
    has_more: bool
    page: int
    superbills: tuple[SuperbillRow, ...]
    missing: tuple[str, ...]


class _Input(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid")


class VisitCodesInput(_Input):
    """What a visit was for."""

    diagnoses: tuple[str, ...] = Field(default=(), max_length=codes.DIAGNOSES_MOST)
    place: str = Field(default="", title="Place of service")
    code: str = Field(
        default="",
        title="Procedure code",
        max_length=10,
        description="Leave it empty to use the code of the invoice.",
        json_schema_extra={"optional": True},
    )
    modifiers: str = Field(
        default="", title="Modifiers", max_length=20, json_schema_extra={"optional": True}
    )

    @field_validator("place")
    @classmethod
    def _place(cls, value: str) -> str:
        return codes.place_of_service(value, places_of_service()) if value else ""

    @field_validator("code")
    @classmethod
    def _code(cls, value: str) -> str:
        return codes.procedure(value) if value else ""

    @field_validator("modifiers")
    @classmethod
    def _modifiers(cls, value: str) -> str:
        return " ".join(codes.modifiers(value))


class ClinicianBillingInput(_Input):
    """How an insurance company knows a clinician."""

    npi: str = Field(
        default="",
        title="NPI",
        max_length=20,
        description="Ten digits, of the clinician and not of the practice.",
    )
    license_number: str = Field(default="", title="License number", max_length=40)
    license_state: str = Field(default="", title="State of the license")
    taxonomy: str = Field(
        default="", title="Taxonomy code", max_length=20, json_schema_extra={"optional": True}
    )
    supervisor: str = Field(
        default="", title="Supervised by", max_length=120, json_schema_extra={"optional": True}
    )

    @field_validator("npi")
    @classmethod
    def _npi(cls, value: str) -> str:
        return codes.npi(value) if value else ""

    @field_validator("license_state")
    @classmethod
    def _state(cls, value: str) -> str:
        if value and value not in states():
            raise ValueError("Choose a state.")
        return value
