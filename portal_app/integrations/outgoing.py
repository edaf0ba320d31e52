"""What leaves as a person's record, as plain values; the writers of each format take these.

Psychotherapy notes never leave (45 CFR 164.501). Records of substance use treatment leave with
the notice that whoever receives them may not simply hand them on (42 CFR 2.32).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from babel import Locale

from portal_app.rules.records import Entry, Label

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}\Z")

REDISCLOSURE_SHORT = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""The short notice, in the words of 42 CFR 2.32(a)(2)."""
REDISCLOSURE = (
    "Some of these records are about treatment for substance use, and federal law protects them. "
    "Whoever receives them may use them, or hand them on, only as that law and the consent of "
    "the patient allow, and may not use them against the patient in a proceeding without a "
    f"written consent or an order of a court. {REDISCLOSURE_SHORT}"
)


@dataclass(frozen=True)
class Address:
    """A postal address; parts that are not known are empty."""

    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True)
class Subject:
    """The person whose record it is."""

    id: str
    given: tuple[str, ...]
    family: str
    birth_date: date | None = None
    gender: str = ""
    """FHIR's code: male, female, other, unknown, or empty."""
    preferred: str = ""
    phone: str = ""
    email: str = ""
    address: Address = Address()
    language: str = ""
    """BCP 47 (``es``, ``en-US``), its name in English, or empty."""

    @property
    def language_code(self) -> str:
        """The language as BCP 47; empty where that is not known."""
        if _TAG.match(self.language):
            return self.language
        wanted = self.language.casefold()
        named = Locale("en").languages.items()
        return next((c.replace("_", "-") for c, n in named if n.casefold() == wanted), "")

    @property
    def name(self) -> str:
        """The name as people say it."""
        return " ".join((*self.given, self.family)).strip()


@dataclass(frozen=True)
class Sender:
    """The practice that hands the record out."""

    name: str
    clinician: str = ""
    phone: str = ""
    email: str = ""
    address: Address = Address()
    npi: str = ""
    """Of the organisation."""
    clinician_npi: str = ""


@dataclass(frozen=True)
class Item:
    """One entry that leaves, under the random id that it has with us."""

    id: str
    entry: Entry
    label: Label = Label.GENERAL


@dataclass(frozen=True)
class Attachment:
    """A file of the record: its bytes go along, or only where they stand in the ZIP."""

    id: str
    name: str
    media_type: str
    size: int
    title: str = ""
    made_at: datetime | None = None
    path: str = ""
    """Relative address of the file beside the export."""
    data: bytes = b""
    label: Label = Label.GENERAL


@dataclass(frozen=True)
class Coverage:
    """One insurance."""

    id: str
    payer: str
    member_id: str = ""
    group: str = ""
    plan: str = ""
    holder: str = ""
    relationship: str = "self"
    """FHIR's code: self, spouse, child, parent, common, other, injured."""
    order: int = 1
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True)
class Visit:
    """One visit of the practice's calendar."""

    id: str
    status: str
    """FHIR's code of an Appointment: booked, fulfilled, cancelled, noshow, …"""
    starts_at: datetime
    ends_at: datetime
    title: str
    clinician: str = ""


@dataclass(frozen=True)
class Outgoing:
    """A whole record on its way out."""

    id: str
    subject: Subject
    sender: Sender
    made_at: datetime
    items: tuple[Item, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    visits: tuple[Visit, ...] = ()
    responses: tuple[dict[str, Any], ...] = field(default=())
    """QuestionnaireResponses as they are kept."""
    title: str = "Health record"
    starts: date | None = None
    """First day of the range, where only a part leaves."""
    ends: date | None = None

    def leaving(self) -> Iterator[Item]:
        """Give the entries that may leave at all."""
        return (i for i in self.items if i.label is not Label.PSYCHOTHERAPY)

    def files(self) -> Iterator[Attachment]:
        """Give the files that may leave at all."""
        return (a for a in self.attachments if a.label is not Label.PSYCHOTHERAPY)

    @property
    def needs_notice(self) -> bool:
        """Whether anything in it is protected by 42 CFR Part 2."""
        labels = [*(i.label for i in self.leaving()), *(a.label for a in self.files())]
        return Label.PART2 in labels
