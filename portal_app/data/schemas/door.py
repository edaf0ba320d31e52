"""What one answer before the sign-in leaves for the next page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flash:
    """Words about what went wrong, and what was typed; never the password."""

    message: str = ""
    email: str = ""
    going: str = ""
    kind: str = ""
