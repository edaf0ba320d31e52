"""How a health record reads: its groups, dates at their own precision, numbers people can read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from portal_app.rules.records import Coding, Entry, Kind, Measure


@dataclass(frozen=True)
class Group:
    """A heading of the record: its key in addresses, its words, and the kind behind it."""

    key: str
    label: str
    kind: Kind
    always: bool = True
    """Whether it stands there with nothing in it."""
    one: str = "entry"
    many: str = "entries"
    """What its entries are called when they are counted."""


GROUPS = (
    Group("medicines", "Medicines", Kind.MEDICATION, one="medicine", many="medicines"),
    Group("diagnoses", "Diagnoses", Kind.CONDITION, one="diagnosis", many="diagnoses"),
    Group("allergies", "Allergies", Kind.ALLERGY, one="allergy", many="allergies"),
    Group("labs", "Lab results", Kind.LABORATORY, one="result", many="results"),
    Group("vitals", "Vital signs", Kind.VITAL, one="measurement", many="measurements"),
    Group(
        "immunizations",
        "Immunizations",
        Kind.IMMUNIZATION,
        one="immunization",
        many="immunizations",
    ),
    Group("visits", "Visit summaries", Kind.ENCOUNTER, one="visit", many="visits"),
    Group("documents", "Documents", Kind.DOCUMENT, one="document", many="documents"),
    Group(
        "procedures",
        "Procedures",
        Kind.PROCEDURE,
        always=False,
        one="procedure",
        many="procedures",
    ),
    Group("other", "Other", Kind.OTHER, always=False),
)
BY_KEY = {g.key: g for g in GROUPS}
BY_KIND = {g.kind: g for g in GROUPS}
MEASURED = frozenset({Kind.LABORATORY, Kind.VITAL})
GATHERED = frozenset(
    {Kind.MEDICATION, Kind.CONDITION, Kind.ALLERGY, Kind.IMMUNIZATION, Kind.PROCEDURE}
)
"""Kinds of which the same thing comes again and again: one line for each thing."""

FLAGS = {
    "H": "High",
    "L": "Low",
    "HH": "Very high",
    "LL": "Very low",
    "A": "Not normal",
    "AA": "Very far from normal",
    "HU": "Very high",
    "LU": "Very low",
    "POS": "Positive",
    "NEG": "Negative",
}
"""FHIR interpretation codes that are said; normal ones go without a word."""

STATUS = {
    "active": "Now",
    "in-progress": "Now",
    "on-hold": "On hold",
    "completed": "Finished",
    "finished": "",
    "stopped": "Stopped",
    "cancelled": "Cancelled",
    "not-taken": "Not taken",
    "entered-in-error": "Entered by mistake",
    "intended": "Planned",
    "planned": "Planned",
    "inactive": "In the past",
    "resolved": "In the past",
    "remission": "In remission",
    "recurrence": "Came back",
    "relapse": "Came back",
    "preliminary": "Not final yet",
    "registered": "Not final yet",
    "amended": "Corrected",
    "corrected": "Corrected",
}
"""Status codes of FHIR R4 in everyday words; what is missing here goes without a word."""

NOW = frozenset({"active", "in-progress", "on-hold", "recurrence", "relapse", "intended"})
NONE_KNOWN = {
    Kind.ALLERGY: "No known allergies",
    Kind.MEDICATION: "No medicines known",
    Kind.CONDITION: "No known diagnoses",
    Kind.IMMUNIZATION: "No immunizations known",
    Kind.PROCEDURE: "No known procedures",
}
"""What is said where a record states that there is nothing."""

_DIGITS = 4
_EXACT = 3
_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(.+))?)?)?$")
_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$")
_AMOUNT = re.compile(r"\d\s*(?:mg|mcg|µg|ug|g|ml|units?|iu|meq|%|mm|puff)", re.IGNORECASE)


def group_of(kind: str) -> Group:
    """Give the group of a kind."""
    return BY_KIND[Kind(kind)]


def day_of(value: str, zone: ZoneInfo) -> date | None:
    """Read a FHIR date as a day on the wall; the first one of a month or year."""
    found = _DATE.match(value.strip())
    if not found:
        return None
    year, month, day, clock = found.groups()
    try:
        if clock:
            moment = datetime.fromisoformat(value.strip())
            # a time in UTC says nothing about where it was written: the practice's own wall counts
            if moment.tzinfo is not None and not moment.utcoffset():
                moment = moment.astimezone(zone)
            return moment.date()
        return date(int(year), int(month or 1), int(day or 1))
    except (ValueError, OverflowError):
        return None


def when(value: str, zone: ZoneInfo) -> str:
    """Say a FHIR date as exactly as it was given: 2021, March 2021, March 4, 2021."""
    found, day = _DATE.match(value.strip()), day_of(value, zone)
    if not found or day is None:
        return value.strip()[:40]
    if found[2] is None:
        return f"{day.year:04}"
    if found[3] is None:
        return f"{day:%B} {day.year}"
    return f"{day:%B} {day.day}, {day.year}"


def number(value: str) -> Decimal | None:
    """Read a measured value as a number, where it is one."""
    if not _NUMBER.match(value.strip()):
        return None
    try:
        found = Decimal(value.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 30 else None


def shown(value: str) -> str:
    """Say a value as people read it: at most four digits where a machine gave fourteen.

    A value with three decimals or fewer is said exactly as it was given.
    """
    found = number(value)
    if found is None:
        return value.strip()
    exponent = found.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -_EXACT and "e" not in value.lower():
        return value.strip()
    decimals = max(0, _DIGITS - 1 - found.adjusted()) if found else 0
    rounded = round(found, decimals)
    return f"{rounded:f}".rstrip("0").rstrip(".") if decimals else f"{rounded:f}"


def said(measure: Measure) -> str:
    """Say a measured value with its comparator and unit."""
    value = f"{measure.comparator}{shown(measure.value)}".strip()
    if measure.unit in {"", "1", "{score}", "{ratio}"}:
        return value
    return f"{value}{measure.unit}" if measure.unit == "%" else f"{value} {unit(measure.unit)}"


_UNITS = {"mm[Hg]": "mmHg", "Cel": "°C", "[degF]": "°F", "[lb_av]": "lb", "[in_i]": "in"}


def unit(code: str) -> str:
    """Say a UCUM unit the way it is written on paper."""
    if code in _UNITS:
        return _UNITS[code]
    text = re.sub(r"\{([^}]*)\}", r"\1", code).replace("[", "").replace("]", "")
    return text.replace("10*3", "10³").replace("10*6", "10⁶").replace("10*9", "10⁹")


def range_words(measure: Measure) -> str:
    """Say the reference range: 70 to 99, up to 5, 40 or more, or the words of the laboratory."""
    low, high = shown(measure.low), shown(measure.high)
    if low and high:
        return f"{low} to {high}"
    if high:
        return f"up to {high}"
    return f"{low} or more" if low else measure.reference.strip()


def flag(measure: Measure) -> str:
    """Say how a value stands to its range: the laboratory's own flag, or what the numbers say."""
    if measure.flag:
        return FLAGS.get(measure.flag.upper(), "")
    value, low, high = number(measure.value), number(measure.low), number(measure.high)
    if value is None or measure.comparator:
        return ""
    if high is not None and value > high:
        return "High"
    return "Low" if low is not None and value < low else ""


