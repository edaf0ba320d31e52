"""Lists of patients, as they are read, judged and shown."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Field, SQLModel

from portal_app.rules.roster import Outcome


@dataclass(frozen=True)
class Contact:
    """Somebody of the family, or whom to call."""

    name: str
    relationship: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Listed:
    """A person as a row of a list tells of her."""

    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""
    preferred: str = ""
    birth_date: date | None = None
    gender: str = ""
    gender_words: str = ""
    pronouns: str = ""
    language: str = ""
    emails: tuple[str, ...] = ()
    phone: str = ""
    phone_home: str = ""
    phone_work: str = ""
    street: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    clinician: str = ""
    """Key of the clinician whom the row names; nothing where it names none of the practice."""
    is_inactive: bool = False
    is_deceased: bool = False
    deceased_on: date | None = None
    external_id: str = ""
    payer: str = ""
    member_id: str = ""
    group_number: str = ""
    holder: str = ""
    contacts: tuple[Contact, ...] = ()
    guardian: str = ""
    notes: str = ""
    wants_invitation: bool = False
    allows_email: bool | None = None
    allows_texts: bool | None = None
    is_minor: bool = False

    @property
    def email(self) -> str:
        """The first address."""
        return self.emails[0] if self.emails else ""

    @property
    def given(self) -> str:
        """First and middle name."""
        return f"{self.first} {self.middle}".strip()

    @property
    def family(self) -> str:
        """Last name with its suffix."""
        return f"{self.last} {self.suffix}".strip()

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.given} {self.family}".strip()


@dataclass(frozen=True)
class Judged:
    """A row, and what becomes of it."""

    number: int
    outcome: Outcome
    person: Listed
    why: str = ""
    notes: tuple[str, ...] = ()
    of_row: int = 0
    """The row of the same file that it repeats."""
    cells: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The row as it was: names of columns and what stood below them."""

    @property
    def name(self) -> str:
        """How to call the row."""
        return self.person.name or next((c for _, c in self.cells if c), "")


@dataclass(frozen=True)
class RowView:
    """A row on the page of an import."""

    number: int
    name: str
    born: str
    outcome: str
    words: str
    chart: str = ""


@dataclass(frozen=True)
class ImportView:
    """An import: a draft with its preview, or what came of it."""

    id: str
    file_name: str
    status: str
    columns: tuple[tuple[str, str, str], ...]
    """Name of a column, the field it fills, and an example."""
    clinicians: tuple[tuple[str, str], ...]
    clinician: str
    counts: tuple[tuple[str, int], ...]
    rows: tuple[RowView, ...]
    more: int
    done_at: datetime | None = None
    undone_at: datetime | None = None
    families: int = 0


@dataclass(frozen=True)
class ImportRow:
    """An import in the list of those before."""

    id: str
    file_name: str
    status: str
    made_by: str
    at: datetime
    added: int


@dataclass(frozen=True)
class Undone:
    """What an undoing has taken away, and whom it left."""

    removed: int
    kept: tuple[tuple[str, str], ...]
    """Names of those who stay, and why."""


class NewPatientInput(SQLModel):
    """A patient whom the practice types in."""

    given: str = Field(min_length=1, max_length=80, title="Legal first name")
    family: str = Field(min_length=1, max_length=80, title="Legal last name")
    preferred: str = Field(default="", max_length=80, title="Name they go by")
    birth_date: date = Field(title="Date of birth")
    email: str = Field(default="", max_length=254, title="Email")
    phone: str = Field(default="", max_length=40, title="Mobile phone")
    clinician: str = Field(min_length=1, max_length=40, title="Clinician")
    anyway: bool = False
    """Somebody who looks alike is there already, and it is another person."""
    invite: bool = False
