"""A notice that something is new: to whom, once, without a word of it, and not when rights end."""

from collections import Counter

from sqlmodel import select

from portal_app.data.models import Chart, OutboxMail
from portal_app.integrations.mail import Mail, RefusedError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import news, outbox, practice
from tests.schedule_world import all_of
from tests.world import URL, World

PEOPLE = ["alice@test.example", "bob@test.example", "ended@test.example"]
FIRST = "Your clinician has shared something."


class Box:
    """A mail server that keeps what it is given."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.mails: list[Mail] = []
        self.refuses = refuses

    def send(self, mail: Mail) -> None:
        if self.refuses:
            raise RefusedError("550 no such person")
        self.mails.append(mail)


def tell(world: World, key: str = "note:1") -> None:
    with access.open(
        world["own"], Permission.PRACTICE_ROSTER, chart=world.charts["alice"], writes=True
    ) as work:
        news.tell_patient_side(work, key, Permission.INSTRUCTIONS_VIEW, FIRST, "instructions", URL)


def test_everybody_who_may_see_it_is_told_once(world: World):
    tell(world)
    tell(world)
    tell(world, "note:2")
    box = Box()
    assert outbox.deliver(box) == 2 * len(PEOPLE)
    assert Counter(m.to for m in box.mails) == dict.fromkeys(PEOPLE, 2)
    text = box.mails[0].text
    assert text.startswith(FIRST)
    assert f"{URL}/portal/{world.charts['alice']}/instructions" in text
    assert "Alice" not in text + box.mails[0].subject


def test_nobody_is_told_whose_right_has_ended(world: World):
    tell(world)
    with open_system("the practice turns it off") as work:
        chart = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts["alice"])
        ).one()
        chart.permissions = [p for p in chart.permissions if p != "instructions.view"]
        work.session.add(chart)
    box = Box()
    assert outbox.deliver(box) == 0
    assert {m.status for m in all_of(OutboxMail)} == {"skipped"}


def test_a_notice_that_was_refused_is_a_task(world: World):
    tell(world)
    outbox.deliver(Box(refuses=True))
    first, *others = [t for t in practice.today(world["own"]).tasks if t.mail]
    assert len(others) == len(PEOPLE) - 1
    assert first.href == f"/practice/patients/{world.charts['alice']}"
    assert first.detail.startswith("Alice Adams: notice of something new in the portal")
    assert [t for t in practice.today(world["other"]).tasks if t.mail] == []
