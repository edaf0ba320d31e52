"""Consents: what is shown is what is hashed, signed and kept, by whom, and never half."""

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from pypdf import PdfReader
from sqlalchemy.exc import DBAPIError

from portal_app.data.models import (
    AuditEvent,
    ConsentEvent,
    ConsentPaper,
    ConsentSignature,
    DisclosureAcceptance,
    DocumentAssignment,
    Grant,
    StoredFile,
)
from portal_app.data.schemas.consents import ConsentInput
from portal_app.integrations import pdf
from portal_app.integrations.files import FileStore
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError, SignedOutError
from portal_app.security import access, sealing
from portal_app.security.system import open_system
from portal_app.services import files, practice
from portal_app.services.documents.consents import (
    checking,
    definitions,
    desk,
    ending,
    showing,
    signing,
)
from tests.consent_world import (
    WORDS,
    all_of,
    assign,
    born,
    data_of,
    define,
    sign,
    view,
    wish,
)
from tests.world import World

pytestmark = pytest.mark.seed("S30")


@pytest.fixture(scope="module", autouse=True)
def process():
    pdf.warm().result(60)
    yield
    pdf.stop()


def words(data: bytes) -> str:
    return "\n".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)


# ---------------------------------------------------------------- shown
def test_what_is_downloaded_are_the_exact_bytes_that_are_hashed(world: World):
    document = assign(world)
    shown = view(world, document)
    first, again = data_of(world, shown.file), data_of(world, view(world, document).file)
    assert first == again
    assert hashlib.sha256(first).hexdigest() == shown.sha256
    assert "Words for Alice Adams." in words(first)
    assert len(all_of(ConsentPaper)) == 1


def test_many_that_open_it_first_see_the_same_bytes(world: World):
    document = assign(world)
    with ThreadPoolExecutor(6) as pool:
        people = ["alice", "bob"] * 4
        seen = set(pool.map(lambda who: view(world, document, who).sha256, people))
    assert len(seen) == 1
    assert len(all_of(ConsentPaper)) == 1
    assert len([f for f in all_of(StoredFile) if f.kind == "consent"]) == 1


def test_a_name_is_never_read_as_markdown(world: World):
    with open_system("an odd name") as work:
        row = work.session.exec(practice.pick(practice.Patient)).first()
        assert row
        row.given, row.search_name = "**A** [x](http://e.example) <b>", "x"
        work.session.add(row)
    data = data_of(world, view(world, assign(world)).file)
    assert "**A** [x](http://e.example) <b>" in words(data).replace("\n", " ")
    assert "e.example" not in str(PdfReader(io.BytesIO(data)).pages[0].get("/Annots"))


def test_a_changed_definition_leaves_what_was_assigned(world: World):
    definition = define(world)
    document = assign(world, definition)
    command = ConsentInput(title="New", markdown="Other words.")
    definitions.write(world["owner"], command, definition)
    assert view(world, document).parts == ("Words for Alice Adams.",)


# ---------------------------------------------------------------- signed
def test_a_signature_keeps_its_evidence_and_its_file(world: World):
    document = assign(world)
    before = view(world, document)
    world.clock.pass_by(minutes=3)
    strokes = [[[10, 20], [30, 40]], [[5, 5]]]
    after = sign(world, document, strokes=strokes)
    assert (after.state, after.signed_by_me) == ("signed", True)
    (row,) = all_of(ConsentSignature)
    facts = json.loads(row.evidence)
    assert facts["document"]["sha256"] == before.sha256
    assert facts["document"]["id"] == document
    assert facts["signer"] == {
        "user": str(world.users["alice"]),
        "name": "Alice",
        "typed": "Alice Adams",
        "email": "alice@test.example",
    }
    assert facts["for"] == {
        "patient": "Alice Adams",
        "relationship": "self",
        "authority": "the patient",
    }
    assert facts["sign_in"]["method"] == "password"
    assert facts["sign_in"]["session"] == "session-alice"
    assert facts["from"]["ip"] == "192.0.2.1"
    assert facts["drawn"] == "M10 20L30 40 M5 5L5 5"
    times = facts["times"]
    assert times["opened"]["utc"] < times["signed"]["utc"] == "2026-11-24T18:03:00+00:00"
    assert times["signed"]["local"] == "2026-11-24T10:03:00-08:00"
    assert times["created"]
    assert times["sent"]
    assert facts["intent"] == "I have read this document and I agree to it."
    assert signing.evidence_holds(row)
    row.evidence = row.evidence.replace("192.0.2.1", "192.0.2.2")
    assert not signing.evidence_holds(row)
    logged = [e.action for e in all_of(AuditEvent)]
    assert logged.count("documents.sign") == 1


