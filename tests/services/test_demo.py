"""The demo practice: everybody of the contract, the same on every machine, quickly."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.config import Settings
from portal_app.data.models import (
    Chart,
    EmergencyContact,
    Grant,
    Invitation,
    Message,
    Patient,
    Practice,
    Practitioner,
    RecordEntry,
    RecordSource,
    StaffMember,
    StoredFile,
    Thread,
    User,
)
from portal_app.data.types import CipherSlot
from portal_app.rules.records import Entry, Kind
from portal_app.security import access, passwords
from portal_app.security.system import open_system
from portal_app.services import demo, maintenance
from portal_app.services.foundation import lay
from portal_app.services.records.entries import dump, load

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@dataclass
class Demo:
    """What a seed has written, read once."""

    seconds: float
    practice: Practice
    patients: dict[str, Patient] = field(default_factory=dict)
    charts: dict[tuple[str, str], Chart] = field(default_factory=dict)
    threads: list[Thread] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    grants: dict[tuple[str, str], Grant] = field(default_factory=dict)
    staff: dict[str, StaffMember] = field(default_factory=dict)
    contacts: list[str] = field(default_factory=list)
    invitations: list[str] = field(default_factory=list)
    sources: list[RecordSource] = field(default_factory=list)
    records: dict[tuple[str, str], list[tuple[RecordEntry, Entry]]] = field(default_factory=dict)
    log: tuple[int, int | None] = (0, None)
    right: bool = False

    def told(self) -> list[str]:
        """Everything that a person could read, without ids."""
        names = {p.id: p.name for p in self.patients.values()}
        lines = [
            f"{names[m.patient_id]} {m.author_name} {m.sent_at} {m.seen_at} {m.body}"
            for m in self.messages
        ]
        lines += [
            f"{names[t.patient_id]} {t.subject} {t.status} {t.due_at} {t.last_at}"
            for t in self.threads
        ]
        lines += [
            f"{k} {r.label} {r.released_at} {dump(e)}"
            for k, v in self.records.items()
            for r, e in v
        ]
        lines += [f"{p.name} {p.birth_date} {p.phone} {p.address}" for p in self.patients.values()]
        return sorted([*lines, *self.contacts, *map(str, self.charts), *map(str, self.grants)])


def seeded(folder: Path) -> Demo:
    cipher = CipherSlot.cipher
    foundation = lay(Settings(data_dir=folder), create=True)
    access.configure(access.database(), foundation.keyring, lambda: NOW)
    began = time.process_time()
    demo.seed(foundation.store)
    seconds = time.process_time() - began
    with open_system("look", writes=False) as work:

        def every(table: type) -> list:  # type: ignore[type-arg]
            return list(work.session.exec(select(table)).all())

        found = Demo(seconds, work.practice, threads=every(Thread), messages=every(Message))
        clinicians = {p.id: p.name for p in every(Practitioner)}
        found.patients = {p.name: p for p in every(Patient)}
        names = {p.id: p.name for p in found.patients.values()}
        found.users = {u.email: u for u in every(User)}
        emails = {u.id: u.email for u in found.users.values()}
        chart_of = {c.id: c.practitioner_id for c in every(Chart)}
        found.charts = {
            (names[c.patient_id], clinicians[c.practitioner_id]): c for c in every(Chart)
        }
        found.grants = {(emails[g.user_id], names[g.patient_id]): g for g in every(Grant)}
        found.staff = {emails[s.user_id]: s for s in every(StaffMember)}
        found.contacts = [f"{names[c.patient_id]}: {c.name}" for c in every(EmergencyContact)]
        found.invitations = [i.email for i in every(Invitation)]
        assert {f.kind for f in every(StoredFile)} == {
            "record_source",
            "record_file",
            "consent",
            "consent.signed",
        }
        found.sources = every(RecordSource)
        for row in every(RecordEntry):
            key = names[row.patient_id], clinicians[chart_of[row.chart_id]]
            found.records.setdefault(key, []).append((row, load(row)))
    found.log = maintenance.verify_log()
    stored = found.users["dana@demo.example"].password_hash
    found.right = passwords.verify("latchwell-demo-2026", stored, foundation.keyring)
    access.database().close()
    CipherSlot.cipher = cipher
    return found


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return seeded(tmp_path_factory.mktemp("demo") / "data")


def test_it_is_there_within_ten_seconds(seed: Demo):
    assert seed.seconds < 10


def test_it_is_the_same_everywhere(seed: Demo, tmp_path: Path):
    assert seeded(tmp_path / "data").told() == seed.told()


def test_the_practice_and_its_people(seed: Demo):
    practice = seed.practice
    assert f"{practice.name} {practice.name_second_line}" == "Larkfield Psychiatry"
    assert (practice.zone, practice.is_demo) == ("America/Los_Angeles", True)
    assert {e: (s.name, s.role, s.practitioner_id is not None) for e, s in seed.staff.items()} == {
        "osei@demo.example": ("Dr. Amara Osei", "owner", True),
        "ben@demo.example": ("Ben Castellano", "clinician", True),
        "lena@demo.example": ("Dr. Lena Park", "clinician", True),
        "priya@demo.example": ("Priya Nair", "assistant", False),
        "sam@demo.example": ("Sam Ortiz", "biller", False),
    }
    assert seed.log == (7, None)  # the practice, the starter consents, and each of five signatures


def test_about_forty_people_each_with_a_chart(seed: Demo):
    assert 35 <= len(seed.patients) <= 45
    assert {patient for patient, _ in seed.charts} == set(seed.patients)
    assert all(p.birth_date and p.gender and p.phone for p in seed.patients.values())


def test_every_sign_in_of_the_contract(seed: Demo):
    people = ("dana", "nora", "omar", "osei", "ben", "lena", "priya", "sam")
    assert {f"{p}@demo.example" for p in people} <= set(seed.users)
    assert seed.right
    assert len({u.password_hash for u in seed.users.values()}) == 1
    assert all(u.plain_email_since is None for u in seed.users.values())


def test_families_and_what_each_may_see(seed: Demo):
    grants = seed.grants
    dana, everything = "dana@demo.example", 10
    assert grants[dana, "Dana Whitfield"].relationship == "self"
    assert grants[dana, "Theo Whitfield"].relationship == "parent"
    assert len(grants[dana, "Theo Whitfield"].scopes) > everything
    assert {s.split(".")[0] for s in grants[dana, "Ruth Whitfield"].scopes} == {"billing"}
    assert grants["nora@demo.example", "Lily Blum"].relationship == "parent"
    teen = grants["erik@demo.example", "Maya Lindqvist"].scopes
    assert "billing.view" in teen
    assert not any(s.startswith("messages") for s in teen)
    assert grants["maya@demo.example", "Maya Lindqvist"].relationship == "self"
    assert seed.invitations == ["june.abbott@demo.example"]
    assert not any(e.startswith("june") for e in seed.users)


@pytest.mark.parametrize(
    ("name", "age"), [("Dana Whitfield", 41), ("Theo Whitfield", 12), ("Ruth Whitfield", 74)]
)
def test_how_old_they_are(seed: Demo, name: str, age: int):
    born = seed.patients[name].birth_date
    assert born is not None
    years = NOW.year - born.year - ((NOW.month, NOW.day) < (born.month, born.day))
    assert years == age
    assert name != "Dana Whitfield" or born.isoformat() == "1985-03-14"


def test_who_has_whom(seed: Demo):
    charts = set(seed.charts)
    assert {("Dana Whitfield", "Dr. Amara Osei"), ("Dana Whitfield", "Ben Castellano")} <= charts
    omar = seed.charts["Omar Farouk", "Ben Castellano"].permissions
    assert not any(p.startswith("billing") or p == "schedule.book" for p in omar)
    assert "messages.send" in omar


def test_conversations_to_look_at(seed: Demo):
    assert 30 <= len(seed.threads) <= 60
    dana = {k: c.id for k, c in seed.charts.items() if k[0] == "Dana Whitfield"}
    per_chart = Counter(t.chart_id for t in seed.threads)
    assert all(per_chart[chart] >= 4 for chart in dana.values())
    assert {t.status for t in seed.threads} == {"open", "waiting", "done"}
    assert all(m.sent_at < NOW for m in seed.messages)
    assert max(m.sent_at for m in seed.messages) > NOW - timedelta(days=1)
    patients = {c.id: c.patient_id for c in seed.charts.values()}
    assert all(patients[m.chart_id] == m.patient_id for m in seed.messages)
    counts = Counter(m.thread_id for m in seed.messages)
    assert {t.id: t.seq for t in seed.threads} == counts


def test_everybody_has_a_record_of_their_own(seed: Demo):
    assert set(seed.records) == set(seed.charts)
    assert all(s.unread == [] and s.counts["duplicates"] == 0 for s in seed.sources)
    told = [tuple(dump(e) for _, e in found) for found in seed.records.values()]
    assert len(set(told)) == len(told)
    diagnoses = Counter(
        e.title for found in seed.records.values() for _, e in found if e.kind is Kind.CONDITION
    )
    assert len(diagnoses) > 8
    assert any(e.negated for found in seed.records.values() for _, e in found)


def test_the_record_of_the_drawing(seed: Demo):
    found = seed.records["Dana Whitfield", "Dr. Amara Osei"]
    by_kind: dict[Kind, list[Entry]] = {}
    for row, entry in found:
        if row.released_at is not None:
            by_kind.setdefault(entry.kind, []).append(entry)
    active = [e for e in by_kind[Kind.MEDICATION] if e.status == "active"]
    assert len(active) == 3
    assert all(dict(e.lines)["Dose"] for e in active)
    assert len(by_kind[Kind.CONDITION]) == 2
    assert [e.title for e in by_kind[Kind.ALLERGY]] == ["Penicillin"]
    assert len(by_kind[Kind.ENCOUNTER]) == 14
    assert all(e.text for e in by_kind[Kind.ENCOUNTER])
    labs = by_kind[Kind.LABORATORY]
    assert all(m.low and m.high and m.unit for e in labs for m in e.measures)
    newest = max(e.starts for e in labs)[:10]
    assert newest == "2026-11-09"
    assert min(e.starts for e in labs)[:7] < "2025-12"
    assert by_kind[Kind.DOCUMENT]
    waiting = [e.title for row, e in found if row.released_at is None]
    assert waiting == ["Vitamin D, 25-hydroxy"]
