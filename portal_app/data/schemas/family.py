"""Who may open a portal, and as whom it is seen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SeenAs:
    """Somebody as whom the portal can be seen; an empty key is the patient."""

    key: str
    name: str
    relationship: str = ""