def test_the_signed_file_holds_the_original_pages_and_the_evidence(world: World):
    document = assign(world)
    original = data_of(world, view(world, document).file)
    signed = data_of(world, sign(world, document).signed_file)
    one, two = PdfReader(io.BytesIO(original)), PdfReader(io.BytesIO(signed), strict=True)
    assert len(two.pages) > len(one.pages)
    for ours, theirs in zip(one.pages, two.pages, strict=False):
        mine, other = ours["/Contents"].get_object(), theirs["/Contents"].get_object()
        assert mine._data == other._data  # type: ignore[attr-defined]
        assert ours.mediabox == theirs.mediabox
    proof = "\n".join(p.extract_text() for p in list(two.pages)[len(one.pages) :])
    flat = "".join(proof.split())
    for fact in (
        "Consent to video visits",
        "Alice Adams",
        "alice@test.example",
        "password",
        "192.0.2.1",
        "November 24, 2026 at 10:00 AM PST",
        "America/Los_Angeles",
        hashlib.sha256(original).hexdigest(),
    ):
        assert "".join(fact.split()) in flat, fact


def test_a_repeated_press_and_a_second_tab_sign_once(world: World):
    document = assign(world)
    shown = view(world, document)
    chart = world.charts["alice"]
    with ThreadPoolExecutor(6) as pool:
        found = set(
            pool.map(lambda _: signing.sign(world["alice"], chart, document, wish(shown)), range(6))
        )
    assert len(found) == 1
    assert len(all_of(ConsentSignature)) == 1
    assert len([f for f in all_of(StoredFile) if f.kind == "consent.signed"]) == 1
    assert [e.kind for e in all_of(ConsentEvent)].count("signed") == 1
    assert len(all_of(DisclosureAcceptance)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agreed": False}, "agreed"),
        ({"name": "   "}, "name"),
        ({"name": "... 1"}, "name"),
        ({"accepts_screen": False}, "accepts_screen"),
        ({"strokes": [[[1, 2, 3]]]}, "strokes"),
        ({"strokes": [[[-1, 2]]]}, "strokes"),
        ({"strokes": [[[1, 99999]]]}, "strokes"),
        ({"strokes": [[["1", 2]]]}, "strokes"),
        ({"strokes": [[[1, 2]] * 7000]}, "strokes"),
        ({"strokes": {"a": 1}}, "strokes"),
    ],
)
def test_what_is_not_whole_is_not_signed(world: World, change: dict[str, object], field: str):
    document = assign(world)
    shown = view(world, document)
    with pytest.raises(InvalidError) as refused:
        signing.sign(world["alice"], world.charts["alice"], document, wish(shown, **change))
    assert refused.value.field == field
    assert all_of(ConsentSignature) == []


def test_a_document_of_several_pages_is_read_to_the_end_first(world: World):
    document = assign(world, define(world, WORDS))
    shown = view(world, document)
    chart = world.charts["alice"]
    assert (len(shown.parts), shown.is_read) == (2, False)
    with pytest.raises(InvalidError) as refused:
        signing.sign(world["alice"], chart, document, wish(shown))
    assert refused.value.field == "agreed"
    showing.mark_read(world["bob"], chart, document)  # somebody else has read it
    assert not view(world, document).is_read
    showing.mark_read(world["alice"], chart, document)
    assert view(world, document).is_read
    signing.sign(world["alice"], chart, document, wish(shown))


def test_taking_the_file_is_as_good_as_turning_the_pages(world: World):
    document = assign(world, define(world, WORDS))
    data_of(world, view(world, document).file)
    assert view(world, document).is_read


