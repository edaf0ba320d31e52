"""What becomes of a visit."""

from collections.abc import Mapping
from enum import StrEnum


class VisitStatus(StrEnum):
    """Where a visit stands."""

    REQUESTED = "requested"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    RESCHEDULED = "rescheduled"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    LATE_CANCELLED = "late_cancelled"
    CANCELLED_BY_PRACTICE = "cancelled_by_practice"
    NO_SHOW = "no_show"


ACTIVE = frozenset(
    {VisitStatus.REQUESTED, VisitStatus.BOOKED, VisitStatus.CONFIRMED, VisitStatus.ARRIVED}
)
"""Still ahead or going on."""
TAKES_TIME = ACTIVE | {VisitStatus.COMPLETED}
"""Nobody else can have this time."""
OVER = frozenset({VisitStatus.COMPLETED, VisitStatus.NO_SHOW})
"""Its time has come and gone."""
_CALLED_OFF = frozenset(
    {
        VisitStatus.RESCHEDULED,
        VisitStatus.CANCELLED_BY_PATIENT,
        VisitStatus.LATE_CANCELLED,
        VisitStatus.CANCELLED_BY_PRACTICE,
        VisitStatus.NO_SHOW,
    }
)
MAY: Mapping[VisitStatus, frozenset[VisitStatus]] = {
    **dict.fromkeys(VisitStatus, frozenset()),
    VisitStatus.REQUESTED: frozenset(
        {
            VisitStatus.BOOKED,
            VisitStatus.DECLINED,
            VisitStatus.EXPIRED,
            VisitStatus.RESCHEDULED,
            VisitStatus.CANCELLED_BY_PATIENT,
        }
    ),
    # who has not confirmed may come all the same
    VisitStatus.BOOKED: _CALLED_OFF | {VisitStatus.CONFIRMED, VisitStatus.ARRIVED},
    VisitStatus.CONFIRMED: _CALLED_OFF | {VisitStatus.ARRIVED},
    VisitStatus.ARRIVED: frozenset({VisitStatus.COMPLETED}),
}


def may_become(old: VisitStatus, new: VisitStatus) -> bool:
    """Whether a visit may go from one status to another."""
    return new in MAY[old]


def can_be_completed(status: VisitStatus) -> bool:
    """Whether a visit may be closed on its day, also where nobody has noted the arrival."""
    return status is VisitStatus.ARRIVED or may_become(status, VisitStatus.ARRIVED)
