"""Signed-in browsers: rows in the database, and what the event loop may ask in memory.

The cookie carries 256 random bits; the row holds only their hash. Socket pings, timers and
reconnects never extend a session, a person's own events do.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from portal_app.data.models import StaffMember, User, UserSession
from portal_app.data.types import UserId
from portal_app.security import access, crypto
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.security.web.session_gate import SessionInfo

ABSOLUTE = timedelta(hours=12)
IDLE_PATIENT = timedelta(minutes=20)
IDLE_STAFF = timedelta(minutes=15)
WARNING = timedelta(minutes=2)
MOST_PER_USER = 10


def topic(user: object) -> str:
    """Name what a person's open pages hear about her own sign-in."""
    return f"account:{user}"


@dataclass
class _Live:
    """One session as this process knows it."""

    id: str
    user_id: UserId
    is_staff: bool
    idle: timedelta
    last_event_at: datetime
    absolute_until: datetime
    saved_at: datetime
    needs_second_step: bool = False

    @property
    def idle_until(self) -> datetime:
        return min(self.last_event_at + self.idle, self.absolute_until)

    def info(self) -> SessionInfo:
        return SessionInfo(
            id=self.id,
            user_id=str(self.user_id),
            kind="staff" if self.is_staff else "patient",
            idle_until=self.idle_until,
            absolute_until=self.absolute_until,
            needs_second_step=self.needs_second_step,
        )