def test_other_bytes_than_those_on_the_page_are_not_signed(world: World):
    document = assign(world)
    shown = view(world, document)
    with pytest.raises(ConflictError, match="changed"):
        signing.sign(world["alice"], world.charts["alice"], document, wish(shown, sha256="0" * 64))
    assert all_of(ConsentSignature) == []


def test_swapped_bytes_in_the_store_are_not_signed(world: World, monkeypatch: pytest.MonkeyPatch):
    document = assign(world)
    shown = view(world, document)
    monkeypatch.setattr(files, "content", lambda *_: b"%PDF-1.7 swapped")
    with pytest.raises(ConflictError, match="changed"):
        signing.sign(world["alice"], world.charts["alice"], document, wish(shown))


def test_agreeing_to_sign_on_screen_is_asked_once(world: World):
    first = assign(world)
    assert not view(world, first).accepted_screen
    sign(world, first)
    second = assign(world)
    assert view(world, second).accepted_screen
    sign(world, second, accepts_screen=False)
    assert len(all_of(DisclosureAcceptance)) == 1


# ---------------------------------------------------------------- who
@pytest.mark.parametrize(
    "who",
    ["anonymous", "half", "bea", "exbob", "carol", "disabled", "ended", "owner", "own", "desk"],
)
def test_nobody_else_signs_or_opens(world: World, who: str):
    document = assign(world)
    shown = view(world, document)
    chart = world.charts["alice"]
    for attempt in (
        lambda: view(world, document, who),
        lambda: signing.sign(world[who], chart, document, wish(shown)),
        lambda: ending.decline(world[who], chart, document, "no"),
        lambda: ending.withdraw(world[who], chart, document, "no"),
        lambda: showing.mark_read(world[who], chart, document),
    ):
        with pytest.raises((NotFoundError, SignedOutError)):
            attempt()
    assert all_of(ConsentSignature) == []


def test_a_proxy_without_the_scope_sees_nothing_and_signs_nothing(world: World):
    document = assign(world)
    shown = view(world, document)
    with open_system("the right to sign ends") as work:
        for grant in work.session.exec(practice.pick(Grant)).all():
            if grant.user_id == world.users["bob"]:
                grant.scopes = [s for s in grant.scopes if s != "documents.sign"]
                work.session.add(grant)
    with pytest.raises(NotFoundError):
        view(world, document, "bob")
    with pytest.raises(NotFoundError):
        signing.sign(world["bob"], world.charts["alice"], document, wish(shown))


def test_the_evidence_of_a_proxy_names_her_and_her_right(world: World):
    sign(world, assign(world), "bob", name="Bob Adams")
    (row,) = all_of(ConsentSignature)
    facts = json.loads(row.evidence)
    assert facts["for"]["relationship"] == "spouse"
    assert facts["signer"]["email"] == "bob@test.example"


def make_guardians(world: World) -> None:
    with open_system("guardians") as work:
        for grant in work.session.exec(practice.pick(Grant)).all():
            if grant.user_id in {world.users["bob"], world.users["exbob"]}:
                grant.relationship, grant.basis, grant.valid_until = "parent", "court order", None
                work.session.add(grant)


def test_for_a_minor_the_guardian_signs(world: World):
    born(world, date(2012, 1, 1))
    document = assign(world)
    with pytest.raises(NotFoundError):
        view(world, document, "alice")
    with pytest.raises(NotFoundError):
        view(world, document, "bob")  # a spouse is no guardian
    make_guardians(world)
    assert sign(world, document, "bob").state == "signed"
    facts = json.loads(all_of(ConsentSignature)[0].evidence)
    assert facts["for"]["authority"] == "parent, court order"


def test_a_minor_signs_what_a_minor_may_sign(world: World):
    born(world, date(2012, 1, 1))
    assert sign(world, assign(world, define(world, minor_signs=True))).state == "signed"


