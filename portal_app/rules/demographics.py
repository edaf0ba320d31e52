"""Who a patient is, field by field: names of the fields, what is reviewed, and what differs.

A person is a mapping from keys to texts. Keys of contacts and insurance carry their place in the
list: ``contact.2.phone``, ``coverage.1.payer``. Nothing known is the empty text.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

CONTACTS_MOST = 5
COVERAGES_MOST = 2
SIDES = ("front", "back")
EARLIEST = date(1900, 1, 1)

LABELS = {
    "given": "Legal first name",
    "family": "Legal last name",
    "preferred": "Name you go by",
    "birth_date": "Date of birth",
    "pronouns": "Pronouns",
    "gender": "Gender",
    "language": "Language",
    "phone": "Mobile phone",
    "phone_home": "Home phone",
    "street": "Street address",
    "unit": "Apartment",
    "city": "City",
    "state": "State",
    "postal_code": "ZIP code",
    "contact.name": "Full name",
    "contact.relationship": "Relationship",
    "contact.phone": "Phone",
    "coverage.payer": "Insurance company",
    "coverage.member_id": "Member ID",
    "coverage.group_number": "Group number",
    "coverage.holder": "Policy holder",
    "coverage.holder_relation": "Policy holder is",
}
"""Label of each kind of field, without the place in a list."""

MOST = {"given": 80, "family": 80, "preferred": 80, "birth_date": 10, "phone": 40}
MOST |= {"phone_home": 40, "contact.phone": 40, "postal_code": 20, "unit": 60}
MOST |= {"coverage.member_id": 60, "coverage.group_number": 60}
MOST_ELSE = 120

REQUIRED = {
    "given": "Fill in the legal first name.",
    "family": "Fill in the legal last name.",
    "birth_date": "Fill in the date of birth.",
}
"""What can be changed and never emptied, and the words for it."""

PHONES = frozenset({"phone", "phone_home", "contact.phone"})
ADDRESS = ("street", "unit", "city", "state", "postal_code")
REVIEWED = frozenset({"given", "family", "birth_date"})

GENDERS = {
    "female": "Female",
    "male": "Male",
    "other": "Another gender",
    "unknown": "Prefer not to say",
}
"""FHIR R4 AdministrativeGender."""
PRONOUNS = ("she / her", "he / him", "they / them", "she / they", "he / they", "only my name")
HOLDERS = {
    "self": "The patient",
    "spouse": "Spouse or partner",
    "parent": "Parent",
    "child": "Child",
    "other": "Somebody else",
}
"""FHIR R4 subscriber-relationship."""
CHOICES = {"gender": GENDERS, "coverage.holder_relation": HOLDERS}
_PLACED = re.compile(r"^(contact|coverage)\.([1-9])\.([a-z_]+)$")
_TOWN = re.compile(r"^(.*?),?\s*\b([A-Z]{2})\.?\s+(\d{5}(?:-\d{4})?)$")
_UNIT = re.compile(r"^(?:apt|apartment|unit|suite|ste|floor|fl|room|rm|#)\b|^#", re.IGNORECASE)


class State(StrEnum):
    """What has become of a change."""

    DIRECT = "direct"
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Address:
    """A postal address in its parts. FHIR R4 Address."""

    street: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""

    def __bool__(self) -> bool:
        """Whether anything of it is known."""
        return any((self.street, self.unit, self.city, self.state, self.postal_code))

    def in_one_line(self) -> str:
        """Write it out."""
        town = " ".join(p for p in (self.state, self.postal_code) if p)
        return ", ".join(p for p in (self.street, self.unit, self.city, town) if p)


def placed(key: str) -> tuple[str, int, str]:
    """Take a key apart: list, place, field; a person's own fields are in no list."""
    found = _PLACED.match(key)
    return (found[1], int(found[2]), found[3]) if found else ("", 0, key)


def kind(key: str) -> str:
    """Give the key without its place in a list."""
    group, _, name = placed(key)
    return f"{group}.{name}" if group else name


def is_field(key: str) -> bool:
    """Whether there is such a field."""
    group, place, name = placed(key)
    if group:
        most = CONTACTS_MOST if group == "contact" else COVERAGES_MOST
        return f"{group}.{name}" in LABELS and place <= most
    return key in LABELS and "." not in key


def is_reviewed(key: str) -> bool:
    """Whether a patient's change of it waits for the practice."""
    return key in REVIEWED or key.startswith("coverage.")


def label(key: str) -> str:
    """Name a field where it stands alone, as in a list of changes."""
    group, place, _ = placed(key)
    words = LABELS.get(kind(key), key)
    if group == "contact":
        which = "Emergency contact" if place == 1 else f"Emergency contact {place}"
        return f"{which}: {words[0].lower()}{words[1:]}"
    return f"{words}, second insurance" if group == "coverage" and place > 1 else words


def words(key: str, value: str) -> str:
    """Write a value out as people read it."""
    if key == "birth_date":
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        return f"{day:%B} {day.day}, {day.year}"
    return CHOICES.get(kind(key), {}).get(value, value)


def clean(text: str) -> str:
    """Drop what no keyboard types, and spaces that say nothing."""
    kept = "".join(" " if c.isspace() else c for c in text)
    kept = "".join(c for c in kept if unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())


def fault(key: str, value: str, today: date) -> str:
    """Say what is wrong with a cleaned text, or nothing; phones and addresses have their own rule.

    Args:
        key: the field.
        value: the cleaned text.
        today: the date on the practice's wall.
    """
    most = MOST.get(kind(key), MOST_ELSE)
    if not value:
        return REQUIRED.get(kind(key), "")
    if len(value) > most:
        return f"Use at most {most} characters."
    if kind(key) in CHOICES and value not in CHOICES[kind(key)]:
        return "Choose one of the list."
    return _wrong_birth(value, today) if key == "birth_date" else ""


def _wrong_birth(value: str, today: date) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return "Enter a whole date: month, day and year."
    if day > today:
        return "This day has not come yet."
    return "Check the year." if day < EARLIEST else ""


def diff(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Give what differs, as (old, new), for the keys of ``new``."""
    return {k: (old.get(k, ""), v) for k, v in new.items() if v != old.get(k, "")}


def overtaken(base: str, current: str, new: str) -> bool:
    """Whether somebody else has changed a value since it was shown, to something else."""
    return current not in (base, new)


def numbered(keys: Iterable[str], group: str) -> int:
    """Give the highest place of a list that some key names; 0 for none."""
    return max((place for g, place, _ in map(placed, keys) if g == group), default=0)


def parse_address(text: str) -> Address:
    """Take an address apart that was kept as one text; what is not understood stays in the street.

    No word is lost: ``42 Alder Lane, Ashby Falls, OR 97099`` becomes its parts, and a text without
    state and ZIP code becomes a street.
    """
    line = clean(text.replace("\n", ", "))
    found = _TOWN.match(line)
    if found is None:
        return Address(street=line)
    parts = [p.strip() for p in found[1].split(",") if p.strip()]
    if len(parts) < 2:
        return Address(street=line)
    street, *middle, city = parts
    if middle and not all(_UNIT.match(m) for m in middle):
        # a name before the street, or something else: keep all of it, in order
        street, middle = ", ".join([street, *middle]), []
    return Address(street, ", ".join(middle), city, found[2], found[3])
