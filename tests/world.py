"""A small practice in a folder of its own, with one person of every kind."""

import io
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from PIL import Image

from portal_app.config import Settings
from portal_app.data.models import (
    Chart,
    Grant,
    Patient,
    Practice,
    Practitioner,
    StaffMember,
    StaffReach,
    User,
    UserSession,
)
from portal_app.data.types import UserId
from portal_app.rules.names import search_name
from portal_app.rules.permissions import BOXES, PORTAL
from portal_app.security import access, crypto, passwords
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.foundation import Foundation, lay
from tests.plugins.postgres import Server

ALL = sorted(p.value for p in PORTAL)
BILLING = ["billing.view", "billing.pay", "billing.cards", "billing.superbill"]
URL = "https://portal.example"
PASSWORD = "four words in a row"
BORN = date(1980, 5, 6)
"""Of every patient here."""


def picture(kind: str = "PNG") -> bytes:
    """A small real picture."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, kind)
    return out.getvalue()


class Clock:
    """A clock that a test may set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class World:
    """The practice, who acts in it, and the charts."""

    foundation: Foundation
    clock: Clock
    actors: dict[str, Actor] = field(default_factory=dict)
    charts: dict[str, str] = field(default_factory=dict)
    users: dict[str, UserId] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    def give_passwords(self, *names: str) -> None:
        """Let those people sign in with ``PASSWORD``."""
        stored = passwords.hash_password(PASSWORD, self.foundation.keyring)
        with open_system("passwords") as work:
            for name in names:
                user = work.session.get_one(User, self.users[name])
                user.password_hash = stored
                work.session.add(user)

    def proved(self, name: str, ago: timedelta | None = timedelta(0)) -> None:
        """Let somebody have entered her password so long ago; ``None``: she has not."""
        with open_system("a password is given") as work:
            row = work.session.get_one(UserSession, self[name].session_id)
            row.step_up_at = None if ago is None else work.now - ago
            work.session.add(row)


class Moment:
    """How a practice in a file stood, and what was known of it; it can be gone back to."""

    def __init__(self, world: World, known: Callable[[], list[object]]) -> None:
        """Remember the database, and what those objects hold."""
        self._path = world.foundation.settings.data_dir / "latchwell.db"
        self._rows = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self._path)) as file:
            file.backup(self._rows)
        self._known = known
        self._held = [(one, _copied(one.__dict__)) for one in known()]

    def back(self) -> None:
        """Let everything be as it was then."""
        with closing(sqlite3.connect(self._path)) as file:
            self._rows.backup(file)
        for one in self._known():
            one.__dict__.clear()
        for one, held in self._held:
            one.__dict__.clear()
            one.__dict__.update(_copied(held))


def _copied(held: dict[str, object]) -> dict[str, object]:
    return {k: dict(v) if isinstance(v, dict) else v for k, v in held.items()}


_templates: dict[Server | None, Path] = {}
DATABASE = "world"


def _empty_practice(to: Path, server: Server | None) -> Settings:
    """Copy a migrated, empty data folder; made once a run, like the server's one database."""
    if server not in _templates:
        folder = Path(tempfile.mkdtemp(prefix="world-"))
        url = server.create(DATABASE) if server else ""
        lay(Settings(data_dir=folder, database_url=url), create=True)
        access.database().close()
        _templates[server] = folder
    shutil.copytree(_templates[server], to, dirs_exist_ok=True)
    return Settings(data_dir=to, database_url=server.url(DATABASE) if server else "")


def build(
    folder: Path,
    *,
    now: datetime = datetime(2026, 11, 24, 18, 0, tzinfo=UTC),
    server: Server | None = None,
) -> World:
    """Make the practice; it is Tuesday, ten in the morning, and open.

    It is kept in a file, or on the server where one is given.
    """
    foundation = lay(_empty_practice(folder, server), create=True)
    clock = Clock(now)
    access.configure(access.database(), foundation.keyring, clock)
    world = World(foundation, clock)
    with open_system("the test's practice") as work:
        _fill(world, work.session.add, work.session.flush, foundation.keyring.index, now)
    return world


