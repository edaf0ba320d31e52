"""The one gate: the only way to a database session.

``open`` loads the facts, lets the pure rule decide, keeps the session inside its compartment and
writes the access log in the same transaction. A service that forgets it has no database.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from portal_app.data.compartment import Compartment, enclose
from portal_app.data.engine import Database
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
from portal_app.data.types import PatientId, PractitionerId
from portal_app.rules import access as rule
from portal_app.rules.errors import (
    NotFoundError,
    OnlyLookingError,
    SignedOutError,
    StepUpError,
)
from portal_app.rules.permissions import Permission
from portal_app.security import audit, standing
from portal_app.security.actor import Actor
from portal_app.security.crypto import Keyring

VIEW_AGAIN = timedelta(minutes=5)
"""One row a record view, not one a repaint."""
VIEWS_KEPT = 5000
STEP_UP_LASTS = timedelta(minutes=10)
"""How long it counts that a person has entered her password."""


class NotConfiguredError(RuntimeError):
    """The gate was used before the application was built."""


class _State:
    database: Database | None = None
    keyring: Keyring | None = None
    clock: Callable[[], datetime] = staticmethod(lambda: datetime.now(UTC))
    publish: Callable[[frozenset[str]], None] = staticmethod(lambda _: None)
    views: dict[tuple[str, ...], float] = {}  # noqa: RUF012 - one process, one memory


def configure(
    database: Database, keyring: Keyring, clock: Callable[[], datetime] | None = None
) -> None:
    """Give the gate its database and keys; called once when the application is built."""
    _State.database, _State.keyring, _State.views = database, keyring, {}
    if clock:
        _State.clock = staticmethod(clock)


def on_commit(publish: Callable[[frozenset[str]], None]) -> None:
    """Name who hears the topics of committed work; called from any thread."""
    _State.publish = staticmethod(publish)


def now() -> datetime:
    """Tell the moment, aware, in UTC."""
    return _State.clock()


def keyring() -> Keyring:
    """Hand out the keys to the services that seal files and look up addresses."""
    if _State.keyring is None:
        raise NotConfiguredError
    return _State.keyring


def database() -> Database:
    """Hand out the database to the other modules of ``security``."""
    if _State.database is None:
        raise NotConfiguredError
    return _State.database


@dataclass
class Work:
    """One unit of work: what was opened, for whom, and what happens with it after commit."""

    session: Session
    actor: Actor
    now: datetime
    practice: Practice
    permissions: frozenset[Permission] = frozenset()
    user: User | None = None
    opened: UserSession | None = None
    staff: StaffMember | None = None
    reach: frozenset[PractitionerId] | None = None
    facts: "ChartOpened | None" = None
    keyring: Keyring = field(default_factory=keyring)
    topics: set[str] = field(default_factory=set)

    @property
    def zone(self) -> ZoneInfo:
        """The practice's wall clock."""
        return ZoneInfo(self.practice.zone)

    @property
    def today(self) -> date:
        """The date on the practice's wall."""
        return self.now.astimezone(self.zone).date()

    @property
    def chart(self) -> Chart:
        """The open chart."""
        if self.facts is None:
            raise NotFoundError
        return self.facts.chart

    @property
    def patient(self) -> Patient:
        """The patient of the open chart."""
        if self.facts is None:
            raise NotFoundError
        return self.facts.patient

    @property
    def practitioner(self) -> Practitioner:
        """The clinician of the open chart."""
        if self.facts is None:
            raise NotFoundError
        return self.facts.practitioner

    @property
    def person(self) -> User:
        """The signed-in person; where the practice only looks, the one as whom it looks."""
        if self.user is None:
            raise SignedOutError
        looks = self.facts.looks if self.facts else None
        return looks.person if looks and looks.person else self.user

    @property
    def only_looks(self) -> bool:
        """Whether somebody of the practice sees the portal as its patient or a proxy does."""
        return self.facts is not None and self.facts.looks is not None

    @property
    def member(self) -> StaffMember:
        """The signed-in member of the practice."""
        if self.staff is None:
            raise NotFoundError
        return self.staff

    @property
    def proved_lately(self) -> bool:
        """Whether the person has entered her password in this session a short while ago."""
        at = self.opened.step_up_at if self.opened else None
        return at is not None and self.now < at + STEP_UP_LASTS

    def focus(self, chart: Chart) -> None:
        """Narrow the work to a chart that a query inside the compartment has found."""
        patient = self.session.get_one(Patient, chart.patient_id)
        practitioner = self.session.get_one(Practitioner, chart.practitioner_id)
        self.facts = ChartOpened(chart, patient, practitioner, ())

    def may(self, permission: Permission) -> bool:
        """Whether the person holds another permission on what is open."""
        return permission in self.permissions

    def announce(self, *topics: str) -> None:
        """Name what has changed; open pages hear it once the work is committed."""
        self.topics.update(topics)

    def record(self, action: str, target: str = "", *, why: str = "", outcome: str = "ok") -> None:
        """Write a row of the access log in this transaction (the work must be writing)."""
        opened = self.facts
        kind = "staff" if self.staff else "patient"
        looks = opened.looks if opened else None
        if looks:
            why = why or looks.why
        elif opened and opened.grants and opened.relationship != "self":
            kind = "proxy"
        audit.append(
            self.session,
            self.keyring,
            audit.Entry(
                at=self.now,
                actor=str(self.actor.user_id or ""),
                actor_kind=kind,
                action=action,
                patient_id=str(opened.patient.id) if opened else "",
                chart_id=str(opened.chart.id) if opened else "",
                target=target,
                outcome=outcome,
                why=why,
                ip=self.actor.ip,
                session_id=self.actor.session_id,
            ),
        )


