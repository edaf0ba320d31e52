"""Documents from the practice's side: asked for, reviewed, given back, and what comes by itself."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import (
    Appointment,
    DocumentAssignment,
    DocumentDefinition,
    Grant,
    OutboxMail,
    Practice,
)
from portal_app.data.schemas.papers import AssignInput, ReturnInput
from portal_app.data.schemas.schedule import CancelInput
from portal_app.rules.errors import ConflictError, InvalidError
from portal_app.security.system import open_system
from portal_app.services import files, outbox
from portal_app.services.documents import (
    assigning,
    filling,
    form_scores,
    occasions,
    reviewing,
    score_files,
    uploads,
)
from portal_app.services.schedule import decisions
from tests.consent_world import born
from tests.papers_world import ask, consent, day, define, row, sent
from tests.schedule_world import at, book, schedule
from tests.world import URL, World, picture

CALM = [1, 1, 0, 2, 0, 0, 0, 0, 0]


def papers() -> list[DocumentAssignment]:
    with open_system("look", writes=False) as work:
        rows = select(DocumentAssignment).order_by(DocumentAssignment.assigned_at)  # type: ignore[arg-type]
        return list(work.session.exec(rows).all())


def mails() -> list[OutboxMail]:
    with open_system("look", writes=False) as work:
        return list(work.session.exec(select(OutboxMail)).all())


def by_itself(**rules: list[str]) -> None:
    """Let the practice ask for documents by itself."""
    with open_system("the practice decides") as work:
        work.session.get_one(Practice, 1).document_rules = dict(rules)


# ---------------------------------------------------------------- asking
def test_one_press_asks_once(world: World):
    definition, chart = define(), world.charts["alice"]
    command = AssignInput(definition=definition, client_key="press")
    first = assigning.assign(world["owner"], chart, command, URL)
    assert assigning.assign(world["owner"], chart, command, URL) == first
    assert len(papers()) == 1


def test_both_are_asked_each_for_answers_of_their_own(world: World):
    ask(world, define(), completed_by="both")
    assert sorted(p.completed_by for p in papers()) == ["guardian", "patient"]


@pytest.mark.parametrize("form", [True, False])
def test_both_of_a_minor_are_two_guardians(world: World, form: bool):
    definition = define("about") if form else consent()
    born(world, date(2016, 1, 1))
    relate(world, "exbob", valid_until=None)
    relate(world, "disabled", valid_until=world.clock.now)
    relate(world, "ended", valid_until=world.clock.now)
    relate(world, "bea", valid_until=world.clock.now)
    relate(world, "alice", valid_until=world.clock.now)
    ask(world, definition, completed_by="both")
    asked = ["guardian", "guardian"] if form else ["both"]
    assert [p.completed_by for p in papers()] == asked
    relate(world, "exbob", valid_until=world.clock.now)
    with pytest.raises(InvalidError, match="Only one guardian") as refused:
        ask(world, definition, completed_by="both")
    assert refused.value.field == "completed_by"


def relate(world: World, who: str, **values: object) -> None:
    """Change the grant of somebody to Alice."""
    with open_system("a grant changes") as work:
        row = work.session.exec(select(Grant).where(Grant.user_id == world.users[who])).one()
        for name, value in values.items():
            setattr(row, name, value)
        work.session.add(row)


def test_nobody_is_asked_who_has_no_sign_in(world: World):
    with pytest.raises(InvalidError) as refused:
        ask(world, define(), chart="carol", completed_by="guardian")
    assert refused.value.field == "completed_by"


def test_a_day_that_has_passed_is_refused(world: World):
    with pytest.raises(InvalidError) as refused:
        ask(world, define(), due_on=day(1).replace(month=11))
    assert refused.value.field == "due_on"


def test_a_form_out_of_use_cannot_be_asked_for(world: World):
    definition = define()
    with open_system("it is retired") as work:
        work.session.exec(select(DocumentDefinition)).one().status = "retired"
    with pytest.raises(InvalidError):
        ask(world, definition)


def test_a_mail_says_that_something_waits_and_a_reminder_before_it_is_due(world: World):
    paper = ask(world, define(), due_on=day(10))
    kinds = sorted((m.kind, m.address.split("@")[0]) for m in mails())
    people = ("alice", "bob", "ended")
    assert kinds == [(k, p) for k in ("document", "document.reminder") for p in people]
    reminder = next(m for m in mails() if m.kind == "document.reminder")
    assert reminder.due_at == at(8, 9)
    text = outbox._content(reminder)[0]
    assert text is not None
    assert f"/documents/{paper}" in text
    assigning.withdraw(world["owner"], world.charts["alice"], paper)
    assert outbox._content(reminder)[0] is None


def test_only_those_who_are_asked_get_mail(world: World):
    ask(world, define(), completed_by="guardian")
    assert sorted(m.address.split("@")[0] for m in mails()) == ["bob", "ended"]


def test_what_was_sent_cannot_be_withdrawn(world: World):
    paper = sent(world, CALM, define())
    with pytest.raises(ConflictError):
        assigning.withdraw(world["owner"], world.charts["alice"], paper)


# ---------------------------------------------------------------- reviewing
def test_what_was_sent_waits_until_it_is_reviewed(world: World):
    paper = sent(world, CALM, define())
    chart = world.charts["alice"]
    (waits,) = reviewing.waiting(world["owner"])
    assert (waits.id, waits.patient, waits.score) == (paper, "Alice Adams", "4 of 27, Minimal")
    assert reviewing.waiting(world["other"]) == ()
    reviewing.review(world["own"], chart, paper)
    reviewing.review(world["owner"], chart, paper)
    assert reviewing.waiting(world["owner"]) == ()
    assert reviewing.one(world["owner"], chart, paper).versions[0].reviewed_by == "Own"


def test_nothing_is_reviewed_or_given_back_that_was_not_sent(world: World):
    paper, chart = ask(world, define()), world.charts["alice"]
    with pytest.raises(ConflictError):
        reviewing.review(world["owner"], chart, paper)
    with pytest.raises(ConflictError):
        reviewing.give_back(world["owner"], chart, paper, ReturnInput(note="x"), URL)


def test_scores_of_two_versions_are_never_one_line(world: World):
    first = define()
    sent(world, [0, *CALM[1:]], first)
    world.clock.pass_by(days=7)
    sent(world, [1, *CALM[1:]], first)
    world.clock.pass_by(days=7)
    sent(world, [2, *CALM[1:]], define())
    trends = reviewing.of_chart(world["owner"], world.charts["alice"]).trends
    assert sorted([p.value for p in t.points] for t in trends) == [[3, 4], [5]]


# ---------------------------------------------------------------- series
def test_a_series_comes_again_once_a_turn(world: World):
    paper = ask(world, define(), every="P1W", due_on=day(1), until=day(20))
    assert occasions.tick(URL) == 0
    world.clock.pass_by(days=7)
    assert occasions.tick(URL) == 1
    assert occasions.tick(URL) == 0
    assert [p.status for p in papers()] == ["expired", "assigned"]
    assert papers()[1].due_on == day(8)
    # asleep for long: one turn is caught up with, none after the end
    world.clock.pass_by(days=20)
    assert occasions.tick(URL) == 1
    assert occasions.tick(URL) == 0
    assert len(papers()) == 3
    assigning.stop_series(world["owner"], world.charts["alice"], paper)
    assert {p.every for p in papers()} == {""}


def test_a_stopped_series_does_not_come_again(world: World):
    paper = ask(world, define(), every="P1W")
    assigning.stop_series(world["owner"], world.charts["alice"], paper)
    world.clock.pass_by(days=30)
    assert occasions.tick(URL) == 0


def test_before_every_visit_it_is_asked_once(world: World):
    types = schedule()
    ask(world, define(), every="visit")
    book(world, types, at(1, 10))
    # the first one serves before the first visit
    assert len(papers()) == 1
    assert papers()[0].due_on == day(1)
    world.clock.now = at(2, 9)
    occasions.tick(URL)
    assert [p.status for p in papers()] == ["expired"]
    book(world, types, at(15, 10))
    assert len(papers()) == 1
    world.clock.now = at(8, 9)
    assert occasions.tick(URL) == 0
    world.clock.now = at(8, 11)
    assert occasions.tick(URL) == 1
    assert occasions.tick(URL) == 0
    assert [(p.status, p.due_on) for p in papers()] == [("expired", day(1)), ("assigned", day(15))]


# ---------------------------------------------------------------- by itself
def test_a_first_booking_brings_what_the_practice_wants_once(world: World):
    types = schedule()
    define("about")
    by_itself(first=["about"])
    book(world, types, at(1, 10))
    book(world, types, at(3, 10))
    assert [(p.title, p.due_on) for p in papers()] == [("About you", day(1))]
    with open_system("look", writes=False) as work:
        undo = work.session.exec(select(Appointment)).first()
    assert undo is not None
    # the mail about it waits until the booking can no longer be taken back
    assert {m.due_at for m in mails() if m.kind == "document"} == {undo.undo_until}


def test_a_visit_type_brings_its_document(world: World):
    types = schedule()
    define("about")
    by_itself(**{types.follow_up: ["about"]})
    booked = book(world, types, at(1, 10))
    assert len(papers()) == 1
    decisions.cancel(world["alice"], world.charts["alice"], booked.id, CancelInput(), URL)
    assert occasions.tick(URL) == 1
    assert [p.status for p in papers()] == ["withdrawn"]
    book(world, types, at(2, 10))
    assert [p.status for p in papers()] == ["withdrawn", "assigned"]


def test_what_came_with_a_visit_moves_with_it(world: World):
    types = schedule()
    define("about")
    by_itself(**{types.follow_up: ["about"]})
    booked = book(world, types, at(1, 10))
    book(world, types, at(3, 10), moving=booked.id)
    occasions.tick(URL)
    assert [(p.status, p.due_on) for p in papers()] == [("assigned", day(3))]


# ---------------------------------------------------------------- files
def test_a_file_from_the_patient_is_read_by_both_sides(world: World):
    store, chart = world.foundation.store, world.charts["alice"]
    assert uploads.add(store, world["alice"], chart, "scan.png", picture()) == "scan.png"
    (file,) = filling.overview(world["alice"], chart).uploads
    assert reviewing.of_chart(world["owner"], chart).uploads == (file,)
    assert files.download(store, world["own"], file.id).name == "scan.png"


def test_a_file_that_is_no_file_is_refused(world: World):
    with pytest.raises(InvalidError):
        uploads.add(
            world.foundation.store,
            world["alice"],
            world.charts["alice"],
            "x.exe",
            b"\x7fELF\x00\x01",
        )


def test_answers_survive_what_the_practice_does_meanwhile(world: World):
    paper = sent(world, CALM, define())
    before = row(paper).finished_at
    assert before is not None
    reviewing.review(world["owner"], world.charts["alice"], paper)
    assert row(paper).finished_at == before
    assert before <= world.clock.now + timedelta(0)


def test_scores_leave_as_a_file_where_the_practice_shows_them(world: World):
    chart = world.charts["alice"]
    sent(world, CALM, define())
    theirs = score_files.for_practice(world["own"], chart).decode("utf-8-sig").splitlines()
    assert theirs[0] == '"Form","Date","Score","Range"'
    assert [line.split(",")[1:3] for line in theirs[1:]] == [['"2026-11-24"', '"4"']]
    hidden = score_files.for_patient(world["alice"], chart).decode("utf-8-sig").splitlines()
    assert hidden == theirs[:1]
    form_scores.set_score_shown(world["own"], "phq-9", shown=True)
    shown = score_files.for_patient(world["alice"], chart).decode("utf-8-sig").splitlines()
    assert shown == theirs
