"""What open pages hear when somebody's access changes."""

from portal_app.data.types import PatientId, UserId

PRACTICE = "access"
"""The practice has changed what all portals show."""


def of_patient(patient: PatientId) -> str:
    """Name what changes with one patient: who may see her portal, and what is in it."""
    return f"access:patient:{patient}"


def of_user(user: UserId) -> str:
    """Name what changes with one sign-in: whose portals it opens."""
    return f"access:user:{user}"
