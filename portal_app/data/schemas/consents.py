"""Consents: what is shown of one, and what a person sends back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from portal_app.rules.consents import NAME_MOST, REASON_MOST

TITLE_MOST = 120
WORDS_MOST = 40_000


class SignInput(SQLModel):
    """A signature, as the page sends it; who signs is never part of it."""

    sha256: str = Field(default="", max_length=64)
    """Of the document that the page has shown."""
    agreed: bool = False
    accepts_screen: bool = False
    name: str = Field(default="", max_length=NAME_MOST * 2)
    strokes: Any = ()


class DeclineInput(SQLModel):
    """Why somebody does not sign, or takes back what she has agreed to."""

    reason: str = Field(default="", title="Reason", max_length=REASON_MOST)


class ConsentInput(SQLModel):
    """A consent that the practice writes."""

    title: str = Field(default="", title="Title", max_length=TITLE_MOST)
    markdown: str = Field(default="", title="Text", max_length=WORDS_MOST)
    countersign: bool = Field(default=False, title="The clinician signs too")
    minor_signs: bool = Field(default=False, title="A patient under 18 may sign alone")


@dataclass(frozen=True)
class SignatureRow:
    """A signature as it is told."""

    name: str
    authority: str
    at: datetime
    counter: bool


@dataclass(frozen=True)
class ConsentView:
    """A consent for the person who reads and signs it, or has done so."""

    id: str
    title: str
    state: str
    """open, waiting (for somebody else), signed, declined, withdrawn, expired."""
    parts: tuple[str, ...]
    """Markdown, or the words of each page of a PDF."""
    is_markdown: bool
    pages: int
    file: str
    """Id of the exact bytes that are shown."""
    sha256: str
    signed_file: str
    """Id of the newest signed PDF; empty where nobody has signed."""
    is_read: bool
    must_download: bool
    accepted_screen: bool
    signer: str
    patient: str
    acts_for: str
    """In what right the person signs for somebody else; empty for her own."""
    signatures: tuple[SignatureRow, ...]
    signed_by_me: bool
    ended_at: datetime | None
    reason: str
    note: str
    practice: str
    topic: str


@dataclass(frozen=True)
class SignedCopy:
    """What the practice sees of a consent on a patient's page."""

    state: str
    file: str
    signatures: tuple[SignatureRow, ...]
    reason: str
    ended_at: datetime | None
    unseen: bool
    """Whether nobody of the practice has marked the no as seen."""
    counter_sign: bool
    """Whether the person who looks may sign beside it now."""


@dataclass(frozen=True)
class ConsentRow:
    """A consent that can be assigned."""

    id: str
    title: str
    version: int
    pages: int
    """0 where it is written here."""
    countersign: bool


@dataclass(frozen=True)
class Checked:
    """What the check of a dropped file says."""

    genuine: bool
    title: str = ""
    signed: str = ""
    practice: str = ""
    pages: int = 0
