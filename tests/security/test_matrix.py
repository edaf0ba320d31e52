"""Every entrance against every kind of actor: who may, and who gets the same answer as nobody."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import pytest
from sqlmodel import func, select

from portal_app import app
from portal_app.data.models import Appointment, AuditEvent, BusyTime, CalendarFeed, Message
from portal_app.data.schemas.messages import MessageInput, ReplyInput
from portal_app.data.schemas.practice import (
    AbsenceInput,
    DashboardInput,
    MessageSettings,
    SavedReplyInput,
)
from portal_app.data.schemas.schedule import BookInput, CancelInput
from portal_app.pages.routing import REGISTRY
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services import identity, practice
from portal_app.services.messages import attachments
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from portal_app.services.schedule import decisions, feeds
from tests.schedule_world import at, book, schedule, wish
from tests.world import URL, World, picture

assert app.create  # importing the application fills the registry

CANARY = "canary7f3a"
ACTORS = [
    "anonymous",
    "half",
    "alice",
    "bob",
    "bea",
    "exbob",
    "carol",
    "disabled",
    "ended",
    "owner",
    "own",
    "other",
    "nothing",
    "desk",
    "biller",
]
READERS = {"alice", "bob"}
HOME = {"alice", "bob", "bea"}
INBOX = {"owner", "own", "desk"}
ROSTER = {"owner", "own", "desk", "biller"}
STAFF = {"owner", "own", "other", "nothing", "desk", "biller"}
OWNER = {"owner"}
WRITTEN = (Message, Appointment, BusyTime, CalendarFeed)
PNG = picture()
Call = Callable[[Actor, World, "Scene"], Any]


class Scene:
    """A conversation of Alice with a file, and one that somebody of the practice has answered."""

    def __init__(self, world: World) -> None:
        self.world = world
        chart, alice = world.charts["alice"], world["alice"]
        store = world.foundation.store
        attachments.add(store, alice, chart, messages.NEW, "scan.png", PNG)
        sent = messages.send(alice, chart, new_message("clinician"), URL)
        self.thread, self.message = sent.thread, sent.message
        self.file = messages.thread(alice, chart, self.thread).messages[0].attachments[0].id
        self.desk = messages.send(alice, chart, new_message("front_desk"), URL).thread
        answer = ReplyInput(body=f"{CANARY} answer", client_key="answer")
        self.answered = messages.send(alice, chart, new_message("front_desk"), URL).thread
        inbox.reply(world["owner"], self.answered, answer, URL, done=False)
        practice.add_saved_reply(world["owner"], SavedReplyInput(title="T", body="B"))
        with open_system("look", writes=False) as work:
            self.clinician = str(
                work.session.exec(
                    select(practice.Practitioner.id).where(practice.Practitioner.name == "Dr. Own")
                ).one()
            )
            self.reply = str(work.session.exec(select(practice.SavedReply.id)).one())

    @cached_property
    def visits(self) -> "Visits":
        """The visits of Alice; made only where an entrance is about them."""
        return Visits(self.world)


class Visits:
    """A visit of Alice's, one that Bob has booked for her, and her calendar's address."""

    def __init__(self, world: World) -> None:
        self.types = schedule()
        self.alices = book(world, self.types, at(1, 9)).id
        self.bobs = book(world, self.types, at(2, 9), who="bob").id
        feeds.open_feed(world["alice"], world.charts["alice"])
        with open_system("a word that nobody else may read") as work:
            for visit in work.session.exec(select(Appointment)).all():
                visit.title = f"{CANARY} visit"
                work.session.add(visit)

    def wish(self, day: int) -> BookInput:
        """A time that is open."""
        return wish(self.types, at(day, 9))


def new_message(recipient: str) -> MessageInput:
    return MessageInput(recipient=recipient, subject=f"{CANARY} subject", body=f"{CANARY} body")


def answer() -> ReplyInput:
    return ReplyInput(body=f"{CANARY} reply")


SECTIONS: dict[str, tuple[set[str], dict[str, Callable[[World, Scene], str]]]] = {
    "/portal/{chart}/home": (HOME, {"chart": lambda w, _: w.charts["alice"]}),
    "/portal/{chart}/messages": (READERS, {"chart": lambda w, _: w.charts["alice"]}),
    "/portal/{chart}/messages/new": (READERS, {"chart": lambda w, _: w.charts["alice"]}),
    "/portal/{chart}/messages/{thread}": (
        READERS,
        {"chart": lambda w, _: w.charts["alice"], "thread": lambda _, s: s.thread},
    ),
    "/portal/{chart}/schedule": (READERS, {"chart": lambda w, _: w.charts["alice"]}),
    "/portal/{chart}/schedule/book": (READERS, {"chart": lambda w, _: w.charts["alice"]}),
    "/portal/{chart}/schedule/{visit_id}": (
        READERS,
        {"chart": lambda w, _: w.charts["alice"], "visit_id": lambda _, s: s.visits.alices},
    ),
    "/portal/{chart}/schedule/{visit_id}/move": (
        READERS,
        {"chart": lambda w, _: w.charts["alice"], "visit_id": lambda _, s: s.visits.alices},
    ),
    "/practice/today": (STAFF, {}),
    "/practice/inbox": (INBOX | {"other"}, {}),
    "/practice/inbox/{thread_id}": (INBOX, {"thread_id": lambda _, s: s.desk}),
    "/practice/patients": (ROSTER | {"other"}, {}),
    "/practice/patients/{chart}": (ROSTER, {"chart": lambda w, _: w.charts["alice"]}),
    "/practice/patients/{chart}/message": (INBOX, {"chart": lambda w, _: w.charts["alice"]}),
    "/practice/settings/{area}": (
        {"owner", "own", "other"},
        {"area": lambda *_: "clinicians-and-staff"},
    ),
}
A = "alice"
ACTIONS: dict[str, tuple[set[str], Call]] = {
    "messages.patient.send": (
        READERS,
        lambda a, w, _: messages.send(a, w.charts[A], new_message("clinician"), URL),
    ),
    "messages.patient.reply": (
        READERS,
        lambda a, w, s: messages.reply(a, w.charts[A], s.thread, answer(), URL),
    ),
    "messages.patient.take_back": (
        {"alice"},
        lambda a, w, s: messages.take_back(a, w.charts[A], s.thread, s.message),
    ),
    "messages.patient.save_draft": (
        READERS,
        lambda a, w, s: messages.save_draft(a, w.charts[A], s.thread, body="x"),
    ),
    "messages.patient.set_archived": (
        READERS,
        lambda a, w, s: messages.set_archived(a, w.charts[A], s.thread, archived=True),
    ),
    "messages.patient.mark_seen": (
        READERS,
        lambda a, w, s: messages.mark_seen(a, w.charts[A], s.answered),
    ),
    "messages.attachments.remove": (
        {"alice"},
        lambda a, w, _: attachments.remove(a, w.charts[A], draft_file(w)),
    ),
    "messages.practice.reply": (
        INBOX,
        lambda a, _, s: inbox.reply(a, s.desk, answer(), URL, done=True),
    ),
    "messages.practice.mark_done": (INBOX, lambda a, _, s: inbox.mark_done(a, s.desk)),
    "messages.practice.assign": (INBOX, lambda a, _, s: inbox.assign(a, s.desk, "")),
    "messages.practice.add_note": (INBOX, lambda a, _, s: inbox.add_note(a, s.desk, CANARY)),
    "messages.practice.mark_seen": (INBOX, lambda a, _, s: inbox.mark_seen(a, s.desk)),
    "messages.practice.take_back": (
        {"owner"},
        lambda a, w, s: inbox.take_back(a, s.answered, answer_id(w, s)),
    ),
    "messages.practice.save_draft": (INBOX, lambda a, _, s: inbox.save_draft(a, s.desk, "x")),
    "messages.practice.start": (
        INBOX,
        lambda a, w, _: inbox.start(a, w.charts[A], new_message("clinician"), URL),
    ),
    "messages.attachments.remove_for_practice": (
        {"owner"},
        lambda a, w, s: attachments.remove_for_practice(a, s.desk, practice_file(w, s)),
    ),
    "practice.save_dashboard_message": (
        {"owner", "own"},
        lambda a, _, s: practice.save_dashboard_message(a, s.clinician, DashboardInput(text="x")),
    ),
    "practice.save_absence": (
        {"owner", "own"},
        lambda a, _, s: practice.save_absence(a, s.clinician, AbsenceInput()),
    ),
    "practice.save_messages": (OWNER, lambda a, *_: practice.save_messages(a, settings())),
    "practice.add_saved_reply": (
        OWNER,
        lambda a, *_: practice.add_saved_reply(a, SavedReplyInput(title="t", body="b")),
    ),
    "practice.remove_saved_reply": (
        OWNER,
        lambda a, _, s: practice.remove_saved_reply(a, s.reply),
    ),
}
ACTIONS |= {
    "schedule.decisions.hold": (
        READERS,
        lambda a, w, s: decisions.hold(a, w.charts[A], s.visits.wish(3)),
    ),
    "schedule.decisions.book": (
        READERS,
        lambda a, w, s: decisions.book(a, w.charts[A], s.visits.wish(3), URL),
    ),
    "schedule.decisions.cancel": (
        READERS,
        lambda a, w, s: decisions.cancel(a, w.charts[A], s.visits.alices, CancelInput(), URL),
    ),
    "schedule.decisions.confirm": (
        READERS,
        lambda a, w, s: decisions.confirm(a, w.charts[A], s.visits.alices),
    ),
    "schedule.decisions.undo": (
        READERS,
        lambda a, w, s: decisions.undo(
            a, w.charts[A], s.visits.bobs if a is w["bob"] else s.visits.alices
        ),
    ),
    "schedule.feeds.open_feed": (READERS, lambda a, w, _: feeds.open_feed(a, w.charts[A])),
    "schedule.feeds.close_feed": ({"alice"}, lambda a, w, _: feeds.close_feed(a, w.charts[A])),
}
ROUTES: dict[str, tuple[set[str], Call]] = {
    "GET /files": (
        {"alice", "bob", "owner", "own"},
        lambda a, w, s: attachments.download(w.foundation.store, a, s.file),
    ),
    "GET /visits, one": (
        READERS,
        lambda a, w, s: feeds.calendar_file(a, w.charts[A], s.visits.alices),
    ),
    "GET /visits, all": (READERS, lambda a, w, _: feeds.calendar_file(a, w.charts[A])),
    "POST /attachments": (
        READERS,
        lambda a, w, s: attachments.add(w.foundation.store, a, w.charts[A], s.thread, "a.png", PNG),
    ),
    "POST /practice-attachments": (
        INBOX,
        lambda a, w, s: attachments.add_for_practice(w.foundation.store, a, s.desk, "a.png", PNG),
    ),
    "the frame of a portal": (HOME, lambda a, w, _: identity.portal_frame(a, w.charts[A])),
    "the frame of the console": (STAFF, lambda a, *_: identity.practice_frame(a)),
}


def settings() -> MessageSettings:
    return MessageSettings(reply_promise="x", answer_hours=8, urgent_notice="x", auto_reply="x")


def draft_file(world: World) -> str:
    store, chart = world.foundation.store, world.charts[A]
    return attachments.add(store, world["alice"], chart, messages.NEW, "d.png", PNG).id


def practice_file(world: World, scene: Scene) -> str:
    store = world.foundation.store
    return attachments.add_for_practice(store, world["owner"], scene.desk, "d.png", PNG).id


def answer_id(world: World, scene: Scene) -> str:
    return inbox.thread(world["owner"], scene.answered).messages[-1].id


def test_every_entrance_stands_in_the_matrix():
    assert {s.address for s in REGISTRY.sections} == set(SECTIONS)
    assert set(REGISTRY.actions) == set(ACTIONS)
    # pages without a shell are public, or answered by the sections and frames above
    assert {p.path for p in REGISTRY.pages} <= {
        "/portal",
        "/portal/{_:path}",
        "/practice",
        "/practice/{_:path}",
        "/sign-in",
        "/sign-out",
        "/reset",
        "/no-chart",
        "/invite/{link}",
        "/demo/components",
    }


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("address", sorted(SECTIONS))
def test_sections(world: World, address: str, actor: str):
    allowed, parameters = SECTIONS[address]
    scene = Scene(world)
    section = next(s for s in REGISTRY.sections if s.address == address)
    values = {name: make(world, scene) for name, make in parameters.items()}
    judge(world, actor, allowed, lambda: section.load(world[actor], **values))


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_actions(world: World, name: str, actor: str):
    allowed, call = ACTIONS[name]
    scene = Scene(world)
    answer_id(world, scene)
    if name.startswith("schedule."):
        assert scene.visits
    if name.endswith("remove"):
        draft_file(world)
    before = rows(AuditEvent)
    extra = (
        1
        if name in {"messages.attachments.remove", "messages.attachments.remove_for_practice"}
        else 0
    )
    done = judge(world, actor, allowed, lambda: call(world[actor], world, scene))
    if name.endswith("save_draft"):
        assert rows(AuditEvent) == before
    elif done:
        assert rows(AuditEvent) - before in {1, 1 + extra, 2 + extra}


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", sorted(ROUTES))
def test_routes(world: World, name: str, actor: str):
    allowed, call = ROUTES[name]
    scene = Scene(world)
    assert scene.visits
    judge(world, actor, allowed, lambda: call(world[actor], world, scene))


def judge(world: World, actor: str, allowed: set[str], call: Callable[[], Any]) -> bool:
    """The call works for those who may; for the others it is refused, and nothing is written."""
    if actor in allowed:
        call()
        return True
    before = [rows(model) for model in WRITTEN]
    with pytest.raises((NotFoundError, SignedOutError)):
        call()
    assert [rows(model) for model in WRITTEN] == before
    return False


def rows(model: type) -> int:
    with open_system("count", writes=False) as work:
        return work.session.exec(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize("actor", ["carol", "bea", "other", "biller", "nothing"])
def test_no_word_of_alice_reaches_anybody_else(world: World, actor: str):
    scene = Scene(world)
    seen = []
    for section in REGISTRY.sections:
        _, parameters = SECTIONS[section.address]
        values = {name: make(world, scene) for name, make in parameters.items()}
        for chart in world.charts.values():
            if "chart" in values:
                values["chart"] = chart
            try:
                seen.append(repr(section.load(world[actor], **values)))
            except (NotFoundError, SignedOutError) as error:
                seen.append(str(error))
    assert seen
    assert not any(CANARY in s for s in seen)


def test_what_is_out_of_reach_answers_like_what_does_not_exist(world: World):
    scene = Scene(world)
    errors = []
    for chart, thread in (
        (world.charts["alice"], scene.thread),
        ("nosuchchart", "nosuch"),
        (world.charts["carol"], scene.thread),
        (world.charts["carol"], "nosuch"),
    ):
        with pytest.raises(NotFoundError) as refused:
            messages.thread(world["carol"], chart, thread)
        errors.append((str(refused.value), refused.value.status))
    assert len(set(errors)) == 1