def test_two_guardians_sign_one_document(world: World):
    born(world, date(2012, 1, 1))
    make_guardians(world)
    document = assign(world, completed_by="both")
    first = sign(world, document, "bob")
    assert first.state == "waiting"
    assert all_of(DocumentAssignment)[0].status == "in_progress"
    second = sign(world, document, "exbob", name="Ex Adams")
    assert second.state == "signed"
    assert [s.name for s in second.signatures] == ["Alice Adams", "Ex Adams"]
    store = world.foundation.store
    files_ = [f for f in all_of(StoredFile) if f.kind == "consent.signed"]
    assert len(files_) == 2
    for file in files_:
        assert sealing.is_genuine(access.keyring(), files.content(store, file))
    last = data_of(world, second.signed_file, "exbob")
    assert "Ex Adams" in words(last)
    assert words(last).count("Server’s key") == 2


def test_two_guardians_at_the_same_moment_are_both_in_the_file(world: World):
    born(world, date(2012, 1, 1))
    make_guardians(world)
    document = assign(world, completed_by="both")
    shown = {who: view(world, document, who) for who in ("bob", "exbob")}
    chart = world.charts["alice"]
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda who: signing.sign(world[who], chart, document, wish(shown[who], name=who)),
                shown,
            )
        )
    after = view(world, document, "bob")
    assert after.state == "signed"
    assert words(data_of(world, after.signed_file, "bob")).count("Server’s key") == 2


def test_a_document_for_the_patient_alone_is_not_a_proxys(world: World):
    document = assign(world, completed_by="patient")
    with pytest.raises(NotFoundError):
        view(world, document, "bob")
    assert sign(world, document).state == "signed"


# ---------------------------------------------------------------- no, and later
def test_declining_needs_a_reason_and_ends_the_asking(world: World):
    document = assign(world)
    shown = view(world, document)
    chart = world.charts["alice"]
    with pytest.raises(InvalidError):
        ending.decline(world["alice"], chart, document, "  ")
    ending.decline(world["alice"], chart, document, "I want to talk first.")
    after = view(world, document)
    assert (after.state, after.reason) == ("declined", "I want to talk first.")
    with pytest.raises(ConflictError):
        signing.sign(world["alice"], chart, document, wish(shown))
    assert [t.title for t in practice.today(world["own"]).tasks] == [
        "Consent: Consent to video visits"
    ]
    desk.acknowledge(world["own"], chart, document)
    assert practice.today(world["own"]).tasks == ()


def test_taking_a_consent_back_deletes_nothing(world: World):
    document = assign(world)
    signed = sign(world, document)
    before = data_of(world, signed.signed_file)
    chart = world.charts["alice"]
    ending.withdraw(world["alice"], chart, document, "No more.")
    after = view(world, document)
    assert after.state == "withdrawn"
    assert data_of(world, after.signed_file) == before
    assert checking.check(before, "192.0.2.9").genuine
    assert len(all_of(ConsentSignature)) == 1
    with pytest.raises(ConflictError):
        ending.withdraw(world["alice"], chart, document, "Again.")
    with pytest.raises(NotFoundError):
        ending.withdraw(world["bob"], chart, document, "Not mine.")
    assert desk.signed_copy(world["own"], chart, document).reason == "Alice: No more."


def test_the_clinician_signs_beside_it(world: World):
    document = assign(world, define(world, countersign=True))
    chart = world.charts["alice"]
    with pytest.raises(ConflictError):
        signing.counter_sign(world["own"], chart, document)
    sign(world, document)
    assert [t.title for t in practice.today(world["own"]).tasks] == [
        "Sign: Consent to video visits"
    ]
    assert practice.today(world["owner"]).tasks == ()
    for who in ("owner", "desk", "other", "alice"):
        with pytest.raises(NotFoundError):
            signing.counter_sign(world[who], chart, document)
    assert desk.signed_copy(world["own"], chart, document).counter_sign
    signing.counter_sign(world["own"], chart, document)
    signing.counter_sign(world["own"], chart, document)
    assert practice.today(world["own"]).tasks == ()
    copy = desk.signed_copy(world["owner"], chart, document)
    assert [(s.name, s.counter) for s in copy.signatures] == [("Alice Adams", False), ("Own", True)]
    assert (copy.state, copy.counter_sign) == ("reviewed", False)
    data = data_of(world, copy.file, "owner")
    assert "Clinician’s signature: Own" in words(data)
    assert checking.check(data, "192.0.2.9").genuine


