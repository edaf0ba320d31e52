"""Home: what a patient sees first."""

from dataclasses import dataclass
from datetime import datetime

from portal_app.data.schemas.billing import BalanceView
from portal_app.data.schemas.messages import FolderRow
from portal_app.data.schemas.schedule import VisitRow


@dataclass(frozen=True)
class ToDo:
    """Something that waits for the person; the title begins with its verb."""

    title: str
    detail: str
    href: str
    icon: str


@dataclass(frozen=True)
class HomeView:
    """The first page of a chart; what the person may not see is ``None``."""

    first_name: str
    clinician: str
    dashboard_message: str
    to_do: tuple[ToDo, ...]
    messages: tuple[FolderRow, ...] | None
    may_send: bool
    sees_visits: bool
    next_visit: VisitRow | None
    may_book: bool
    read_at: datetime
    balance: BalanceView | None = None
