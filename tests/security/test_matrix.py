"""Every entrance against every kind of actor: who may, and who gets the same answer as nobody."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select as sql_select
from sqlmodel import func, select

from portal_app import app
from portal_app.data.models import (
    Appointment,
    AuditEvent,
    BusyTime,
    CalendarFeed,
    HoursException,
    Location,
    Message,
    OpenHours,
    OutboxMail,
    VisitType,
)
from portal_app.data.schemas.messages import MessageInput, ReplyInput
from portal_app.data.schemas.practice import (
    AbsenceInput,
    DashboardInput,
    MessageSettings,
    SavedReplyInput,
)
from portal_app.data.schemas.schedule import (
    BookInput,
    CancelInput,
    ExceptionInput,
    HoursInput,
    LocationInput,
    MoveInput,
    NewVisitInput,
    RulesInput,
    TypeInput,
)
from portal_app.integrations.mail import Catcher
from portal_app.pages.routing import REGISTRY
from portal_app.routes import operations, verify, visit_links
from portal_app.routes.backups import Backups
from portal_app.routes.calendars import Calendars
from portal_app.routes.door import Door
from portal_app.routes.files import Files
from portal_app.routes.first_owner import FirstOwner
from portal_app.routes.forms import Forms
from portal_app.routes.oidc import Oidc
from portal_app.routes.patient_lists import Lists
from portal_app.routes.payments import Payments
from portal_app.routes.pdf import Pdfs
from portal_app.routes.scores import Scores
from portal_app.routes.second_step import SecondStep
from portal_app.routes.uploads import Uploads
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import files, identity, practice, undelivered
from portal_app.services.messages import attachments
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from portal_app.services.schedule import availability, decisions, desk, feeds, links
from portal_app.services.schedule import settings as visit_settings
from tests.plugins.postgres import Server
from tests.schedule_world import all_of, at, book, clinician, schedule, wish
from tests.security.actors import (
    ACTORS,
    HOME,
    INBOX,
    OWNER,
    PLANNERS,
    READERS,
    ROSTER,
    STAFF,
)
from tests.security.entrances import gathered, tables
from tests.world import URL, Moment, World, picture

assert app.create  # importing the application fills the registry

CANARY = "canary7f3a"
T = TypeVar("T")
# rights are decided in Python: one of each kind shows that the queries behind them hold there too
pytestmark = pytest.mark.on_postgres(
    actor={"anonymous", "alice", "bob", "carol", "other", "owner", "desk"}
)
WRITTEN = (Message, Appointment, BusyTime, CalendarFeed, OpenHours, HoursException, VisitType)
WRITTEN += tables()
PNG = picture()
DAY = date(2026, 12, 15)
HOURS = ExceptionInput(first_day=DAY, last_day=DAY, start="09:00", end="10:00")
DAY_OFF = ExceptionInput(first_day=date(2026, 12, 16), last_day=date(2026, 12, 16))
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

        self._made: dict[Any, Any] = {}

    def known(self) -> list[object]:
        """Everything that remembers what was made."""
        visits = self.__dict__.get("visits")
        made = [self, *self._made.values(), *([visits] if visits else [])]
        return [one for one in made if hasattr(one, "__dict__")]

    def of(self, make: Callable[[World], T]) -> T:
        """What entrances of one noun are about, made once."""
        if make not in self._made:
            self._made[make] = make(self.world)
        return self._made[make]  # type: ignore[no-any-return]

    @cached_property
    def draft(self) -> str:
        """A file that waits for a message of Alice's."""
        return draft_file(self.world)

    @cached_property
    def practice_draft(self) -> str:
        """A file that waits for an answer of the practice."""
        return practice_file(self.world, self)

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
        self.feed = feeds.open_feed(world["alice"], world.charts["alice"])
        with open_system("a word that nobody else may read") as work:
            for visit in work.session.exec(select(Appointment)).all():
                visit.title = f"{CANARY} visit"
                work.session.add(visit)

        self.clinician = clinician()
        self.hours = self._hours().public_id
        self.closed = self._closed()

    def _hours(self) -> OpenHours:
        return next(h for h in all_of(OpenHours) if str(h.practitioner_id) == self.clinician)

    def _closed(self) -> str:
        with open_system("a day off") as work:
            practitioner = self._hours().practitioner_id
            row = HoursException(
                practitioner_id=practitioner, kind="closed", first_day=DAY, last_day=DAY
            )
            work.session.add(row)
            return row.public_id

    @cached_property
    def request(self) -> str:
        """A visit that waits for the practice."""
        with open_system("a visit waits") as work:
            rows = select(Appointment).where(Appointment.public_id == self.alices)
            visit = work.session.exec(rows).one()
            visit.status = "requested"
            work.session.add(visit)
        return self.alices

    @cached_property
    def today(self) -> str:
        """A visit whose day has come."""
        with open_system("its day has come") as work:
            rows = select(Appointment).where(Appointment.public_id == self.alices)
            visit = work.session.exec(rows).one()
            visit.starts_at = work.now
            work.session.add(visit)
        return self.alices

    @cached_property
    def undelivered(self) -> str:
        """A mail about Alice's visit that could not be sent."""
        with open_system("a mail fails") as work:
            mail = work.session.exec(
                select(OutboxMail).where(OutboxMail.kind == "visit").limit(1)
            ).one()
            mail.status = "failed"
            work.session.add(mail)
            return str(mail.id)

    @cached_property
    def link(self) -> str:
        """The link in a reminder of Alice's."""
        mails = [m for m in all_of(OutboxMail) if m.kind == "reminder"]
        return mails[0].text.split("/visit/")[1].split()[0]

    @property
    def place(self) -> str:
        """Where visits happen."""
        return str(all_of(Location)[0].public_id)

    def new(self, world: World) -> NewVisitInput:
        """A visit that the practice books."""
        values = {"chart": world.charts[A], "visit_type": self.types.follow_up}
        return NewVisitInput.model_validate(values | {"day": "2026-12-03", "time": "11:00"})

    def wish(self, day: int) -> BookInput:
        """A time that is open."""
        return wish(self.types, at(day, 9))

    def moved(self, day: int) -> BookInput:
        """A time to which Alice's visit can go."""
        return wish(self.types, at(day, 9), moving=self.alices)


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
    "/practice/calendar": (PLANNERS | {"other"}, {}),
    "/practice/calendar/{visit_id}": (PLANNERS, {"visit_id": lambda _, s: s.visits.alices}),
    "/practice/settings/availability": (PLANNERS | {"other"}, {"week": lambda *_: "2026-12-01"}),
    "/practice/settings/booking-rules": (
        PLANNERS,
        {"clinician": lambda _, s: s.visits.clinician},
    ),
    "/practice/settings/visit-types": (OWNER, {}),
    "/practice/settings/practice": (OWNER, {}),
    "/practice/settings/{area}": (
        {"owner", "own", "other"},
        {"area": lambda *_: "clinicians-and-staff"},
    ),
}
A = "alice"
WEEKLY = HoursInput(weekday=1, start="18:00", end="19:00")
MOVED = MoveInput.model_validate({"day": "2026-12-03", "time": "11:00"})
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
        lambda a, w, s: attachments.remove(a, w.charts[A], s.draft),
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
        lambda a, _, s: attachments.remove_for_practice(a, s.desk, s.practice_draft),
    ),
    "practice.overview": (ROSTER, lambda a, w, _: practice.overview(a, w.charts[A])),
    "practice.conversations": (INBOX, lambda a, w, _: practice.conversations(a, w.charts[A])),
    "practice.visits": (PLANNERS, lambda a, w, _: practice.visits(a, w.charts[A])),
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
ACTIONS |= {
    "schedule.desk.book": (
        PLANNERS,
        lambda a, w, s: desk.book(a, s.visits.new(w), URL),
    ),
    "schedule.desk.move": (
        PLANNERS,
        lambda a, _, s: desk.move(a, s.visits.alices, MOVED, URL),
    ),
    "schedule.desk.cancel": (PLANNERS, lambda a, _, s: desk.cancel(a, s.visits.alices, "", URL)),
    "schedule.desk.cancel_series": (
        PLANNERS,
        lambda a, _, s: desk.cancel_series(a, s.visits.alices, "", URL),
    ),
    "schedule.desk.approve": (PLANNERS, lambda a, _, s: desk.approve(a, s.visits.request, URL)),
    "schedule.desk.decline": (
        PLANNERS,
        lambda a, _, s: desk.decline(a, s.visits.request, "", URL),
    ),
    "schedule.desk.arrive": (PLANNERS, lambda a, _, s: desk.arrive(a, s.visits.today)),
    "schedule.desk.complete": (PLANNERS, lambda a, _, s: desk.complete(a, s.visits.today)),
    "schedule.desk.no_show": (PLANNERS, lambda a, _, s: desk.no_show(a, s.visits.today)),
    "schedule.availability.add_hours": (
        PLANNERS,
        lambda a, _, s: availability.add_hours(a, s.visits.clinician, WEEKLY),
    ),
    "schedule.availability.remove_hours": (
        PLANNERS,
        lambda a, _, s: availability.remove_hours(a, s.visits.clinician, s.visits.hours),
    ),
    "schedule.availability.add_time_off": (
        PLANNERS,
        lambda a, _, s: availability.add_time_off(a, s.visits.clinician, DAY_OFF),
    ),
    "schedule.availability.add_extra_hours": (
        PLANNERS,
        lambda a, _, s: availability.add_extra_hours(a, s.visits.clinician, HOURS),
    ),
    "schedule.availability.remove_exception": (
        PLANNERS,
        lambda a, _, s: availability.remove_exception(a, s.visits.clinician, s.visits.closed),
    ),
    "schedule.availability.close_for_holiday": (
        OWNER,
        lambda a, *_: availability.close_for_holiday(a, date(2026, 12, 25), "x"),
    ),
    "schedule.settings.save_rules": (
        PLANNERS,
        lambda a, _, s: visit_settings.save_rules(a, s.visits.clinician, RulesInput()),
    ),
    "schedule.settings.save_type": (
        OWNER,
        lambda a, *_: visit_settings.save_type(a, "", TypeInput(name="x", minutes=30)),
    ),
    "schedule.settings.set_type_active": (
        OWNER,
        lambda a, _, s: visit_settings.set_type_active(a, s.visits.types.intake, active=False),
    ),
    "schedule.settings.save_location": (
        OWNER,
        lambda a, *_: visit_settings.save_location(a, "", LocationInput(name="x")),
    ),
    "schedule.settings.set_location_active": (
        OWNER,
        lambda a, _, s: visit_settings.set_location_active(a, s.visits.place, active=False),
    ),
    "undelivered.note": (PLANNERS, lambda a, _, s: undelivered.note(a, s.visits.undelivered)),
}
ACTIONS |= gathered("ACTIONS")
SECTIONS |= gathered("SECTIONS")
ROUTES: dict[str, tuple[set[str], Call]] = {
    "GET /files/{file_id}": (
        {"alice", "bob", "owner", "own"},
        lambda a, w, s: files.download(w.foundation.store, a, s.file),
    ),
    "GET /visits/{chart}/{visit}.ics, one": (
        READERS,
        lambda a, w, s: feeds.calendar_file(a, w.charts[A], s.visits.alices),
    ),
    "GET /visits/{chart}/{visit}.ics, all": (
        READERS,
        lambda a, w, _: feeds.calendar_file(a, w.charts[A]),
    ),
    # a link in a reminder asks for no sign-in: whoever holds it is answered alike
    "GET /visit/{link}": (set(ACTORS), lambda _a, _w, s: links.look(s.visits.link)),
    "POST /visit/{link}/confirm": (set(ACTORS), lambda _a, _w, s: links.confirm(s.visits.link)),
    "POST /visit/{link}/cancel": (set(ACTORS), lambda _a, _w, s: links.cancel(s.visits.link, URL)),
    # neither does a private calendar address, until its person ends it
    "GET /calendar/{token}.ics": (set(ACTORS), lambda _a, _w, s: feeds.public_feed(s.visits.feed)),
    "schedule.decisions.hold, moving": (
        READERS,
        lambda a, w, s: decisions.hold(a, w.charts[A], s.visits.moved(3)),
    ),
    "schedule.decisions.book, moving": (
        READERS,
        lambda a, w, s: decisions.book(a, w.charts[A], s.visits.moved(3), URL),
    ),
    "what a new visit offers": (
        PLANNERS,
        lambda a, w, s: s.visits and desk.offer(a, w.charts[A]),
    ),
    "charts for a new visit": (
        PLANNERS | {"other"},
        lambda a, _, s: s.visits and desk.find_charts(a, "alice"),
    ),
    "POST /attachments/{chart}/{slot}": (
        READERS,
        lambda a, w, s: attachments.add(w.foundation.store, a, w.charts[A], s.thread, "a.png", PNG),
    ),
    "POST /practice-attachments/{thread}": (
        INBOX,
        lambda a, w, s: attachments.add_for_practice(w.foundation.store, a, s.desk, "a.png", PNG),
    ),
    "the frame of a portal": (HOME, lambda a, w, _: identity.portal_frame(a, w.charts[A])),
    "the frame of the console": (STAFF, lambda a, *_: identity.practice_frame(a)),
}
ROUTES |= gathered("ROUTES")


