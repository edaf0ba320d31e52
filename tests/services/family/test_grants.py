"""The practice decides who may open a portal; what it decides holds at once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import Grant, Invitation, OutboxMail, Patient, UserSession
from portal_app.data.schemas.family import AgesInput, EndInput, GrantInput, GrantRow, InviteInput
from portal_app.rules.errors import InvalidError, NotFoundError, StepUpError
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import identity
from portal_app.services.family import grants, rights, topics
from tests.security.entrances.family import grant_of, proved
from tests.world import URL, World

P = Permission
A = "alice"
WHY = EndInput(reason="canary custody")


@pytest.fixture(autouse=True)
def _proved(world: World) -> None:
    assert world
    proved()


def held(world: World, who: str) -> frozenset[Permission]:
    """What somebody may do in Alice's portal; nothing where she can't open it."""
    try:
        return identity.permissions(world[who], P.HOME, world.charts[A]) & PORTAL
    except NotFoundError:
        return frozenset()


def terms(**more: object) -> GrantInput:
    values = {"relationship": "spouse", "basis": "patient", "scopes": list(PORTAL)}
    return GrantInput.model_validate(values | more)


def invite(world: World, email: str = "iris@test.example", **more: object) -> str:
    values = terms(**more).model_dump() | {"name": "Iris", "email": email, "email_again": email}
    command = InviteInput.model_validate(values)
    return grants.invite(world["owner"], world.charts[A], command, URL)


def row_of(world: World, name: str) -> GrantRow:
    view = grants.view(world["owner"], world.charts[A])
    return next(r for r in view.grants if r.name == name)


def stay_signed_in() -> None:
    """Let the sessions of the test last as long as a childhood."""
    with open_system("the test changes something") as work:
        for row in work.session.exec(select(UserSession)).all():
            row.absolute_until = datetime(2040, 1, 1, tzinfo=UTC)
            work.session.add(row)


def heard(act: Callable[[], object]) -> set[str]:
    """What open pages are told by that act."""
    told: set[str] = set()
    access.on_commit(told.update)
    act()
    return told


# ---------------------------------------------------------------- rights of the chart
def test_a_right_that_is_turned_off_is_gone_for_everybody_at_once(world: World):
    chart = world.charts[A]
    kept = rights.save(world["owner"], chart, PORTAL - {P.MESSAGES_READ})
    assert kept == PORTAL - {P.MESSAGES_READ, P.MESSAGES_SEND}
    assert held(world, A) == kept
    assert held(world, "bob") == kept
    assert identity.permissions(world[A], P.HOME, world.charts["alice2"]) >= PORTAL


def test_the_practices_limit_is_above_every_chart(world: World):
    rights.save_defaults(world["owner"], PORTAL, PORTAL - {P.BILLING_VIEW})
    assert not {p for p in held(world, A) if p.value.startswith("billing.")}
    view = rights.defaults(world["owner"])
    assert (
        view.ceiling == view.defaults == {p for p in PORTAL if not p.value.startswith("billing.")}
    )


def test_open_pages_hear_of_it(world: World):
    with open_system("look", writes=False) as work:
        alice = work.session.exec(select(Patient).where(Patient.given == "Alice")).one()
    chart, owner = world.charts[A], world["owner"]
    patient = topics.of_patient(alice.id)
    bob = topics.of_user(world.users["bob"])
    assert patient in heard(lambda: rights.save(owner, chart, PORTAL))
    assert topics.PRACTICE in heard(lambda: rights.save_defaults(owner, PORTAL, PORTAL))
    assert {patient, bob} <= heard(
        lambda: grants.save(owner, chart, grant_of(world, "bob"), terms())
    )
    assert {patient, bob} <= heard(lambda: grants.end(owner, chart, grant_of(world, "bob"), WHY))
    assert patient in heard(lambda: grants.block(owner, chart, WHY))
    assert patient in identity.portal_frame(world[A], chart).topics


# ---------------------------------------------------------------- grants
def test_to_give_access_asks_for_the_password_and_to_end_it_does_not(world: World):
    chart, key = world.charts[A], grant_of(world, "bob")
    world.clock.pass_by(minutes=11)
    with pytest.raises(StepUpError):
        grants.save(world["owner"], chart, key, terms())
    with pytest.raises(StepUpError):
        invite(world)
    grants.end(world["owner"], chart, key, WHY)


def test_what_somebody_may_do_is_changed(world: World):
    grants.save(
        world["owner"],
        world.charts[A],
        grant_of(world, "bob"),
        terms(scopes=[P.BILLING_PAY, P.BILLING_VIEW]),
    )
    assert held(world, "bob") == {P.BILLING_VIEW, P.BILLING_PAY}


def test_the_last_day_counts_to_its_end_on_the_practices_wall(world: World):
    grants.save(world["owner"], world.charts[A], grant_of(world, "bob"), terms(until="2026-12-01"))
    end = datetime(2026, 12, 2, 8, tzinfo=UTC)
    world.clock.now = end - timedelta(seconds=1)
    assert held(world, "bob")
    world.clock.now = end
    assert not held(world, "bob")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": [P.MESSAGES_SEND]}, "scopes"),
        ({"until": "2026-11-23"}, "until"),
        ({"relationship": "self"}, "relationship"),
        ({"relationship": "nobody"}, "relationship"),
        ({"basis": "because"}, "basis"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    world: World, more: dict[str, object], field: str
):
    with pytest.raises(InvalidError) as refused:
        grants.save(world["owner"], world.charts[A], grant_of(world, "bob"), terms(**more))
    assert refused.value.field == field
    assert held(world, "bob") == PORTAL


def test_an_end_is_kept_with_who_and_why(world: World):
    key = grant_of(world, "bob")
    grants.end(world["owner"], world.charts[A], key, WHY)
    assert not held(world, "bob")
    with open_system("look", writes=False) as work:
        row = work.session.exec(select(Grant).where(Grant.user_id == world.users["bob"])).one()
    assert (row.revoked_by, row.revoked_reason) == ("Owner", "canary custody")
    with pytest.raises(NotFoundError):
        grants.end(world["owner"], world.charts[A], key, WHY)


def test_the_patients_own_access_is_not_ended_here(world: World):
    with pytest.raises(NotFoundError):
        grants.save(world["owner"], world.charts[A], grant_of(world, A), terms())


def test_somebody_elses_access_is_not_found_on_this_chart(world: World):
    with pytest.raises(NotFoundError):
        grants.end(world["other"], world.charts["carol"], grant_of(world, "bob"), WHY)
    assert held(world, "bob")


# ---------------------------------------------------------------- block
def test_a_block_keeps_all_others_away_and_names_no_reason(world: World):
    grants.block(world["owner"], world.charts[A], WHY)
    assert not held(world, "bob")
    assert not held(world, "bea")
    assert held(world, A) == PORTAL
    with pytest.raises(NotFoundError) as refused:
        identity.portal_frame(world["bob"], world.charts[A])
    assert str(refused.value) == str(NotFoundError())
    assert world.charts[A] not in {c.chart for c in identity.charts(world["bob"])}
    grants.unblock(world["owner"], world.charts[A])
    assert held(world, "bob") == PORTAL


def test_nobody_is_invited_past_a_block(world: World):
    grants.block(world["owner"], world.charts[A], WHY)
    with pytest.raises(InvalidError):
        invite(world)


# ---------------------------------------------------------------- invitations
def test_an_invitation_carries_what_was_decided(world: World):
    link = invite(world, scopes=[P.BILLING_VIEW], until="2026-12-31", follows_age=True)
    with open_system("look", writes=False) as work:
        row = work.session.exec(select(Invitation)).one()
        mail = work.session.exec(select(OutboxMail).where(OutboxMail.kind == "invitation")).one()
    assert (row.scopes, row.follows_age, row.name) == (["billing.view"], True, "Iris")
    assert row.grant_until == datetime(2027, 1, 1, 8, tzinfo=UTC)
    assert link in mail.text
    assert "Alice" not in mail.text + mail.subject


def test_it_can_be_taken_back(world: World):
    invite(world)
    view = grants.view(world["owner"], world.charts[A])
    assert [i.name for i in view.invited] == ["Iris"]
    grants.take_back(world["owner"], world.charts[A], view.invited[0].id)
    assert not grants.view(world["owner"], world.charts[A]).invited


def test_the_address_is_typed_twice():
    values = terms().model_dump() | {
        "name": "I",
        "email": "a@b.example",
        "email_again": "c@b.example",
    }
    with pytest.raises(ValueError, match="not the same"):
        InviteInput.model_validate(values)


# ---------------------------------------------------------------- birthdays
def test_the_gate_follows_the_childs_age(world: World):
    stay_signed_in()
    with open_system("the test changes something") as work:
        alice = work.session.exec(select(Patient).where(Patient.given == "Alice")).one()
        alice.birth_date = date(2014, 12, 1)
        work.session.add(alice)
    grants.save(world["owner"], world.charts[A], grant_of(world, "bob"), terms(follows_age=True))
    assert held(world, "bob") == PORTAL
    row = row_of(world, "Bob")
    assert row.ends_at == datetime(2032, 12, 1, 8, tzinfo=UTC)
    world.clock.now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    limited = grants.view(world["owner"], world.charts[A]).ages.limited
    assert held(world, "bob") == limited
    proved()
    command = terms(follows_age=True, agreed=[P.MESSAGES_READ])
    grants.save(world["owner"], world.charts[A], grant_of(world, "bob"), command)
    assert held(world, "bob") == limited | {P.MESSAGES_READ}
    world.clock.now = datetime(2032, 12, 1, 8, tzinfo=UTC)
    assert held(world, "bob") == frozenset()


def test_the_practice_sets_the_ages(world: World):
    ages = AgesInput(limited_from=14, ends_at=16, own_from=13, limited=[P.BILLING_PAY])
    rights.save_ages(world["owner"], ages)
    kept = rights.defaults(world["owner"]).ages
    assert (kept.limited_from, kept.ends_at, kept.confirmed) == (14, 16, True)
    assert kept.limited == frozenset()  # to pay needs to see
    with pytest.raises(InvalidError):
        rights.save_ages(world["owner"], ages.model_copy(update={"limited_from": 17}))