@dataclass(frozen=True)
class ChartOpened:
    """The chart with its patient, clinician, and the person's grants to the patient.

    Where the practice only looks, the grants are those of the one as whom it looks.
    """

    chart: Chart
    patient: Patient
    practitioner: Practitioner
    grants: tuple[Grant, ...]
    looks: standing.Looks | None = None

    @property
    def relationship(self) -> str:
        """What the person is to the patient; ``self`` where the portal is her own."""
        return self.grants[0].relationship if self.grants else ""


@contextmanager
def open(  # noqa: A001 - read as access.open
    actor: Actor,
    permission: Permission,
    *,
    chart: str | None = None,
    writes: bool = False,
    action: str = "",
    target: str = "",
    quiet: bool = False,
    step_up: bool = False,
) -> Iterator[Work]:
    """Open a unit of work, or refuse.

    Args:
        actor: who acts.
        permission: the right that is needed.
        chart: public id of the chart, where the right is about one.
        writes: whether rows will change; the log then always gets a row.
        action: the log's word; the permission's own where nothing is given.
        target: opaque id of what is touched; to look at it is logged like a chart.
        quiet: no row in the log, for a person's own unsent text.
        step_up: the password must have been entered in the last ten minutes.

    Raises:
        SignedOutError: the session ended.
        OnlyLookingError: the practice sees a portal as its patient does, and may not write there.
        NotFoundError: out of reach, or it does not exist: the same answer.
        StepUpError: the person may, after entering her password again.
    """
    word = action or permission.value
    viewed = (actor.session_id, chart or "", target, word)
    views = chart is not None or bool(target)
    logs = not quiet and (writes or (views and _due(viewed)))
    with database().session(writes=writes or logs) as session:
        work = _identify(session, actor)
        _load_chart(work, chart, practice=permission.value.startswith("practice."))
        if permission not in work.permissions or (chart is not None and work.facts is None):
            raise _refusal(work, permission)
        if writes and work.only_looks:
            raise OnlyLookingError
        if step_up and not work.proved_lately:
            raise StepUpError
        enclose(session, _compartment(work, permission, chart))
        yield work
        if logs:
            work.record(word, target)
            _seen(viewed)
        session.commit()
    after_commit(work)


def after_commit(work: Work) -> None:
    """Tell the open pages what has changed."""
    if work.topics:
        _State.publish(frozenset(work.topics))


def _refusal(work: Work, permission: Permission) -> Exception:
    if work.user is None and permission is not Permission.PUBLIC:
        return SignedOutError()
    return NotFoundError()