OWN_AFFAIRS = {
    "records.exports.export",
    "account.signing_in.look",
    "account.two_step.look",
    "account.sessions.look",
    "records.history.may_see",
}
"""What a person is shown about her own sign-in, how far a file is, and that there is a list."""
OPEN = {
    "GET /",
    "POST /sign-in",
    "POST /sign-out",
    "POST /invite",
    "POST /invite/{link}",
    "POST /sign-in/verify",
    "POST /sign-in/set-up",
    "POST /email/{link}",
    "POST /setup/{link}",
    "POST /reset",
    "POST /reset/{link}",
    "GET /auth/oidc/login",
    "GET /auth/oidc/callback",
    "POST /webhooks/stripe",
    "GET /healthz",
    "GET /readyz",
    "GET /demo/mail",
}
"""Routes that anybody may ask; what they answer is tested where they stand."""


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
        "/reset/{link}",
        "/invite",
        "/invite/{link}",
        "/setup/{link}",
        "/verify",
        "/visit/{link}",
        "/sign-in/verify",
        "/sign-in/set-up",
        "/sign-in/set-up/codes",
        "/email/{link}",
        "/email-changed",
        "/demo/components",
    }


def test_every_route_stands_in_the_matrix(world: World):
    house, store = world.foundation, world.foundation.store
    sessions = Sessions(ThreadPoolExecutor(1))
    way = Door(sessions, house.keyring, secure=False)
    made = [
        way.router,
        FirstOwner(way, sessions).router,
        visit_links.router(way, URL),
        SecondStep(way, sessions, public_url=URL, secure=False).router,
        Oidc(way, sessions, None, secure=False).router,
        verify.router(),
        Files(sessions, store, secure=False).router,
        Calendars(sessions, secure=False).router,
        Uploads(sessions, store, secure=False).router,
        Pdfs(sessions, secure=False).router,
        Lists(sessions, secure=False).router,
        Payments(sessions, secure=False).router,
        Forms(sessions, secure=False).router,
        Scores(sessions, secure=False).router,
        Backups(sessions, secure=False).router,
        operations.router(list, None),
        operations.router(list, Catcher(house.settings.data_dir / "mail")),
    ]
    routes = [r for router in made for r in router.routes if isinstance(r, APIRoute)]
    declared = {f"{method} {r.path}" for r in routes for method in r.methods}
    judged = {name.split(", ")[0] for name in ROUTES if name.startswith(("GET /", "POST /"))}
    assert declared | {"GET /visit/{link}"} == judged | OPEN