def dose(entry: Entry) -> str:
    """Give the dose of a medicine, where its name does not hold one."""
    if _AMOUNT.search(entry.title):
        return ""
    return next((w for label, w in entry.lines if label.lower().startswith("dos")), "")


def is_now(entry: Entry) -> bool:
    """Whether what an entry tells about still goes on."""
    return entry.status.lower() in NOW or (not entry.status and not entry.ends)


def status(entry: Entry) -> str:
    """Say the status of an entry in everyday words."""
    return STATUS.get(entry.status.lower(), "")


def same_thing(entry: Entry) -> str:
    """Tell what an entry is about, so that the same thing of another day stands beside it."""
    return folded(entry.title) or next((c.code for c in entry.codings if c.code), "")


def folded(text: str) -> str:
    """Fold words so that spelling does not matter."""
    return re.sub(r"\W+", " ", text.casefold()).strip()


def analyte(measure: Measure) -> tuple[str, str]:
    """Tell what was measured and in which unit; values of two units are never one series."""
    code = measure.coding.code if measure.coding and measure.coding.code else ""
    return code or folded(measure.name), unit(measure.unit)


def _is(measure: Measure, code: str, word: str) -> bool:
    held = measure.coding.code if isinstance(measure.coding, Coding) else ""
    return held == code or (not held and word in measure.name.casefold())


def pressure(measures: Sequence[Measure]) -> tuple[Measure, Measure] | None:
    """Find a blood pressure among values of one moment: systolic and diastolic."""
    upper = next((m for m in measures if _is(m, _SYSTOLIC, "systolic")), None)
    lower = next((m for m in measures if _is(m, _DIASTOLIC, "diastolic")), None)
    return (upper, lower) if upper and lower else None


def is_pressure(measure: Measure) -> bool:
    """Whether a value is one half of a blood pressure."""
    return _is(measure, _SYSTOLIC, "systolic") or _is(measure, _DIASTOLIC, "diastolic")