# ---------------------------------------------------------------- whole or not at all
@pytest.mark.parametrize("breaks", ["before", "after"])
def test_a_failing_store_leaves_no_signature(
    world: World, monkeypatch: pytest.MonkeyPatch, breaks: str
):
    document = assign(world)
    shown = view(world, document)
    chart = world.charts["alice"]
    write = FileStore.write

    def failing(self: FileStore, name: str, owner: str, data: bytes) -> bytes:
        if breaks == "after":
            write(self, name, owner, data)
        raise OSError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(FileStore, "write", failing)
        with pytest.raises(OSError, match="no room"):
            signing.sign(world["alice"], chart, document, wish(shown))
    assert all_of(ConsentSignature) == []
    assert all_of(DisclosureAcceptance) == []
    assert "signed" not in {e.kind for e in all_of(ConsentEvent)}
    assert view(world, document).state == "open"
    signing.sign(world["alice"], chart, document, wish(shown))
    assert view(world, document).state == "signed"


def test_a_failing_commit_leaves_no_signature(world: World, monkeypatch: pytest.MonkeyPatch):
    document = assign(world)
    shown = view(world, document)

    def failing(*_: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(signing, "finish", failing)
        with pytest.raises(RuntimeError):
            signing.sign(world["alice"], world.charts["alice"], document, wish(shown))
    assert all_of(ConsentSignature) == []
    assert not any(f.kind == "consent.signed" for f in all_of(StoredFile))


# ---------------------------------------------------------------- checked in public
def test_anybody_can_check_and_is_told_what_the_file_says(world: World):
    data = data_of(world, sign(world, assign(world)).signed_file)
    found = checking.check(data, "192.0.2.9")
    assert (found.genuine, found.title) == (True, "Consent to video visits")
    assert found.signed == "November 24, 2026 at 10:00 AM PST"
    assert found.practice == "Test practice"


def test_an_unsigned_or_changed_file_is_not_genuine(world: World):
    document = assign(world)
    original = data_of(world, view(world, document).file)
    assert not checking.check(original, "192.0.2.9").genuine
    signed = data_of(world, sign(world, document).signed_file)
    for at in range(0, len(signed), len(signed) // 40):
        changed = bytearray(signed)
        changed[at] ^= 1
        assert not checking.check(bytes(changed), "192.0.2.9").genuine, at


def test_checking_is_limited_by_size_and_number(world: World, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InvalidError):
        checking.check(b"", "192.0.2.9")
    with pytest.raises(InvalidError):
        checking.check(b"x" * (checking.FILE_MOST + 1), "192.0.2.9")
    monkeypatch.setattr(checking, "CHECKS", checking.Limit(per_hour=3, grows=False))
    for _ in range(3):
        checking.check(b"x", "192.0.2.9")
    with pytest.raises(checking.TooManyError):
        checking.check(b"x", "192.0.2.9")
    assert not checking.check(b"x", "192.0.2.10").genuine


def test_the_practice_reads_the_signed_file_and_nobody_else(world: World):
    after = sign(world, assign(world))
    for who in ("alice", "bob", "owner", "own", "desk"):
        assert data_of(world, after.signed_file, who)
    for who in ("bea", "exbob", "carol", "other", "nothing", "biller", "anonymous"):
        for file in (after.signed_file, after.file):
            with pytest.raises((NotFoundError, SignedOutError)):
                data_of(world, file, who)


@pytest.mark.parametrize("table", [ConsentPaper, ConsentEvent, ConsentSignature])
@pytest.mark.parametrize("how", ["change", "delete"])
def test_the_database_refuses_to_change_what_was_signed(world: World, table: type, how: str):
    sign(world, assign(world))
    with pytest.raises(DBAPIError):
        meddle(table, how)


def meddle(table: type, how: str) -> None:
    with open_system("a hand in the database") as work:
        row = work.session.exec(practice.pick(table)).first()
        assert row is not None
        if how == "delete":
            work.session.delete(row)
        else:
            at = {ConsentPaper: "made_at", ConsentSignature: "signed_at"}.get(table, "at")
            setattr(row, at, work.now.replace(year=2020))
            work.session.add(row)
        work.session.flush()
