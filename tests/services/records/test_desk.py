"""The practice's side of the records, and what comes of it on the patient's."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import (
    AmendmentRequest,
    AuditEvent,
    OutboxMail,
    Patient,
    RecordEntry,
    RecordSource,
    StoredFile,
)
from portal_app.data.schemas.records import (
    AddRecordInput,
    AmendInput,
    AmendmentAnswer,
    AmendmentInput,
    LabelInput,
    RecordsFilter,
    ReleaseInput,
    WithdrawInput,
)
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.records import Label
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import files, practice
from portal_app.services.records import amendments, desk, entries, releasing, taking
from portal_app.services.records.due import Releases, sweep_uploads
from tests.bundles import bundle, packed, patient
from tests.world import URL, World

MAY_SEE = {f"{name}@test.example" for name in ("alice", "bob", "ended")}


def who(**over: object) -> dict[str, object]:
    return patient(name=[{"family": "Adams", "given": ["Alice"]}], birthDate=None, **over)


def condition(name: str, key: str = "", **over: object) -> dict[str, object]:
    return {"resourceType": "Condition", "id": key or name, "code": {"text": name}, **over}


def send(world: World, *resources: object, person: object = None) -> str:
    data = packed(bundle(person or who(), *resources))
    return taking.upload(
        world.foundation.store, world["own"], world.charts["alice"], "a.json", data
    )


def take(world: World, *resources: object, **how: object) -> tuple[int, int]:
    file = send(world, *resources)
    command = AddRecordInput.model_validate(how)
    return taking.take(world.foundation.store, world["own"], world.charts["alice"], file, command)


def seen(world: World, actor: str) -> set[str]:
    with access.open(world[actor], Permission.RECORDS_VIEW, chart=world.charts["alice"]) as work:
        rows = work.session.exec(select(RecordEntry).where(entries.visible(work))).all()
        return {entries.load(row).title for row in rows}


def entry(world: World, title: str) -> str:
    view = desk.listed(world["own"], world.charts["alice"], RecordsFilter())
    return next(r.id for r in view.rows if r.title == title and not r.is_amended)


def rows_of(table: type) -> list:  # type: ignore[type-arg]
    with open_system("look", writes=False) as work:
        return list(work.session.exec(select(table)).all())


def test_a_preview_says_what_would_come_and_writes_nothing(world: World):
    take(world, condition("Old"))
    file = send(
        world,
        condition("Old"),
        condition("New"),
        condition("No", verificationStatus={"coding": [{"code": "entered-in-error"}]}),
    )
    before = len(rows_of(RecordEntry)), len(rows_of(RecordSource))
    view = taking.preview(world.foundation.store, world["own"], world.charts["alice"], file)
    assert (view.new, view.duplicates, view.differs) == (1, 1, "")
    assert view.read == (("Diagnoses", 2),)
    assert view.unread == ("Condition 1. It was entered in error.",)
    assert (len(rows_of(RecordEntry)), len(rows_of(RecordSource))) == before
    assert desk.records(world["own"], world.charts["alice"]).upload == file


def test_what_is_released_is_seen_and_the_rest_is_not(world: World):
    take(world, condition("Now"))
    take(world, condition("Later"), when="not")
    with open_system("look", writes=False) as work:
        soon = (world.clock.now + timedelta(hours=2)).astimezone(work.zone)
    take(
        world, condition("Planned"), when="at", day=soon.date(), clock=time(soon.hour, soon.minute)
    )
    assert seen(world, "alice") == {"Now"}
    world.clock.pass_by(hours=3)
    assert seen(world, "alice") == {"Now", "Planned"}
    assert releasing.release(world["own"], world.charts["alice"], ReleaseInput()) == 1
    assert seen(world, "alice") == {"Now", "Later", "Planned"}


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"when": "at"}, "day"),
        ({"when": "at", "day": date(2026, 11, 24)}, "clock"),
        ({"when": "at", "day": date(2026, 11, 23), "clock": time(9)}, "day"),
    ],
)
def test_a_release_at_a_time_that_is_none(world: World, how: dict[str, object], field: str):
    with pytest.raises(InvalidError) as refused:
        take(world, condition("X"), **how)
    assert refused.value.field == field
    assert rows_of(RecordEntry) == []
    assert [f.kind for f in rows_of(StoredFile)] == ["record_upload"]


def test_a_file_about_somebody_else_needs_a_word(world: World):
    with open_system("a birthday is forgotten") as work:
        adams = work.session.exec(select(Patient).where(Patient.family == "Adams")).one()
        adams.birth_date = None
    other = patient(name=[{"family": "Clark", "given": ["Carol"]}])
    file = send(world, condition("X"), person=other)
    chart, store = world.charts["alice"], world.foundation.store
    assert "somebody else" in taking.preview(store, world["own"], chart, file).differs
    with pytest.raises(InvalidError) as refused:
        taking.take(store, world["own"], chart, file, AddRecordInput())
    assert refused.value.field == "is_same_person"
    assert rows_of(RecordEntry) == []
    taking.take(store, world["own"], chart, file, AddRecordInput(is_same_person=True))
    assert len(rows_of(RecordEntry)) == 1
    assert "records.other_name" in {e.action for e in rows_of(AuditEvent)}
    assert next(p for p in rows_of(Patient) if p.family == "Adams").birth_date is None


def test_nothing_is_written_twice(world: World):
    assert take(world, condition("A"), condition("B")) == (2, 0)
    assert take(world, condition("A"), condition("B")) == (0, 2)
    assert len(rows_of(RecordSource)) == 1
    assert take(world, condition("A"), condition("C")) == (1, 1)
    assert len(rows_of(RecordEntry)) == 3


def test_two_of_a_kind_in_one_file_are_two(world: World):
    assert take(world, condition("A", "1"), condition("A", "2")) == (2, 0)


def test_two_sources_with_one_code_are_one_entry(world: World):
    coding = [{"system": "http://snomed.info/sct", "code": "195967001"}]
    take(world, condition("Asthma", code={"text": "Asthma", "coding": coding}))
    coding = [{"system": "urn:oid:2.16.840.1.113883.6.96", "code": "195967001"}]
    assert take(world, condition("x", code={"text": "Bronchial asthma", "coding": coding})) == (
        0,
        1,
    )


def test_a_newer_state_takes_the_place_of_the_older(world: World):
    take(world, condition("A", clinicalStatus={"coding": [{"code": "active"}]}))
    done = condition("A", clinicalStatus={"coding": [{"code": "resolved"}]})
    assert take(world, done) == (1, 0)
    assert take(world, done, condition("B")) == (1, 1)
    held = {entries.load(r).status: r for r in rows_of(RecordEntry)}
    assert held["active"].amended_by_id == held["resolved"].id


@pytest.mark.parametrize("label", [Label.SENSITIVE, Label.PART2, Label.PSYCHOTHERAPY])
def test_a_label_keeps_family_and_psychotherapy_keeps_everybody_out(world: World, label: Label):
    take(world, condition("A"))
    assert seen(world, "bob") == seen(world, "alice") == {"A"}
    key = entry(world, "A")
    releasing.set_label(world["own"], world.charts["alice"], key, LabelInput(label=label))
    assert seen(world, "bob") == set()
    assert seen(world, "alice") == (set() if label is Label.PSYCHOTHERAPY else {"A"})
    if label is Label.PSYCHOTHERAPY:
        with pytest.raises(InvalidError, match="never released"):
            releasing.release(world["own"], world.charts["alice"], ReleaseInput(), key)
        assert releasing.release(world["own"], world.charts["alice"], ReleaseInput()) == 0


def test_what_is_hidden_from_family(world: World):
    take(world, condition("A"))
    hide = LabelInput(hide_from_proxies=True)
    releasing.set_label(world["own"], world.charts["alice"], entry(world, "A"), hide)
    assert (seen(world, "alice"), seen(world, "bob")) == ({"A"}, set())


def test_a_file_says_itself_that_it_is_sensitive(world: World):
    take(world, condition("A", meta={"security": [{"code": "R"}]}))
    take(world, condition("B", meta={"security": [{"code": "PSYTHPN"}]}))
    assert (seen(world, "alice"), seen(world, "bob")) == ({"A"}, set())


def test_what_is_withdrawn_stays_with_its_reason(world: World):
    take(world, condition("A"))
    chart, key = world.charts["alice"], entry(world, "A")
    releasing.withdraw(world["own"], chart, key, WithdrawInput(reason="Another patient’s"))
    assert seen(world, "alice") == set()
    row = desk.listed(world["own"], chart, RecordsFilter(state="withdrawn")).rows[0]
    assert (row.state, row.withdrawn_reason) == ("withdrawn", "Another patient’s")
    with pytest.raises(ConflictError):
        releasing.withdraw(world["own"], chart, key, WithdrawInput(reason="Again"))
    assert take(world, condition("A"), condition("B")) == (1, 1)
    assert seen(world, "alice") == {"B"}


def test_an_amended_entry_keeps_its_old_version(world: World):
    take(world, condition("Asthma"))
    chart, key = world.charts["alice"], entry(world, "Asthma")
    with pytest.raises(InvalidError, match="Nothing is changed"):
        releasing.amend(world["own"], chart, key, AmendInput(title="Asthma"))
    newer = releasing.amend(world["own"], chart, key, AmendInput(title="Asthma, mild"))
    assert seen(world, "alice") == {"Asthma", "Asthma, mild"}
    with pytest.raises(ConflictError):
        releasing.amend(world["own"], chart, key, AmendInput(title="Asthma, hard"))
    rows = {r.public_id: r for r in rows_of(RecordEntry)}
    assert rows[key].amended_by_id == rows[newer].id
    hide = LabelInput(label=Label.SENSITIVE)
    releasing.set_label(world["own"], chart, newer, hide)
    assert seen(world, "bob") == set()
    assert take(world, condition("Asthma"), condition("B")) == (1, 1)


def test_files_inside_are_for_whoever_sees_their_entry(world: World):
    note = {
        "resourceType": "DocumentReference",
        "type": {"text": "Letter"},
        "content": [{"attachment": {"contentType": "text/html", "data": "aGVsbG8="}}],
    }
    take(world, note)
    kinds = {f.kind: f.public_id for f in rows_of(StoredFile)}
    store, chart = world.foundation.store, world.charts["alice"]
    found = files.download(store, world["alice"], kinds["record_file"])
    assert (found.media_type, found.data) == ("text/plain", b"hello")
    assert files.download(store, world["own"], kinds["record_source"]).name == "a.json"
    for actor, kind in (
        ("alice", "record_source"),
        ("carol", "record_file"),
        ("other", "record_file"),
    ):
        with pytest.raises(NotFoundError):
            files.download(store, world[actor], kinds[kind])
    reason = WithdrawInput(reason="Wrong")
    releasing.withdraw(world["own"], chart, entry(world, "Letter"), reason)
    with pytest.raises(NotFoundError):
        files.download(store, world["alice"], kinds["record_file"])


def test_a_refused_file_stays_until_it_is_put_away_or_forgotten(world: World):
    store, chart = world.foundation.store, world.charts["alice"]
    file = taking.upload(store, world["own"], chart, "a.json", b"{}")
    with pytest.raises(InvalidError):
        taking.preview(store, world["own"], chart, file)
    taking.discard(world["own"], chart, file)
    assert rows_of(StoredFile) == []
    taking.upload(store, world["own"], chart, "a.json", b"{}")
    taking.upload(store, world["own"], chart, "b.json", b"{}")
    assert [f.name for f in rows_of(StoredFile)] == ["b.json"]
    assert sweep_uploads() == 0
    world.clock.pass_by(days=2)
    assert sweep_uploads() == 1


def test_a_release_is_told_once_wherever_it_was_made(world: World):
    told: list[frozenset[str]] = []
    ticking = Releases(URL)
    assert ticking.tell() == 0
    take(world, condition("A"))
    take(world, condition("Note"), label="psychotherapy")
    access.on_commit(told.append)
    try:
        assert ticking.tell() == 1
    finally:
        access.on_commit(lambda _: None)
    assert told == [frozenset({entries.topic(world.charts["alice"])})]
    mails = [m for m in rows_of(OutboxMail) if m.kind == "news"]
    assert {m.address for m in mails} == MAY_SEE
    assert all("Note" not in m.text and "Condition" not in m.text for m in mails)
    assert ticking.tell() == Releases(URL).tell() - 1 == 0
    assert len([m for m in rows_of(OutboxMail) if m.kind == "news"]) == len(mails)


def test_a_wish_is_answered_and_seen(world: World):
    take(world, condition("A"))
    chart, key = world.charts["alice"], entry(world, "A")
    wish = AmendmentInput(text="It was the left knee")
    asked = amendments.request_amendment(world["alice"], chart, wish, "k", key)
    again = amendments.request_amendment(world["alice"], chart, wish, "k", key)
    assert asked == again
    assert (asked.about, asked.status, asked.due_on) == ("A", "open", date(2027, 1, 23))
    titles = [t.title for t in practice.today(world["own"]).tasks]
    assert titles == ["Answer: a request to correct the record"]
    assert practice.today(world["other"]).tasks == ()
    no = AmendmentAnswer(is_accepted=False)
    with pytest.raises(InvalidError) as refused:
        amendments.answer_amendment(world["own"], chart, asked.id, no, URL)
    assert refused.value.field == "answer"
    why = AmendmentAnswer(is_accepted=False, answer="The report says right")
    amendments.answer_amendment(world["own"], chart, asked.id, why, URL)
    with pytest.raises(ConflictError):
        amendments.answer_amendment(world["own"], chart, asked.id, why, URL)
    assert practice.today(world["own"]).tasks == ()
    with access.open(world["alice"], Permission.RECORDS_VIEW, chart=chart) as work:
        (found,) = amendments.requests(work)
    assert (found.status, found.answer) == ("declined", "The report says right")
    assert {m.address for m in rows_of(OutboxMail)} == MAY_SEE


def test_a_wish_about_what_is_not_seen_is_not_found(world: World):
    take(world, condition("A"), when="not")
    key = entry(world, "A")
    wish = AmendmentInput(text="x")
    for who_asks in ("alice", "bob"):
        with pytest.raises(NotFoundError):
            amendments.request_amendment(world[who_asks], world.charts["alice"], wish, "k", key)
    assert rows_of(AmendmentRequest) == []
