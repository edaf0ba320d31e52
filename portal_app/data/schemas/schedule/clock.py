"""Times of the wall clock, as forms and settings write them."""

from typing import Annotated

from pydantic import StringConstraints

WallTime = Annotated[str, StringConstraints(pattern=r"^([01]?\d|2[0-4]):[0-5]\d$")]
"""A time of the wall clock, as 9:00 or 17:30; 24:00 is the end of the day."""
