"""The access log: one chained row for each effect and each view, in the same transaction."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.data.models import AuditEvent
from portal_app.security.crypto import Keyring

ROOT = b"\0" * 32
BATCH = 1000


@dataclass(frozen=True)
class Entry:
    """What is to be remembered; ids only, never content."""

    at: datetime
    actor: str
    actor_kind: str
    action: str
    patient_id: str = ""
    chart_id: str = ""
    target: str = ""
    outcome: str = "ok"
    why: str = ""
    ip: str = ""
    session_id: str = ""


FIELDS = tuple(Entry.__dataclass_fields__)


def append(session: Session, keyring: Keyring, entry: Entry) -> None:
    """Add one row to the chain; the session must hold the write lock."""
    newest = select(AuditEvent.mac).order_by(col(AuditEvent.seq).desc()).limit(1)
    previous = session.exec(newest).first() or ROOT
    values = {name: getattr(entry, name) for name in FIELDS}
    row = AuditEvent(**values, previous=previous, mac=_mac(keyring, previous, values))
    session.add(row)
    session.flush()


def broken_at(session: Session, keyring: Keyring) -> tuple[int, int | None]:
    """Verify the whole chain; (rows read, first row that does not fit or ``None``)."""
    previous, count, last = ROOT, 0, 0
    while rows := _after(session, last):
        for row in rows:
            count += 1
            last = row.seq or 0
            values = {name: getattr(row, name) for name in FIELDS}
            if row.previous != previous or not hmac.compare_digest(
                row.mac, _mac(keyring, previous, values)
            ):
                return count, row.seq
            previous = row.mac
        session.expunge_all()
    return count, None


def _after(session: Session, seq: int) -> Iterable[AuditEvent]:
    page = select(AuditEvent).where(col(AuditEvent.seq) > seq)
    return session.exec(page.order_by(col(AuditEvent.seq)).limit(BATCH)).all()


def _mac(keyring: Keyring, previous: bytes, values: dict[str, object]) -> bytes:
    parts = [
        v.isoformat() if isinstance(v, datetime) else str(v) for v in (values[n] for n in FIELDS)
    ]
    return keyring.mac("audit", previous + "\x1f".join(parts).encode())