@pytest.mark.parametrize("address", sorted(SECTIONS))
def test_sections(world: World, address: str):
    allowed, parameters = SECTIONS[address]
    scene = Scene(world)
    section = next(s for s in REGISTRY.sections if s.address == address)
    values = {name: make(world, scene) for name, make in parameters.items()}
    for actor in ACTORS:
        judge(actor, allowed, lambda a=world[actor]: section.load(a, **values))


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_actions_that_are_refused(world: World, name: str):
    allowed, call = ACTIONS[name]
    scene = staged(world, name)
    for actor in ACTORS:
        if actor not in allowed:
            judge(actor, allowed, lambda a=world[actor]: call(a, world, scene))


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_actions_that_are_done(world: World, database: Server | None, name: str):
    allowed, call = ACTIONS[name]
    scene = staged(world, name)
    for actor in in_turn(world, database, scene, allowed):
        before = logged()
        judge(actor, allowed, lambda a=world[actor]: call(a, world, scene))
        if name.endswith(("save_draft", "save_answer")) or name in OWN_AFFAIRS:
            assert logged() == before, actor
        elif name.endswith("preview"):  # a file that its sender looks at again within five minutes
            assert logged() - before in {0, 1}, actor
        else:
            assert logged() - before in {1, 2}, actor


