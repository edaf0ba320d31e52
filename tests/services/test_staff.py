"""Who works in the practice: the owner decides, and what she decides holds at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from portal_app.data.models import OutboxMail, Practitioner, StaffMember, UserSession
from portal_app.data.schemas.staff import StaffInput
from portal_app.pages.practice.staff import WORDS
from portal_app.rules.errors import InvalidError, NotFoundError, SignedOutError, StepUpError
from portal_app.rules.permissions import BOXES, Permission
from portal_app.security import access
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import identity, password_reset, practice, sign_in, staff
from portal_app.services.sign_in import Credentials
from tests.security.entrances.family import proved
from tests.security.entrances.staff import NEW, member
from tests.world import URL, World

P = Permission
PASSWORD = "a few words in a row work"


@pytest.fixture(autouse=True)
def _proved(world: World) -> None:
    assert world
    proved()


@pytest.fixture
def sessions(world: World) -> Sessions:
    assert world
    return Sessions(ThreadPoolExecutor(1))


def command(**more: object) -> StaffInput:
    return StaffInput.model_validate(NEW.model_dump() | more)


def rights(world: World, who: str) -> frozenset[Permission]:
    return identity.practice_frame(world[who]).permissions


# ---------------------------------------------------------------- adding
def test_an_assistant_begins_with_nothing(world: World, sessions: Sessions):
    link = staff.add(world["owner"], NEW, URL)
    password_reset.use(sessions, link.rpartition("/")[2], PASSWORD, URL, "192.0.2.9")
    typed = Credentials("new@test.example", PASSWORD, "192.0.2.9", "")
    info = sessions.find(sign_in.sign_in(sessions, typed))
    assert info is not None
    with open_system("the second step is set up") as work:
        row = work.session.get_one(UserSession, info.id)
        row.needs_second_step = False
        work.session.add(row)
    frame = identity.practice_frame(sessions.actor(info.id))
    assert frame.permissions & BOXES == frozenset()
    with pytest.raises(NotFoundError):
        practice.roster(sessions.actor(info.id))


def test_the_link_is_mailed_and_works_for_a_week_once(world: World, sessions: Sessions):
    link = staff.add(world["owner"], NEW, URL)
    token = link.rpartition("/")[2]
    with open_system("look", writes=False) as work:
        mail = work.session.exec(select(OutboxMail).where(OutboxMail.kind == "reset")).one()
    assert link in mail.text
    assert mail.address == "new@test.example"
    world.clock.pass_by(days=6, hours=23)
    password_reset.use(sessions, token, PASSWORD, URL, "192.0.2.9")
    with pytest.raises(NotFoundError):
        password_reset.use(sessions, token, PASSWORD, URL, "192.0.2.9")


def test_another_link_ends_the_older_one(world: World, sessions: Sessions):
    first = staff.add(world["owner"], NEW, URL).rpartition("/")[2]
    second = staff.send_again(world["owner"], member("New"), URL).rpartition("/")[2]
    with pytest.raises(NotFoundError):
        password_reset.look(first)
    password_reset.use(sessions, second, PASSWORD, URL, "192.0.2.9")
    with pytest.raises(InvalidError):
        staff.send_again(world["owner"], member("New"), URL)


def test_to_add_somebody_asks_for_the_password_and_to_let_her_go_does_not(
    world: World, sessions: Sessions
):
    world.clock.pass_by(minutes=11)
    with pytest.raises(StepUpError):
        staff.add(world["owner"], NEW, URL)
    with pytest.raises(StepUpError):
        staff.save(world["owner"], member("Desk"), NEW)
    staff.let_go(world["owner"], sessions, member("Desk"))


def test_somebody_is_added_once(world: World):
    staff.add(world["owner"], NEW, URL)
    with pytest.raises(InvalidError) as refused:
        staff.add(world["owner"], NEW, URL)
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("more", "field"), [({"role": "queen"}, "role"), ({"email": "nobody"}, "email")]
)
def test_what_makes_no_sense_is_refused_at_its_field(
    world: World, more: dict[str, object], field: str
):
    with pytest.raises(InvalidError) as refused:
        staff.add(world["owner"], command(**more), URL)
    assert refused.value.field == field


def test_a_clinician_comes_with_a_name_that_patients_read(world: World):
    staff.add(world["owner"], command(role="clinician", name="Dr. New", credentials="MD"), URL)
    with open_system("look", writes=False) as work:
        row = work.session.exec(select(Practitioner).where(Practitioner.name == "Dr. New")).one()
    assert (row.short_name, row.credentials, row.is_active) == ("Dr. New", "MD", True)


# ---------------------------------------------------------------- role, boxes, reach
def test_boxes_are_an_assistants_and_are_ticked_one_by_one(world: World):
    key = member("Nothing")
    staff.save(world["owner"], key, command(name="Nothing", boxes=[P.PRACTICE_ROSTER]))
    assert rights(world, "nothing") & BOXES == {P.PRACTICE_ROSTER}
    more = command(name="Nothing", role="biller", boxes=[P.PRACTICE_RECORDS])
    staff.save(world["owner"], key, more)
    assert P.PRACTICE_RECORDS not in rights(world, "nothing")


def test_nobody_ticks_what_is_no_box(world: World):
    staff.save(world["owner"], member("Nothing"), command(name="N", boxes=[P.PRACTICE_STAFF]))
    assert P.PRACTICE_STAFF not in rights(world, "nothing")


def test_reach_ends_with_the_next_click(world: World):
    clinicians = dict(staff.view(world["owner"]).clinicians)
    own = next(key for key, name in clinicians.items() if name == "Dr. Own")
    ticked = {"name": "Desk", "boxes": [P.PRACTICE_ROSTER]}
    staff.save(world["owner"], member("Desk"), command(**ticked, reach=[own]))
    assert {r.clinician for r in practice.roster(world["desk"]).rows} == {"Dr. Own"}
    staff.save(world["owner"], member("Desk"), command(**ticked))
    assert not practice.roster(world["desk"]).rows
    staff.save(world["owner"], member("Desk"), command(**ticked, all_charts=True))
    assert len({r.clinician for r in practice.roster(world["desk"]).rows}) == 2


# ---------------------------------------------------------------- going
def test_whoever_goes_is_signed_out_everywhere_at_once(world: World, sessions: Sessions):
    ended: list[str] = []
    sessions.on_end(ended.append)
    staff.let_go(world["owner"], sessions, member("Own"))
    assert ended == [world["own"].session_id]
    with pytest.raises(SignedOutError), access.open(world["own"], P.PRACTICE_ENTER):
        pass
    with open_system("look", writes=False) as work:
        row = work.session.get_one(UserSession, world["own"].session_id)
    assert row.revoked_at == world.clock.now


def test_whoever_goes_before_coming_has_no_link_any_more(world: World, sessions: Sessions):
    token = staff.add(world["owner"], NEW, URL).rpartition("/")[2]
    staff.let_go(world["owner"], sessions, member("New"))
    with pytest.raises(NotFoundError):
        password_reset.look(token)


def test_the_last_owner_cannot_go_nor_become_less(world: World, sessions: Sessions):
    owner = member("Owner")
    with pytest.raises(InvalidError, match="last owner"):
        staff.let_go(world["owner"], sessions, owner)
    with pytest.raises(InvalidError, match="last owner"):
        staff.save(world["owner"], owner, command(name="Owner"))
    staff.save(world["owner"], member("Own"), command(name="Own", role="owner"))
    staff.let_go(world["owner"], sessions, owner)
    with open_system("look", writes=False) as work:
        owners = select(StaffMember.name).where(StaffMember.role == "owner", StaffMember.is_active)
        assert work.session.exec(owners).all() == ["Own"]


def test_somebody_who_has_left_can_come_back(world: World, sessions: Sessions):
    staff.let_go(world["owner"], sessions, member("Desk"))
    staff.take_back(world["owner"], member("Desk"))
    row = next(r for r in staff.view(world["owner"]).rows if r.name == "Desk")
    assert row.is_active


def test_every_box_has_words_on_its_page():
    assert set(WORDS) == BOXES
