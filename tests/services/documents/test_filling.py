"""Forms from the patient's side: answers that stay, one sending, and what it leads to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlmodel import func, select

from portal_app.data.models import (
    AuditEvent,
    ChangeRequest,
    DocumentAlert,
    DocumentAssignment,
    DocumentResponse,
    OutboxMail,
    Patient,
)
from portal_app.data.schemas.papers import ReturnInput
from portal_app.rules.documents import scoring
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.security.system import open_system
from portal_app.services import home, practice
from portal_app.services.documents import alerts, filling, papers, reviewing
from portal_app.services.documents.filling import UnansweredError
from portal_app.services.worker import persist
from tests.papers_world import (
    answer,
    ask,
    code,
    consent,
    day,
    define,
    links,
    opened,
    row,
    send,
    sent,
)
from tests.schedule_world import all_of
from tests.world import URL, World

CALM = [1, 1, 0, 2, 0, 0, 0, 0, 0]
FLAGGED = [1, 1, 0, 2, 0, 0, 0, 0, 1]


def count(model: type) -> int:
    with open_system("count", writes=False) as work:
        return work.session.exec(select(func.count()).select_from(model)).one()


def tasks(world: World, who: str = "owner") -> list[str]:
    return [t.title for t in practice.today(world[who]).tasks]


def versions() -> list[DocumentResponse]:
    with open_system("look", writes=False) as work:
        rows = select(DocumentResponse).order_by(DocumentResponse.version)  # type: ignore[arg-type]
        return list(work.session.exec(rows).all())


# ---------------------------------------------------------------- the list
@pytest.mark.seed("S29")
def test_a_form_waits_and_is_finished_once_it_is_sent(world: World):
    chart = world.charts["alice"]
    paper = ask(world, define(), due_on=day(1))
    (waits,) = filling.overview(world["alice"], chart).to_do
    assert (waits.title, waits.kind, waits.asked, waits.due_on) == (
        "PHQ-9",
        "rating_scale",
        9,
        day(1),
    )
    assert home.overview(world["alice"], chart).to_do[0].title == "Answer: PHQ-9"
    answer(world, paper, CALM[:4])
    (begun,) = filling.overview(world["alice"], chart).to_do
    assert (begun.status, begun.answered) == ("in_progress", 4)
    answer(world, paper, CALM)
    assert send(world, paper).to == "Dr. Own"
    view = filling.overview(world["alice"], chart)
    assert view.to_do == ()
    assert [r.id for r in view.finished] == [paper]
    assert home.overview(world["alice"], chart).to_do == ()


def test_a_consent_is_signed_only_with_the_right_to_sign(world: World):
    ask(world, consent())
    chart = world.charts["alice"]
    assert home.overview(world["alice"], chart).to_do[0].title.startswith("Sign: ")
    with open_system("rights") as work:
        from portal_app.data.models import Chart  # noqa: PLC0415

        opened_chart = work.session.exec(select(Chart).where(Chart.public_id == chart)).one()
        opened_chart.permissions = [p for p in opened_chart.permissions if p != "documents.sign"]
    assert filling.overview(world["alice"], chart).to_do == ()


def test_only_those_who_are_asked_see_a_form(world: World):
    definition = define()
    hers = ask(world, definition, completed_by="patient")
    others = ask(world, definition, completed_by="guardian")
    alice, bob, chart = world["alice"], world["bob"], world.charts["alice"]
    assert [r.id for r in filling.overview(alice, chart).to_do] == [hers]
    assert [r.id for r in filling.overview(bob, chart).to_do] == [others]
    for actor, paper in ((alice, others), (bob, hers)):
        with pytest.raises(NotFoundError):
            papers.open_paper(actor, chart, paper)
        with pytest.raises(NotFoundError):
            filling.save_answer(actor, chart, paper, links()[0], ("x",))
        with pytest.raises(NotFoundError):
            filling.submit(actor, chart, paper, "press")


def test_finished_documents_come_in_pages(world: World):
    definition = define()
    made = []
    for _ in range(filling.PAGE + 3):
        made.append(sent(world, CALM, definition))
        world.clock.pass_by(minutes=1)
    chart = world.charts["alice"]
    first = filling.overview(world["alice"], chart)
    rest = filling.overview(world["alice"], chart, first.more)
    assert [r.id for r in (*first.finished, *rest.finished)] == made[::-1]
    assert rest.more == ""


# ---------------------------------------------------------------- saving
def test_an_answer_stays_and_another_device_goes_on(world: World):
    paper = ask(world, define())
    answer(world, paper, [2])
    first, second = links()[:2]
    filling.save_answer(
        world["bob"], world.charts["alice"], paper, second, (code("phq-9", second, 1),)
    )
    answers = opened(world, paper).answers
    assert answers[first] == (code("phq-9", first, 2),)
    assert answers[second] == (code("phq-9", second, 1),)


def test_two_tabs_lose_nothing_and_the_newer_answer_stands(world: World):
    paper = ask(world, define())
    chart, asked = world.charts["alice"], links()

    def tab(number: int) -> None:
        for link in asked[number::2]:
            value = (code("phq-9", link, number),)
            persist(filling.save_answer, world["alice"], chart, paper, link, value)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(tab, (0, 1)))
    answers = opened(world, paper).answers
    assert answers == {link: (code("phq-9", link, n % 2),) for n, link in enumerate(asked)}
    assert count(DocumentResponse) == 1
    filling.save_answer(world["alice"], chart, paper, asked[0], (code("phq-9", asked[0], 3),))
    assert opened(world, paper).answers[asked[0]] == (code("phq-9", asked[0], 3),)


def test_saving_leaves_no_row_in_the_log_and_the_sending_does(world: World):
    paper = ask(world, define())
    before = count(AuditEvent)
    answer(world, paper, CALM)
    assert count(AuditEvent) == before
    send(world, paper)
    assert count(AuditEvent) == before + 1


@pytest.mark.parametrize("link", ["nothing", "/69722-7x"])
def test_what_is_not_asked_is_not_saved(world: World, link: str):
    paper = ask(world, define())
    with pytest.raises(NotFoundError):
        filling.save_answer(world["alice"], world.charts["alice"], paper, link, ("x",))


def test_an_answer_has_an_end(world: World):
    paper = ask(world, define("about"))
    chart = world.charts["alice"]
    with pytest.raises(InvalidError):
        filling.save_answer(world["alice"], chart, paper, "why", ("x" * 10_001,))
    with pytest.raises(InvalidError):
        filling.save_answer(world["alice"], chart, paper, "why", ("x",) * 51)


def test_answers_stand_encrypted_in_the_database(world: World):
    paper = ask(world, define("about"))
    filling.save_answer(world["alice"], world.charts["alice"], paper, "why", ("canary77",))
    with open_system("look", writes=False) as work:
        raw = work.session.connection().exec_driver_sql("select answers from documentresponse")
        assert b"canary77" not in bytes(raw.scalar_one())


# ---------------------------------------------------------------- sending
def test_what_is_not_answered_is_not_sent(world: World):
    paper = ask(world, define())
    answer(world, paper, CALM[:7])
    with pytest.raises(UnansweredError) as refused:
        send(world, paper)
    assert list(refused.value.faults) == links()[7:]
    assert refused.value.message == "2 questions are left."
    assert row(paper).status == "in_progress"


def test_an_answer_that_was_made_up_is_not_sent(world: World):
    paper = ask(world, define())
    answer(world, paper, CALM)
    first = links()[0]
    filling.save_answer(world["alice"], world.charts["alice"], paper, first, ("forged",))
    with pytest.raises(UnansweredError) as refused:
        send(world, paper)
    assert list(refused.value.faults) == [first]


def test_one_press_sends_once_and_a_second_tab_is_told_the_same(world: World):
    paper = ask(world, define())
    answer(world, paper, FLAGGED)
    with ThreadPoolExecutor(4) as pool:
        presses = ["one", "one", "two", "two"]
        told = list(pool.map(lambda p: persist(send, world, paper, p), presses))
    assert {t.flagged for t in told} == {True}
    assert [v.version for v in versions()] == [1]
    assert count(DocumentAlert) == 1
    assert tasks(world) == ["Look today: Alice Adams"]


def test_the_score_is_made_here(world: World):
    paper = sent(world, CALM, define())
    (version,) = versions()
    result = scoring.loaded(version.score)
    assert result is not None
    assert (result.total, result.band) == (4, "Minimal")
    assert reviewing.one(world["owner"], world.charts["alice"], paper).row.score.startswith(
        "4 of 27"
    )


def test_the_patient_sees_a_score_only_where_the_practice_shows_it(world: World):
    paper = sent(world, CALM, define(show_score=True))
    view = opened(world, paper)
    assert view.versions[0].score is not None
    assert view.trend is not None
    with open_system("the practice hides it") as work:
        from portal_app.data.models import DocumentDefinition  # noqa: PLC0415

        for row_ in work.session.exec(select(DocumentDefinition)).all():
            row_.settings = {"instrument": "phq-9"}
    view = opened(world, paper)
    assert view.versions[0].score is None
    assert view.trend is None
    assert filling.overview(world["alice"], world.charts["alice"]).trends == ()


def test_what_was_sent_stays_as_it_is(world: World):
    paper = sent(world, CALM, define())
    with pytest.raises(ConflictError):
        answer(world, paper, FLAGGED)
    assert not opened(world, paper).editable


def test_a_correction_is_a_new_version_and_the_old_one_stays(world: World):
    paper = sent(world, CALM, define())
    filling.correct(world["alice"], world.charts["alice"], paper)
    view = opened(world, paper)
    assert view.editable
    assert view.corrects
    assert filling.overview(world["alice"], world.charts["alice"]).finished[0].corrects
    answer(world, paper, [3])
    # the press that sent the first version is repeated late: it sends nothing
    send(world, paper, press=f"press-{paper}")
    assert [v.submitted_at is None for v in versions()] == [False, True]
    send(world, paper, press="correction")
    assert [v.version for v in versions()] == [1, 2]
    first, second = (scoring.loaded(v.score) for v in versions())
    assert first is not None
    assert second is not None
    assert (first.total, second.total) == (4, 6)
    assert [v.version for v in opened(world, paper).versions] == [2, 1]


def test_a_correction_can_be_dropped(world: World):
    paper = sent(world, CALM, define())
    chart = world.charts["alice"]
    filling.correct(world["alice"], chart, paper)
    filling.drop_correction(world["alice"], chart, paper)
    assert [v.version for v in versions()] == [1]
    assert not opened(world, paper).editable


def test_only_what_was_sent_is_corrected(world: World):
    paper = ask(world, define())
    with pytest.raises(ConflictError):
        filling.correct(world["alice"], world.charts["alice"], paper)


def test_an_empty_form_that_asks_for_nothing_can_be_sent(world: World):
    with open_system("a form") as work:
        from portal_app.data.models import DocumentDefinition  # noqa: PLC0415

        item = {"linkId": "a", "text": "Anything?", "type": "string"}
        made = DocumentDefinition(
            key="free",
            kind="questionnaire",
            title="Free",
            questionnaire={"resourceType": "Questionnaire", "status": "active", "item": [item]},
        )
        work.session.add(made)
        definition = made.public_id
    paper = ask(world, definition)
    send(world, paper)
    assert row(paper).status == "submitted"


# ---------------------------------------------------------------- what has to be looked at
def test_an_answer_that_calls_for_help_is_said_at_once(world: World):
    paper = ask(world, define())
    last = links()[-1]
    chart, alice = world.charts["alice"], world["alice"]
    assert filling.save_answer(alice, chart, paper, last, (code("phq-9", last, 1),))
    assert opened(world, paper).flagged
    assert not filling.save_answer(alice, chart, paper, last, (code("phq-9", last, 0),))
    assert not opened(world, paper).flagged
    assert opened(world, paper).crisis_line == "988"
    # nothing was sent, so nobody of the practice is called
    assert tasks(world) == []


def test_the_practice_has_one_task_until_somebody_has_looked(world: World):
    paper = sent(world, FLAGGED, define())
    chart = world.charts["alice"]
    assert tasks(world) == ["Look today: Alice Adams"]
    assert tasks(world, "own") == ["Look today: Alice Adams"]
    assert tasks(world, "other") == []
    assert tasks(world, "biller") == []
    world.clock.pass_by(minutes=5)
    alerts.mark_seen(world["own"], chart, paper)
    world.clock.pass_by(minutes=5)
    alerts.mark_seen(world["owner"], chart, paper)
    assert "Look today: Alice Adams" not in tasks(world)
    seen = reviewing.one(world["owner"], chart, paper).seen
    assert seen.startswith("Own, ")
    with open_system("look", writes=False) as work:
        alert = work.session.exec(select(DocumentAlert)).one()
        assert alert.seen_at == datetime(2026, 11, 24, 18, 5, tzinfo=UTC)


def test_a_correction_makes_no_second_task(world: World):
    paper = sent(world, FLAGGED, define())
    chart = world.charts["alice"]
    filling.correct(world["alice"], chart, paper)
    send(world, paper, press="again")
    assert count(DocumentAlert) == 1
    alerts.mark_seen(world["owner"], chart, paper)
    filling.correct(world["alice"], chart, paper)
    send(world, paper, press="once more")
    assert count(DocumentAlert) == 1


def test_a_correction_can_be_what_calls_for_help(world: World):
    paper = sent(world, CALM, define())
    assert count(DocumentAlert) == 0
    filling.correct(world["alice"], world.charts["alice"], paper)
    last = links()[-1]
    filling.save_answer(
        world["alice"], world.charts["alice"], paper, last, (code("phq-9", last, 2),)
    )
    assert send(world, paper, press="again").flagged
    assert count(DocumentAlert) == 1


def test_no_word_of_it_stands_in_a_mail(world: World):
    sent(world, FLAGGED, define())
    with open_system("look", writes=False) as work:
        mails = work.session.exec(select(OutboxMail)).all()
    assert mails
    for mail in mails:
        said = f"{mail.subject}\n{mail.text}".lower()
        assert not any(w in said for w in ("phq", "alice", "988", "hurt", "today", "mood"))


def test_nothing_to_look_at_answers_as_absent(world: World):
    paper = sent(world, CALM, define())
    with pytest.raises(NotFoundError):
        alerts.mark_seen(world["owner"], world.charts["alice"], paper)


# ---------------------------------------------------------------- back and forth
def test_a_document_that_came_back_is_filled_in_anew(world: World):
    paper = sent(world, CALM, define())
    chart = world.charts["alice"]
    reviewing.give_back(world["owner"], chart, paper, ReturnInput(note="Please look again."), URL)
    view = opened(world, paper)
    assert (view.status, view.note, view.editable) == ("returned", "Please look again.", True)
    answer(world, paper, [2])
    assert row(paper).status == "returned"
    send(world, paper, press="second")
    assert row(paper).status == "submitted"
    assert [v.version for v in versions()] == [1, 2]


def test_a_document_that_was_withdrawn_is_gone_and_takes_nothing(world: World):
    from portal_app.services.documents import assigning  # noqa: PLC0415

    paper = ask(world, define())
    chart = world.charts["alice"]
    assigning.withdraw(world["owner"], chart, paper)
    assert filling.overview(world["alice"], chart).to_do == ()
    with pytest.raises(NotFoundError):
        answer(world, paper, [1])


def test_a_document_that_has_ended_says_so(world: World):
    paper = ask(world, define())
    answer(world, paper, CALM)
    with open_system("it ends") as work:
        found = work.session.exec(select(DocumentAssignment)).one()
        found.status, found.finished_at = "expired", work.now
    with pytest.raises(ConflictError):
        answer(world, paper, [1])
    with pytest.raises(ConflictError):
        send(world, paper)
    assert not opened(world, paper).editable


def test_what_differs_from_the_chart_is_proposed_and_not_written(world: World):
    items = [
        {
            "linkId": "first",
            "text": "First name",
            "type": "string",
        },
        {"linkId": "last", "text": "Last name", "type": "string"},
    ]
    from portal_app.data.models import DocumentDefinition  # noqa: PLC0415
    from portal_app.integrations.fhir.questionnaire import write  # noqa: PLC0415
    from portal_app.rules.documents.questionnaire import (  # noqa: PLC0415
        Item,
        ItemKind,
        Questionnaire,
    )

    asked = Questionnaire(
        "Names",
        tuple(
            Item(
                i["linkId"], ItemKind.STRING, words=i["text"], prefill=f"patient.{i['linkId']}_name"
            )
            for i in items
        ),
    )
    with open_system("a form") as work:
        made = DocumentDefinition(
            key="names", kind="admin_form", title="Names", questionnaire=write(asked)
        )
        work.session.add(made)
        definition = made.public_id
    paper = ask(world, definition)
    assert opened(world, paper).answers == {"first": ("Alice",), "last": ("Adams",)}
    filling.save_answer(world["alice"], world.charts["alice"], paper, "last", ("Young",))
    send(world, paper)
    waiting = [(r.field, r.old, r.new, r.state) for r in all_of(ChangeRequest)]
    assert waiting == [("family", "Adams", "Young", "pending")]
    with open_system("look", writes=False) as work:
        assert work.session.exec(select(Patient.family).order_by(Patient.family)).first() == "Adams"