def in_turn(
    world: World, database: Server | None, scene: "Scene", allowed: set[str]
) -> Iterator[str]:
    """Name who may, each before the same scene; on PostgreSQL, which has no way back, the first."""
    actors = [a for a in ACTORS if a in allowed]
    if database is not None:
        yield from actors[:1]
        return
    moment = Moment(world, scene.known)
    for number, actor in enumerate(actors):
        if number:
            moment.back()
        yield actor


def ready(world: World, name: str) -> Scene:
    """The scene, with what entrances of that beginning are about."""
    scene = Scene(world)
    for beginning, make in gathered("STAGED").items():
        if name.startswith(beginning):
            scene.of(make)
    return scene


def staged(world: World, name: str) -> Scene:
    """The scene, with what an action is about."""
    scene = ready(world, name)
    answer_id(world, scene)
    if name.startswith(("schedule.", "undelivered.")):
        assert _prepared(scene.visits, name)
    if "attachments" in name:
        assert scene.draft if name.endswith("remove") else scene.practice_draft
    return scene


def _prepared(visits: Visits, name: str) -> str:
    verb = name.rpartition(".")[2]
    if verb in {"approve", "decline"}:
        return visits.request
    if verb in {"arrive", "complete", "no_show"}:
        return visits.today
    return visits.undelivered if verb == "note" else visits.alices


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_routes_that_are_refused(world: World, name: str):
    allowed, call = ROUTES[name]
    scene = ready(world, name)
    assert scene.visits
    for actor in ACTORS:
        if actor not in allowed:
            judge(actor, allowed, lambda a=world[actor]: call(a, world, scene))


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_routes_that_answer(world: World, database: Server | None, name: str):
    allowed, call = ROUTES[name]
    scene = Scene(world)
    for actor in in_turn(world, database, scene, allowed):
        judge(actor, allowed, lambda a=world[actor]: call(a, world, scene))


def judge(actor: str, allowed: set[str], call: Callable[[], Any]) -> None:
    """The call works for those who may; for the others it is refused, and nothing is written."""
    if actor in allowed:
        try:
            call()
        except BaseException as error:
            error.add_note(f"for {actor}")
            raise
        return
    before = rows(*WRITTEN)
    try:
        call()
    except (NotFoundError, SignedOutError):
        assert rows(*WRITTEN) == before, actor
    else:
        pytest.fail(f"{actor} was let in")


def rows(*models: type) -> list[int]:
    counted = (select(func.count()).select_from(m).scalar_subquery() for m in models)
    with open_system("count", writes=False) as work:
        return list(work.session.connection().execute(sql_select(*counted)).one())


def logged() -> int:
    return rows(AuditEvent)[0]


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