class Sessions:
    """Opens, finds, extends and ends sessions; the web shell's ``SessionGate``."""

    def __init__(self, executor: Executor) -> None:
        """Use that pool for every look at the database."""
        self._executor = executor
        self._live: dict[str, _Live] = {}
        self._ended: list[Callable[[str], None]] = []

    def on_end(self, tell: Callable[[str], None]) -> None:
        """Name who must hear the id of an ended session; may be called from any thread."""
        self._ended.append(tell)

    # ------------------------------------------------------------ asked on the event loop
    async def resolve(self, token: str | None) -> SessionInfo | None:
        """Find the session of a cookie; ``None`` when there is none that holds."""
        if not token:
            return None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self.find, token)

    def alive(self, session_id: str) -> bool:
        """Whether the session is known here, not ended, and inside both limits."""
        live = self._live.get(session_id)
        return live is not None and access.now() < live.idle_until

    def touch(self, session_id: str) -> None:
        """Extend the idle limit: a person did something."""
        live = self._live.get(session_id)
        if live is not None and self.alive(session_id):
            live.last_event_at = max(live.last_event_at, access.now())

    def seconds_left(self, session_id: str) -> float:
        """Seconds until the session ends by itself; 0 when it has."""
        live = self._live.get(session_id)
        return max(0.0, (live.idle_until - access.now()).total_seconds()) if live else 0.0

    def actor(self, session_id: str, ip: str = "") -> Actor:
        """Say who acts in that session; anonymous when it ended."""
        live = self._live.get(session_id)
        if live is None or not self.alive(session_id):
            return Actor(ip=ip)
        return Actor(live.user_id, live.id, ip)

    # ------------------------------------------------------------ done in a thread
    def begin(
        self,
        user: User,
        staff: StaffMember | None,
        *,
        ip: str,
        agent: str,
        method: str = "password",
        needs_second_step: bool = False,
    ) -> str:
        """Open a session for a person who has just proved who she is; returns the cookie's token.

        The token is always new, so that nobody can plant one beforehand.

        Args:
            user: who.
            staff: her place in the practice.
            ip: where from.
            agent: with which browser.
            method: how she has proved it.
            needs_second_step: it opens nothing but the setting up of a second step.
        """
        token, now = crypto.token(), access.now()
        idle = IDLE_STAFF if staff else IDLE_PATIENT
        with open_system("session begins") as work:
            row = UserSession(
                id=secrets.token_urlsafe(16),
                token_hash=crypto.hashed(token),
                user_id=user.id,
                is_staff=staff is not None,
                created_at=now,
                last_event_at=now,
                idle_seconds=int(idle.total_seconds()),
                absolute_until=now + ABSOLUTE,
                step_up_at=now,
                ip=ip,
                user_agent=agent[:200],
                method=method,
                needs_second_step=needs_second_step,
            )
            work.session.add(row)
            mine = select(UserSession).where(
                UserSession.user_id == user.id, col(UserSession.revoked_at).is_(None)
            )
            open_rows = work.session.exec(mine.order_by(col(UserSession.created_at).desc())).all()
            surplus = [r.id for r in open_rows[MOST_PER_USER:]]
            work.announce(topic(user.id))
        self._remember(row)
        for session_id in surplus:
            self.end(session_id)
        return token

    def find(self, token: str) -> SessionInfo | None:
        """Find the session of a cookie in the database and keep it in memory."""
        with open_system("session look-up", writes=False) as work:
            rows = (
                select(UserSession, User.disabled_at)
                .join(User, col(UserSession.user_id) == User.id)
                .where(UserSession.token_hash == crypto.hashed(token))
            )
            found = work.session.exec(rows).first()
        if found is None or found[0].revoked_at is not None or found[1] is not None:
            if found is not None:
                self._live.pop(found[0].id, None)
            return None
        self._remember(found[0])
        live = self._live[found[0].id]
        return live.info() if self.alive(live.id) else None

    def end(self, session_id: str) -> None:
        """End one session at once, in the database and in every open page."""
        with open_system("session ends") as work:
            work.session.exec(
                update(UserSession)
                .where(col(UserSession.id) == session_id, col(UserSession.revoked_at).is_(None))
                .values(revoked_at=access.now())
            )
        self._forget(session_id)

    def end_others(self, user_id: UserId, keep: str = "") -> int:
        """End every session of a person but one, at once; returns how many."""
        with open_system("sessions end", writes=False) as work:
            rows = select(UserSession.id).where(
                UserSession.user_id == user_id,
                UserSession.id != keep,
                col(UserSession.revoked_at).is_(None),
                col(UserSession.absolute_until) > work.now,
            )
            others = work.session.exec(rows).all()
        for session_id in others:
            self.end(session_id)
        return len(others)

    def end_expired(self) -> None:
        """Write the last events down and end what passed its limit or was ended elsewhere."""
        now = access.now()
        for live in list(self._live.values()):
            if now >= live.idle_until:
                self.end(live.id)
        stale = [x for x in self._live.values() if x.last_event_at > x.saved_at]
        with open_system("session upkeep", writes=bool(stale)) as work:
            for live in stale:
                work.session.exec(
                    update(UserSession)
                    .where(col(UserSession.id) == live.id)
                    .values(last_event_at=live.last_event_at)
                )
                live.saved_at = live.last_event_at
            known = list(self._live)
            rows = (
                select(UserSession.id)
                .join(User, col(UserSession.user_id) == User.id)
                .where(col(UserSession.id).in_(known))
                .where(col(UserSession.revoked_at).is_(None), col(User.disabled_at).is_(None))
            )
            held = set(work.session.exec(rows).all())
        for session_id in known:
            if session_id not in held:
                self._forget(session_id)

    def live_ids(self) -> tuple[str, ...]:
        """List the sessions that this process knows."""
        return tuple(self._live)

    def _remember(self, row: UserSession) -> None:
        known = self._live.get(row.id)
        last = max(row.last_event_at, known.last_event_at) if known else row.last_event_at
        self._live[row.id] = _Live(
            id=row.id,
            user_id=row.user_id,
            is_staff=row.is_staff,
            idle=timedelta(seconds=row.idle_seconds),
            last_event_at=last,
            absolute_until=row.absolute_until,
            saved_at=row.last_event_at,
            needs_second_step=row.needs_second_step,
        )

    def _forget(self, session_id: str) -> None:
        self._live.pop(session_id, None)
        for tell in self._ended:
            tell(session_id)
