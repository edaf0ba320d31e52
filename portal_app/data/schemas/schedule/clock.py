"""Times and words, as forms and settings write them."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

WallTime = Annotated[str, StringConstraints(pattern=r"^(([01]?\d|2[0-3]):[0-5]\d|24:00)$")]
"""A time of the wall clock, as 9:00 or 17:30; 24:00 is the end of the day."""
OptionalDay = Annotated[date | None, BeforeValidator(lambda value: value or None)]
"""A day, or nothing where the field is empty."""
Words = Annotated[str, StringConstraints(strip_whitespace=True)]
"""Text without the space around it."""