def _identify(session: Session, actor: Actor) -> Work:
    practice = session.get(Practice, 1) or Practice(name="Latchwell")
    work = Work(session=session, actor=actor, now=now(), practice=practice)
    work.permissions = frozenset({Permission.PUBLIC})
    if not actor.signed_in:
        return work
    rows = (
        select(UserSession, User, StaffMember)
        .select_from(UserSession)
        .join(User, col(UserSession.user_id) == User.id)
        .join(StaffMember, col(StaffMember.user_id) == User.id, isouter=True)
        .where(UserSession.id == actor.session_id)
    )
    found = session.exec(rows).first()
    if found is None:
        return work
    row, user, staff = found
    ended = row.revoked_at is not None or row.absolute_until <= work.now
    if ended or row.user_id != actor.user_id or user.disabled_at is not None:
        return work
    work.user, work.opened = user, row
    if row.needs_second_step:
        # nothing of the practice and nobody's record before the second step is there
        work.permissions = frozenset({Permission.PUBLIC, Permission.ACCOUNT})
        return work
    work.staff = staff if staff is not None and staff.is_active else None
    if work.staff is not None and not _reaches_all(work.staff):
        rows_of = select(StaffReach.practitioner_id).where(StaffReach.staff_id == work.staff.id)
        own = [work.staff.practitioner_id] if work.staff.practitioner_id else []
        work.reach = frozenset([*(PractitionerId(p) for p in session.exec(rows_of).all()), *own])
    work.permissions = rule.effective(
        rule.Facts(signed_in=True, staff=standing.staff_facts(work.staff)), work.now
    )
    return work


def _reaches_all(staff: StaffMember) -> bool:
    return staff.all_charts or staff.role == rule.Role.OWNER


def _load_chart(work: Work, public_id: str | None, *, practice: bool) -> None:
    if public_id is None or (work.opened is not None and work.opened.needs_second_step):
        return
    rows = (
        select(Chart, Patient, Practitioner, Grant)
        .join(Patient, col(Chart.patient_id) == Patient.id)
        .join(Practitioner, col(Chart.practitioner_id) == Practitioner.id)
        .join(
            Grant,
            (col(Grant.patient_id) == Patient.id)
            & (col(Grant.user_id) == (work.user.id if work.user else None)),
            isouter=True,
        )
        .where(Chart.public_id == public_id)
    )
    found = work.session.exec(rows).all()
    if not found:
        return
    chart, patient, practitioner, _ = found[0]
    held = tuple(
        g for *_, g in found if g and standing.grant_facts(work, g, patient).holds(work.now)
    )
    within = work.reach is None or chart.practitioner_id in work.reach
    looks = None
    if work.staff is not None and within and not practice:
        looks = standing.looks(work, patient)
    if looks:
        held = (looks.grant,)
    facts = rule.Facts(
        signed_in=work.user is not None,
        grant=standing.seen(work, looks, patient)
        if looks
        else standing.merged(work, held, patient),
        chart=standing.chart_facts(work.practice, chart, patient),
        staff=standing.staff_facts(work.staff, reaches=within),
    )
    work.permissions = rule.effective(facts, work.now)
    if held or (work.staff is not None and within):
        work.facts = ChartOpened(chart, patient, practitioner, held, looks)


def _compartment(work: Work, permission: Permission, chart: str | None) -> Compartment:
    staff = work.staff is not None and permission.value.startswith("practice.")
    if work.facts is not None and chart is not None:
        return Compartment((work.facts.patient.id,), (work.facts.chart.id,), staff=staff)
    if staff:
        return _staff_compartment(work.reach)
    return Compartment(_own_patients(work), None)


def _staff_compartment(reach: frozenset[PractitionerId] | None) -> Compartment:
    if reach is None:
        return Compartment(staff=True)
    # the bare table: an ORM entity here would be filtered by its own criterion, without end
    table = Chart.__table__  # type: ignore[attr-defined]
    within = table.c.practitioner_id.in_(tuple(reach))
    return Compartment(
        select(table.c.patient_id).where(within), select(table.c.id).where(within), staff=True
    )


def _own_patients(work: Work) -> tuple[PatientId, ...]:
    if work.user is None or (work.opened is not None and work.opened.needs_second_step):
        return ()
    rows = (
        select(Grant, Patient)
        .join(Patient, col(Grant.patient_id) == Patient.id)
        .where(Grant.user_id == work.user.id)
    )
    found = work.session.exec(rows).all()
    return tuple({p.id for g, p in found if standing.grant_facts(work, g, p).holds(work.now)})


def _due(view: tuple[str, ...]) -> bool:
    last = _State.views.get(view)
    return last is None or time.monotonic() - last > VIEW_AGAIN.total_seconds()


def _seen(view: tuple[str, ...]) -> None:
    if len(_State.views) > VIEWS_KEPT:
        _State.views.clear()
    _State.views[view] = time.monotonic()
