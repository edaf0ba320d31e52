"""The health records as their patient, or a proxy, sees them."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class RecordFilter:
    """What was asked for: words, and days from and until (both included)."""

    words: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_on(self) -> bool:
        """Whether anything is left out."""
        return bool(self.words or self.since or self.until)


@dataclass(frozen=True)
class RecordLine:
    """One entry: what it is, when, and where it comes from; ``earlier`` are others of the same."""

    id: str
    title: str
    when: str = ""
    status: str = ""
    is_now: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    text: str = ""
    html: str = ""
    """Narrative, cleaned."""
    source: str = ""
    notice: str = ""
    """What the law has said beside it."""
    file: str = ""
    """Id of the file that belongs to it."""
    file_name: str = ""
    is_corrected: bool = False
    earlier: tuple["RecordLine", ...] = ()


@dataclass(frozen=True)
class RecordPoint:
    """One measured value, or a pair of them."""

    id: str
    when: str
    day: date | None
    said: str
    exact: str
    """The value as it came, where ``said`` is rounded."""
    numbers: tuple[float, ...] = ()
    flag: str = ""
    range: str = ""
    source: str = ""


@dataclass(frozen=True)
class RecordSeries:
    """Values of one thing in one unit, the newest first."""

    name: str
    unit: str
    points: tuple[RecordPoint, ...]
    band: tuple[float | None, float | None] = (None, None)
    count: int = 0
    """How many values there are; ``points`` may hold fewer."""
    notice: str = ""

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """Each source once, with the days of its values, from the oldest to the newest."""
        days: dict[str, list[str]] = {}
        for point in self.points:
            days.setdefault(point.source, []).append(point.when or "no date")
        return tuple(
            (source, found[0] if len(found) == 1 else f"{found[-1]} to {found[0]}")
            for source, found in days.items()
        )

    @property
    def newest(self) -> RecordPoint:
        """The value that counts now."""
        return self.points[0]


@dataclass(frozen=True)
class RecordGroup:
    """One heading with what stands under it."""

    key: str
    label: str
    count: int
    lines: tuple[RecordLine, ...] = ()
    series: tuple[RecordSeries, ...] = ()
    sentence: str = ""
    """What is said where the record states that there is nothing."""
    rows: int = 0
    """How many lines and series there are in all."""
    is_cut: bool = False
    """More entries exist than are read at once."""


@dataclass(frozen=True)
class GroupHead:
    """A heading, before it is opened."""

    key: str
    label: str
    icon: str
    words: str
    count: int


@dataclass(frozen=True)
class ExportView:
    """The file with everything, while it is made and when it is there."""

    status: str = ""
    """Nothing, ``due``, ``ready`` or ``failed``."""
    done: int = 0
    """Percent."""
    file: str = ""
    size: int = 0
    until: datetime | None = None
    pdf: str = ""
    """The same record as one PDF."""


@dataclass(frozen=True)
class HistoryRow:
    """Somebody who opened or downloaded something."""

    at: datetime
    who: str
    role: str
    what: str
    times: int = 1


@dataclass(frozen=True)
class HistoryView:
    """One page of who opened the record."""

    rows: tuple[HistoryRow, ...]
    next_cursor: int = 0


@dataclass(frozen=True)
class HealthRecordsView:
    """The tab: headings, who is asked about it, what may be done."""

    topic: str
    patient: str
    clinician: str
    phone: str
    heads: tuple[GroupHead, ...]
    export: ExportView
    is_empty: bool
    may_download: bool
    may_message: bool
    may_see_history: bool
    is_proxy: bool
