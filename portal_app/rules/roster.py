"""Rules of a list of patients: whose row it is, what its cells mean, and what comes of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal_app.rules.names import fold

EXCEL_BEGINS = date(1899, 12, 30)
EARLIEST = date(1900, 1, 1)
ADULT = 18
_SLASHED = re.compile(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})$")
_ORDERED = re.compile(r"^(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[ T]00:00(?::00)?(?:\.0+)?)?$")
_SERIAL = re.compile(r"^\d{4,5}(?:\.0+)?$")
_NAMED = re.compile(r"[A-Za-z]{3,}")
_SHAPES = tuple(
    f"{order} {year}" for order in ("%b %d", "%B %d", "%d %b", "%d %B") for year in ("%Y", "%y")
)
_TITLE = re.compile(r"^(?:dr|mr|mrs|ms|mx|miss|prof)\.?$", re.IGNORECASE)
_DEGREE = re.compile(r"^(?:ph\.?d|m\.?d|d\.?o|esq|lcsw|rn|psyd)\.?$", re.IGNORECASE)
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)
_COUPLE = re.compile(r"\s(?:&|and|\+)\s", re.IGNORECASE)
_SUM = re.compile(r"^(?:grand )?(?:total|sum|count|page|report)\b", re.IGNORECASE)


class Outcome(StrEnum):
    """What becomes of a row."""

    ADD = "add"
    DUPLICATE = "duplicate"
    ASK = "ask"
    REJECT = "reject"
    SKIP = "skip"


YES = frozenset({"yes", "y", "true", "1", "x", "on"})
SEXES = {
    "female": ("female", "f", "woman", "w", "girl"),
    "male": ("male", "m", "man", "boy"),
    "other": ("nonbinary", "other", "x", "genderqueer", "another", "intersex"),
    "unknown": ("unknown", "prefernottosay", "declined", "undisclosed", "u"),
}
"""FHIR's code -> how lists write it, without spaces and hyphens."""
INACTIVE = ("inactive", "archived", "discharged", "closed", "former", "terminated", "deactivated")
NO_PAYER = frozenset({"selfpay", "self", "cash", "none", "private", "privatepay", ""})
GUARDIANS = ("mother", "father", "parent", "guardian", "mom", "dad", "stepmother", "stepfather")


@dataclass(frozen=True)
class Name:
    """A name in parts."""

    first: str
    last: str
    middle: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Known:
    """A person by what duplicates are found with."""

    where: str
    """How to say who it is: "row 3", or "a patient of Dr. Osei"."""
    first: str
    last: str
    birth_date: date | None
    email: str = ""
    external_id: str = ""


def bare(text: str) -> str:
    """Make a word comparable: no case, spaces or marks."""
    return "".join(c for c in fold(text) if c.isalnum())


def is_yes(text: str) -> bool:
    """Whether a cell says yes."""
    return bare(text) in YES


def day_first(cells: Iterable[str]) -> bool:
    """Whether the dates of a column can only be read with the day before the month."""
    found = [m for c in cells if (m := _SLASHED.match(c.strip()))]
    return any(int(m[1]) > 12 >= int(m[2]) for m in found) and not any(
        int(m[2]) > 12 for m in found
    )


def birth_date(text: str, today: date, *, days_first: bool = False) -> date | None:
    """Read a date of birth as lists write it; two digits never name a year to come.

    Raises:
        ValueError: it can't be read, or nobody was born then.
    """
    text = text.strip()
    if not text:
        return None
    found = _read_day(text, today, days_first=days_first)
    if not EARLIEST <= found <= today:
        raise ValueError(text)
    return found


def _read_day(text: str, today: date, *, days_first: bool) -> date:
    if match := _ORDERED.match(text):
        return date(*(int(part) for part in match.groups()))
    if match := _SLASHED.match(text):
        one, two, year = (int(part) for part in match.groups())
        month, day = (two, one) if days_first else (one, two)
        return _past(date(_century(year), month, day), today, short=len(match[3]) == 2)
    if _SERIAL.match(text):
        return EXCEL_BEGINS + timedelta(days=int(float(text)))
    if not _NAMED.search(text):
        raise ValueError(text)
    words = " ".join(re.split(r"[\s,.\-/]+", text)).strip()
    for shape in _SHAPES:
        try:
            found = datetime.strptime(words, shape).date()  # noqa: DTZ007 - a birthday
        except ValueError:
            continue
        return _past(found, today, short="%y" in shape)
    raise ValueError(text)


