"""Who works in the practice, as pages and forms have it."""

from dataclasses import dataclass

from sqlmodel import Field, SQLModel

from portal_app.rules.permissions import Permission


class StaffInput(SQLModel):
    """A member of the practice: who she is, what she does, and whose patients she reaches."""

    name: str = Field(min_length=1, max_length=120, title="Name")
    email: str = Field(default="", max_length=254, title="Email")
    title: str = Field(default="", max_length=120, title="Title")
    role: str = Field(title="Role")
    boxes: list[Permission] = Field(default_factory=list)
    all_charts: bool = Field(default=False, title="All patients")
    reach: list[str] = Field(default_factory=list)
    short_name: str = Field(default="", max_length=60, title="Short name")
    credentials: str = Field(default="", max_length=60, title="Credentials")


@dataclass(frozen=True)
class StaffRow:
    """A member of the practice in the list."""

    id: str
    name: str
    email: str
    title: str
    role: str
    boxes: frozenset[Permission]
    all_charts: bool
    reach: frozenset[str]
    is_active: bool
    has_password: bool
    short_name: str = ""
    credentials: str = ""


@dataclass(frozen=True)
class StaffView:
    """Everybody of the practice, and the clinicians whose patients can be reached."""

    rows: tuple[StaffRow, ...]
    clinicians: tuple[tuple[str, str], ...]