def _fill(
    world: World,
    add: Callable[[object], None],
    flush: Callable[[], None],
    index: Callable[[str], bytes],
    now: datetime,
) -> None:
    week = {d: [["09:00", "17:00"]] for d in ("mon", "tue", "wed", "thu", "fri")}
    add(
        Practice(
            name="Test practice",
            portal_ceiling=ALL,
            chart_defaults=ALL,
            weekly_hours=week,
            auto_reply="We are closed.",
            urgent_notice="Call 911.",
        )
    )
    own = Practitioner(name="Dr. Own", short_name="Dr. Own", dashboard_message="Own words")
    other = Practitioner(name="Dr. Other", short_name="Dr. Other", dashboard_message="Other words")
    alice, carol = (
        Patient(family=family, given=given, search_name=search_name(given, family), birth_date=BORN)
        for given, family in (("Alice", "Adams"), ("Carol", "Clark"))
    )
    for row in (own, other, alice, carol):
        add(row)
    flush()
    for key, patient, clinician in (
        ("alice", alice, own),
        ("alice2", alice, other),
        ("carol", carol, other),
    ):
        chart = Chart(patient_id=patient.id, practitioner_id=clinician.id, permissions=ALL)
        add(chart)
        world.charts[key] = chart.public_id
    names = [
        "alice",
        "bob",
        "bea",
        "exbob",
        "carol",
        "disabled",
        "owner",
        "own",
        "other",
        "nothing",
        "desk",
        "biller",
        "ended",
    ]
    for name in names:
        email = f"{name}@test.example"
        user = User(
            email=email,
            email_index=index(email),
            name=name.capitalize(),
            disabled_at=now if name == "disabled" else None,
        )
        add(user)
        flush()
        session = UserSession(
            id=f"session-{name}",
            token_hash=crypto.hashed(f"token-{name}"),
            user_id=user.id,
            created_at=now,
            last_event_at=now,
            idle_seconds=1200,
            absolute_until=now + timedelta(days=30),
            step_up_at=now,
            revoked_at=now if name == "ended" else None,
        )
        add(session)
        world.users[name] = user.id
        world.actors[name] = Actor(user.id, session.id, "192.0.2.1")
    world.actors["anonymous"] = Actor()
    world.actors["half"] = Actor(world.users["alice"], "no-such-session")
    hour = timedelta(hours=1)
    for login, patient, relationship, scopes, until in (
        ("alice", alice, "self", ALL, None),
        ("bob", alice, "spouse", ALL, now + hour),
        ("bea", alice, "child", BILLING, None),
        ("exbob", alice, "spouse", ALL, now),
        ("carol", carol, "self", ALL, None),
        ("disabled", alice, "spouse", ALL, None),
        ("ended", alice, "spouse", ALL, None),
    ):
        add(
            Grant(
                user_id=world.users[login],
                patient_id=patient.id,
                relationship=relationship,
                scopes=scopes,
                valid_from=now - hour,
                valid_until=until,
            )
        )
    boxes = sorted(
        b.value for b in BOXES if "clinician" not in b.value and "settings" not in b.value
    )
    for name, role, clinician, ticked in (
        ("owner", "owner", None, []),
        ("own", "clinician", own, []),
        ("other", "clinician", other, []),
        ("nothing", "assistant", None, []),
        ("desk", "assistant", None, boxes),
        ("biller", "biller", None, []),
    ):
        member = StaffMember(
            user_id=world.users[name],
            name=name.capitalize(),
            role=role,
            boxes=ticked,
            practitioner_id=clinician.id if clinician else None,
        )
        add(member)
        flush()
        if name in {"nothing", "desk", "biller"}:
            add(StaffReach(staff_id=member.id, practitioner_id=own.id))