def _century(year: int) -> int:
    return year + 2000 if year < 100 else year


def _past(found: date, today: date, *, short: bool) -> date:
    return found.replace(year=found.year - 100) if short and found > today else found


def age(born: date, today: date) -> int:
    """Count the birthdays up to a day."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def full_name(text: str) -> Name | None:
    """Take a whole name apart; nothing for a single word."""
    head, comma, tail = text.partition(",")
    words = [w for w in text.replace(",", " ").split() if not _TITLE.match(w)]
    words = [w for w in words if not _DEGREE.match(w)]
    suffix = next((w for w in words if _SUFFIX.match(w)), "")
    words = [w for w in words if w != suffix]
    given = [w for w in tail.split() if not _DEGREE.match(w) and not _SUFFIX.match(w)]
    if comma and given:
        last = " ".join(w for w in head.split() if not _TITLE.match(w) and not _SUFFIX.match(w))
        middle = " ".join(given[1:])
        return Name(given[0], last, middle, suffix)
    if len(words) < 2:
        return None
    return Name(" ".join(words[:-1]), words[-1], "", suffix)


def is_couple(first: str) -> bool:
    """Whether two people stand in one row."""
    return bool(_COUPLE.search(f" {first} ")) and not first.lower().startswith("and ")


def is_sum(cells: Iterable[str]) -> bool:
    """Whether a row sums up others and is no person."""
    filled = [c for c in cells if c.strip()]
    return len(filled) == 1 and bool(_SUM.match(filled[0].strip()))


def sex(text: str) -> str:
    """Give FHIR's code of a gender, or nothing where the word is not known."""
    word = bare(text)
    return next((code for code, words in SEXES.items() if word in words), "")


def is_inactive(status: str) -> bool:
    """Whether somebody is no patient any more."""
    return bare(status) in INACTIVE


def duplicate(person: Known, others: Iterable[Known]) -> tuple[Outcome, str] | None:
    """Find out whether somebody is there already, for certain or perhaps.

    Same name and birth date, or the same id in the other program: certain. Same birth date, last
    name and initial, or same address and name with another birth date: somebody has to look.
    """
    perhaps = None
    first, last = fold(person.first).split(" ")[0], fold(person.last)
    for other in others:
        if person.external_id and person.external_id == other.external_id:
            return Outcome.DUPLICATE, f"The same id as {other.where}."
        if fold(other.last) != last:
            continue
        theirs = fold(other.first).split(" ")[0]
        born = person.birth_date is not None and person.birth_date == other.birth_date
        if born and theirs == first:
            return Outcome.DUPLICATE, f"The same name and date of birth as {other.where}."
        if born and theirs[:1] == first[:1]:
            perhaps = f"Perhaps {other.where}: same birth date, last name and initial."
        elif theirs == first and person.email and person.email == other.email:
            perhaps = f"Perhaps {other.where}: same name and email, another date of birth."
    return (Outcome.ASK, perhaps) if perhaps else None


def clinician(text: str, names: Mapping[str, str]) -> str:
    """Find the clinician whom a cell names; nothing where it fits none, or two.

    Args:
        text: such as "Lindqvist, Hanna" or "H. Lindqvist, LCSW".
        names: key of a clinician -> her name.
    """
    words = _name_words(text)
    fits = []
    for key, name in names.items():
        parts = _name_words(name)
        if not parts or parts[-1] not in words:
            continue
        rest = [w for w in words if w != parts[-1]]
        if not rest or any(w[0] == p[0] and (len(w) == 1 or w == p) for w in rest for p in parts):
            fits.append(key)
    return fits[0] if len(fits) == 1 else ""


def _name_words(text: str) -> list[str]:
    words = [w for w in re.split(r"[\s,.]+", text) if w]
    kept = [w for w in words if not _TITLE.match(w) and not _DEGREE.match(w)]
    return [fold(w) for w in kept if not (w.isupper() and len(w) > 1)]
