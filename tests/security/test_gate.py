"""The gate: who is refused, from which second on, and that a session stays in its compartment."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import insert, text
from sqlmodel import Session, select

from portal_app.data.compartment import Compartment, CompartmentError, enclose
from portal_app.data.models import (
    AuditEvent,
    Chart,
    Grant,
    InternalNote,
    Message,
    Patient,
    Practice,
    StaffMember,
    Thread,
    User,
    UserSession,
)
from portal_app.data.schemas.messages import MessageInput
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from portal_app.services.schedule import calendar
from tests.schedule_world import all_of, schedule, staff_book
from tests.world import URL, World

P = Permission


def enters(
    world: World, who: str, chart: str = "alice", needs: Permission = P.MESSAGES_READ
) -> bool:
    try:
        with access.open(world[who], needs, chart=world.charts[chart]):
            return True
    except (NotFoundError, SignedOutError):
        return False


def change(apply: Callable[[Work], None]) -> None:
    with open_system("the test changes something") as work:
        apply(work)


def alice_of(work: Work) -> Patient:
    return work.session.exec(select(Patient).where(Patient.family == "Adams")).one()


def send(world: World, who: str = "alice", chart: str = "alice") -> str:
    command = MessageInput(recipient="clinician", subject="S", body="B")
    return messages.send(world[who], world.charts[chart], command, URL).thread


def test_a_grant_ends_to_the_second(world: World):
    world.clock.pass_by(minutes=59, seconds=59)
    assert enters(world, "bob")
    world.clock.pass_by(seconds=1)
    assert not enters(world, "bob")


def test_a_grant_does_not_begin_early(world: World):
    world.clock.pass_by(hours=-1, seconds=-1)
    assert not enters(world, "alice")
    world.clock.pass_by(seconds=1)
    assert enters(world, "alice")


def test_a_revoked_grant_is_gone_at_once(world: World):
    assert enters(world, "bob")

    def revoke(work: Work) -> None:
        for grant in work.session.exec(select(Grant).where(Grant.user_id == world.users["bob"])):
            grant.revoked_at = work.now
            work.session.add(grant)

    change(revoke)
    assert not enters(world, "bob")


@pytest.mark.parametrize("ending", ["revoked", "absolute", "disabled", "somebody else's"])
def test_a_session_that_does_not_hold_opens_nothing(world: World, ending: str):
    actor = world["alice"]

    def end(work: Work) -> None:
        row = work.session.get_one(UserSession, actor.session_id)
        user = work.session.get_one(User, actor.user_id)
        if ending == "revoked":
            row.revoked_at = work.now
        elif ending == "absolute":
            row.absolute_until = work.now
        elif ending == "disabled":
            user.disabled_at = work.now
        else:
            row.user_id = world.users["carol"]
        work.session.add(row)
        work.session.add(user)

    assert enters(world, "alice")
    change(end)
    with (
        pytest.raises(SignedOutError),
        access.open(actor, P.MESSAGES_READ, chart=world.charts["alice"]),
    ):
        pass


@pytest.mark.parametrize(
    ("status", "reads", "writes"),
    [("active", True, True), ("inactive", True, False), ("archived", False, False)],
)
def test_what_a_patients_status_leaves(world: World, status: str, *, reads: bool, writes: bool):
    def set_status(work: Work) -> None:
        patient = alice_of(work)
        patient.status = status
        work.session.add(patient)

    change(set_status)
    assert enters(world, "alice") is reads
    assert enters(world, "alice", needs=P.MESSAGES_SEND) is writes
    assert enters(world, "alice", needs=P.HOME) is reads


@pytest.mark.parametrize("switch", ["ceiling", "chart", "grant"])
@pytest.mark.parametrize(
    ("off", "lost"),
    [
        (P.MESSAGES_SEND, {P.MESSAGES_SEND}),
        (P.MESSAGES_READ, {P.MESSAGES_READ, P.MESSAGES_SEND}),
    ],
)
def test_one_switch_is_enough_to_lose_a_right(
    world: World, switch: str, off: Permission, lost: set[Permission]
):
    def turn_off(work: Work) -> None:
        if switch == "ceiling":
            practice = work.session.get_one(Practice, 1)
            practice.portal_ceiling = [p for p in practice.portal_ceiling if p != off]
            work.session.add(practice)
        elif switch == "chart":
            rows = select(Chart).where(Chart.public_id == world.charts["alice"])
            chart = work.session.exec(rows).one()
            chart.permissions = [p for p in chart.permissions if p != off]
            work.session.add(chart)
        else:
            rows = select(Grant).where(Grant.user_id == world.users["alice"])
            grant = work.session.exec(rows).one()
            grant.scopes = [p for p in grant.scopes if p != off]
            work.session.add(grant)

    before = {p for p in Permission if enters(world, "alice", needs=p)}
    change(turn_off)
    after = {p for p in Permission if enters(world, "alice", needs=p)}
    assert before - after == lost
    if switch == "chart":
        assert enters(world, "alice", "alice2", off)


def test_a_member_who_left_is_out(world: World):
    def leave(work: Work) -> None:
        rows = select(StaffMember).where(StaffMember.user_id == world.users["own"])
        member = work.session.exec(rows).one()
        member.is_active = False
        work.session.add(member)

    assert enters(world, "own", needs=P.PRACTICE_INBOX)
    change(leave)
    assert not enters(world, "own", needs=P.PRACTICE_INBOX)


def test_staff_are_no_patients_and_patients_no_staff(world: World):
    assert not enters(world, "owner", needs=P.MESSAGES_READ)
    assert not enters(world, "alice", needs=P.PRACTICE_INBOX)


def write_and_fail(work: Work) -> None:
    row = Thread(
        chart_id=work.chart.id, patient_id=work.patient.id, subject="x", recipient="clinician"
    )
    work.session.add(row)
    work.session.flush()
    raise ZeroDivisionError


def test_work_that_fails_leaves_nothing(world: World):
    chart = world.charts["alice"]
    with (
        pytest.raises(ZeroDivisionError),
        access.open(world["alice"], P.MESSAGES_SEND, chart=chart, writes=True) as work,
    ):
        write_and_fail(work)
    assert messages.folder(world["alice"], chart).rows == ()


def test_nothing_is_told_before_the_commit(world: World):
    heard: list[int] = []
    access.on_commit(lambda _: heard.append(len(messages.folder(world["bob"], chart).rows)))
    chart = world.charts["alice"]
    try:
        inbox.start(
            world["own"], chart, MessageInput(recipient="clinician", subject="S", body="B"), URL
        )
    finally:
        access.on_commit(lambda _: None)
    assert heard == [1]


# ---------------------------------------------------------------- the compartment
def test_every_query_of_a_portal_session_sees_one_chart(world: World):
    first, second = send(world), send(world, chart="alice2")
    other = send(world, who="carol", chart="carol")
    with access.open(world["alice"], P.MESSAGES_READ, chart=world.charts["alice"]) as work:
        seen = {t.public_id for t in work.session.exec(select(Thread)).all()}
        assert seen == {first}
        assert work.session.exec(select(Thread).where(Thread.public_id == other)).first() is None
        assert [p.family for p in work.session.exec(select(Patient)).all()] == ["Adams"]
        joined = select(Message).join(Thread).where(Thread.public_id == second)
        assert work.session.exec(joined).first() is None


def test_a_portal_session_never_loads_what_is_the_practices_own(world: World):
    thread = send(world)
    inbox.add_note(world["own"], thread, "between us")
    with access.open(world["alice"], P.MESSAGES_READ, chart=world.charts["alice"]) as work:
        assert work.session.exec(select(InternalNote)).all() == []
    with access.open(world["own"], P.PRACTICE_INBOX) as work:
        assert len(work.session.exec(select(InternalNote)).all()) == 1


def test_one_after_another_every_kind_of_compartment_gives_its_own(world: World):
    """SQLAlchemy keeps what it has compiled: no opening may inherit the one before it."""
    threads = {c: send(world, who=w, chart=c) for w, c in (("alice", "alice"), ("carol", "carol"))}
    wanted = {
        ("alice", "alice"): {threads["alice"]},
        ("own", None): {threads["alice"]},
        ("carol", "carol"): {threads["carol"]},
        ("other", None): {threads["carol"]},
        ("owner", None): set(threads.values()),
    }
    for _ in range(3):
        for (who, chart), expected in wanted.items():
            needs = P.MESSAGES_READ if chart else P.PRACTICE_INBOX
            key = world.charts[chart] if chart else None
            with access.open(world[who], needs, chart=key) as work:
                assert {t.public_id for t in work.session.exec(select(Thread)).all()} == expected
            for permission in (P.ACCOUNT,):
                with access.open(world[who], permission) as work:
                    assert {
                        t.public_id for t in work.session.exec(select(Thread)).all()
                    } <= expected


@pytest.mark.parametrize(
    "statement",
    [
        text("SELECT body FROM message"),
        insert(Thread.__table__).values(subject=b""),  # type: ignore[attr-defined]
        select(Thread.__table__.c.subject),  # type: ignore[attr-defined]
    ],
)
def test_what_the_filter_cannot_hold_is_refused(world: World, statement: object):
    with (
        access.open(world["alice"], P.MESSAGES_READ, chart=world.charts["alice"]) as work,
        pytest.raises(CompartmentError),
    ):
        work.session.execute(statement)  # type: ignore[call-overload]


def test_a_foreign_row_is_not_written(world: World):
    with open_system("look", writes=False) as work:
        carol = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts["carol"])
        ).one()
    row = Thread(chart_id=carol.id, patient_id=carol.patient_id, subject="x", recipient="clinician")
    chart = world.charts["alice"]
    with access.open(world["alice"], P.MESSAGES_SEND, chart=chart, quiet=True) as work:
        work.session.add(row)
        with pytest.raises(CompartmentError):
            work.session.flush()
        work.session.expunge_all()


def test_a_row_that_does_not_say_whose_it_is_is_not_written(world: World):
    with open_system("look", writes=False) as work:
        session: Session = work.session
        enclose(session, Compartment((), ()))
        session.add(
            InternalNote(
                thread_id=uuid.uuid4(),
                chart_id=uuid.uuid4(),
                patient_id=uuid.uuid4(),
                author_id=uuid.uuid4(),
                author_name="",
                body="",
                written_at=world.clock.now,
            )
        )
        with pytest.raises(CompartmentError):
            session.flush()
        session.expunge_all()


# ---------------------------------------------------------------- views in the log
def test_a_view_is_logged_once_in_five_minutes_and_an_effect_always(world: World):
    def count(action: str) -> int:
        with open_system("count", writes=False) as work:
            rows = select(AuditEvent).where(AuditEvent.action == action)
            return len(work.session.exec(rows).all())

    for _ in range(5):
        messages.folder(world["alice"], world.charts["alice"])
    assert count("messages.read") == 1
    thread = send(world)
    for _ in range(2):
        messages.set_archived(world["alice"], world.charts["alice"], thread, archived=True)
    assert count("message.archive") == 2


def test_each_opened_record_is_logged_with_its_patient_and_what_is_refused_is_not(world: World):
    first, second = send(world), send(world)
    visit = staff_book(world, schedule(), "2026-12-01", "09:00").ids[0]
    said = len(all_of(AuditEvent))
    for _ in range(2):
        for thread in (first, second):
            inbox.thread(world["own"], thread)
            messages.thread(world["alice"], world.charts["alice"], thread)
        calendar.visit(world["own"], visit)
    for look, opened in ((inbox.thread, first), (calendar.visit, visit)):
        with pytest.raises(NotFoundError):
            look(world["other"], opened)
    rows = all_of(AuditEvent)[said:]
    assert sorted((r.action, r.target) for r in rows) == sorted(
        [
            *((word, t) for word in ("message.open", "messages.read") for t in (first, second)),
            ("visit.open", visit),
        ]
    )
    assert {r.chart_id for r in rows} == {rows[0].chart_id} != {""}


def test_a_refusal_is_the_same_for_what_is_absent_and_what_is_anothers(world: World):
    refused = []
    for chart in ("x" * 16, world.charts["carol"], "", "%00", "../etc"):
        with (
            pytest.raises(NotFoundError) as error,
            access.open(world["alice"], P.MESSAGES_READ, chart=chart),
        ):
            pass
        refused.append((str(error.value), error.value.status))
    assert len(set(refused)) == 1


def test_nobody_is_nobody(world: World):
    with (
        pytest.raises(SignedOutError),
        access.open(Actor(), P.MESSAGES_READ, chart=world.charts["alice"]),
    ):
        pass
    with access.open(Actor(), P.PUBLIC) as work:
        assert work.session.exec(select(Patient)).all() == []
        assert work.session.exec(select(Thread)).all() == []
