"""The practice as it shows itself."""

from dataclasses import dataclass

from sqlmodel import Field, SQLModel

from portal_app.data.schemas.schedule import LocationRow


class ProfileInput(SQLModel):
    """Name, numbers, promise and colour."""

    name: str = Field(min_length=1, max_length=80, title="Name")
    name_second_line: str = Field(default="", max_length=80, title="Second line")
    phone: str = Field(default="", max_length=40, title="Phone")
    crisis_line: str = Field(min_length=2, max_length=20, title="Crisis line")
    emergency_number: str = Field(min_length=2, max_length=20, title="Emergency number")
    reply_promise: str = Field(default="", max_length=200, title="Reply promise")
    accent: str = Field(default="", max_length=7, title="Colour")


@dataclass(frozen=True)
class ProfileView:
    """Settings, Practice."""

    profile: ProfileInput
    locations: tuple[LocationRow, ...]
