"""Instructions: shared in versions, read, ticked, taken back, and nobody else's business."""

import io

import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from portal_app.data.models import Instruction, InstructionMark, InstructionVersion, OutboxMail
from portal_app.data.schemas.instructions import InstructionInput
from portal_app.integrations import pdf
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.services.instructions import reading, writing
from tests.schedule_world import all_of
from tests.world import URL, World

TEXT = "# Sleep\n\n- Get up at **seven**.\n\n<script>alert(1)</script>"


def wish(title: str = "Plan", text: str = TEXT, steps: str = "", *, asks: bool = False):
    return InstructionInput(title=title, text=text, steps=steps, asks=asks)


def share(world: World, note: str = "", **values: object) -> str:
    return writing.share(world["own"], world.charts["alice"], note, wish(**values), URL)  # type: ignore[arg-type]


def titles(world: World, who: str = "alice") -> list[tuple[str, bool]]:
    return [(r.title, r.is_new) for r in reading.notes(world[who], world.charts["alice"]).rows]


def opened(world: World, note: str, who: str = "alice", version: str = ""):
    found = reading.note(world[who], world.charts["alice"], note, version).open
    assert found is not None
    return found


@pytest.mark.seed("S31")
def test_what_is_shared_is_new_until_each_person_has_opened_it(world: World):
    note = share(world)
    assert titles(world) == titles(world, "bob") == [("Plan", True)]
    view = opened(world, note)
    assert (view.title, view.author, view.version) == ("Plan", "Own", 1)
    assert titles(world) == [("Plan", False)]
    assert titles(world, "bob") == [("Plan", True)]
    opened(world, note)
    assert [m.what for m in all_of(InstructionMark)] == ["opened"]


def test_a_new_version_is_new_again_and_the_old_one_can_be_read(world: World):
    note = share(world, steps="One\nTwo")
    opened(world, note)
    share(world, note, title="Plan, changed", text="Other words", steps="Two\nThree")
    assert titles(world) == [("Plan, changed", True)]
    assert opened(world, note, version="1").text == TEXT.strip()
    assert titles(world) == [("Plan, changed", True)]
    assert opened(world, note).text == "Other words"
    assert [s.words for s in opened(world, note).steps] == ["Two", "Three"]
    for wrong in ("0", "3", "-1", "x"):
        with pytest.raises(NotFoundError):
            opened(world, note, version=wrong)


def test_readers_are_told_of_each_version_without_a_word_of_it(world: World):
    note = share(world)
    share(world, note, title="Sertraline")
    mails = all_of(OutboxMail)
    assert len(mails) == 6
    assert len({m.unique_key for m in mails}) == 6
    assert not any("Sertraline" in m.text + m.subject or "Alice" in m.text for m in mails)


def test_steps_are_ticked_by_whoever_does_them_and_taken_back_by_the_same(world: World):
    note, chart = share(world, steps="Walk\nSleep"), world.charts["alice"]
    reading.tick(world["bob"], chart, note, 1, 0, done=True)
    reading.tick(world["bob"], chart, note, 1, 0, done=True)
    walk, sleep = opened(world, note).steps
    assert (walk.done_by, walk.is_own, sleep.done_by) == ("Bob", False, "")
    reading.tick(world["alice"], chart, note, 1, 0, done=False)
    assert opened(world, note).steps[0].done_by == "Bob"
    reading.tick(world["bob"], chart, note, 1, 0, done=False)
    assert opened(world, note).steps[0].done_by == ""
    for wrong in (2, -1):
        with pytest.raises(NotFoundError):
            reading.tick(world["alice"], chart, note, 1, wrong, done=True)


def test_the_practice_sees_who_has_opened_and_who_has_read(world: World):
    note, chart = share(world, steps="Walk", asks=True), world.charts["alice"]
    opened(world, note, "bob")
    assert opened(world, note).asks
    reading.mark_read(world["alice"], chart, note, 1)
    reading.tick(world["alice"], chart, note, 1, 0, done=True)
    (row,) = writing.shared(world["own"], chart).rows
    assert [line.split(",")[0] for line in row.read] == ["Opened by Bob", "Read by Alice"]
    assert row.steps == "1 of 1 steps done"
    assert opened(world, note).read_at == world.clock.now


def test_a_draft_is_seen_by_nobody_and_goes_out_whole(world: World):
    chart = world.charts["alice"]
    half = InstructionInput.model_construct(title="", text="x" * 21_000, steps="", asks=False)
    note = writing.save_draft(world["own"], chart, "", half)
    assert titles(world) == []
    with pytest.raises(NotFoundError):
        opened(world, note)
    assert writing.open_note(world["own"], chart, note).text == half.text
    (row,) = writing.shared(world["own"], chart).rows
    assert (row.title, row.has_draft, row.version) == ("Untitled", True, 0)
    writing.save_draft(world["own"], chart, note, wish("Later"))
    share(world, note, title="Later")
    assert titles(world) == [("Later", True)]
    writing.save_draft(world["own"], chart, note, wish("Even later"))
    assert titles(world) == [("Later", True)]
    writing.discard(world["own"], chart, note)
    assert writing.open_note(world["own"], chart, note).title == "Later"
    with pytest.raises(InvalidError):
        writing.save_draft(
            world["own"], chart, note, wish().model_copy(update={"text": "x" * 70_000})
        )


def test_a_draft_that_was_never_shared_goes_with_its_note(world: World):
    note = writing.save_draft(world["own"], world.charts["alice"], "", wish())
    with pytest.raises(NotFoundError):
        writing.set_shown(world["own"], world.charts["alice"], note, shown=True)
    writing.discard(world["own"], world.charts["alice"], note)
    assert all_of(Instruction) == []


def test_what_was_taken_back_is_gone_and_comes_back_with_its_marks(world: World):
    note, chart = share(world), world.charts["alice"]
    opened(world, note)
    writing.set_shown(world["own"], chart, note, shown=False)
    assert titles(world) == []
    for call in (
        lambda: opened(world, note),
        lambda: reading.mark_read(world["alice"], chart, note, 1),
        lambda: reading.as_pdf(world["alice"], chart, note),
    ):
        with pytest.raises(NotFoundError):
            call()
    writing.set_shown(world["own"], chart, note, shown=True)
    assert titles(world) == [("Plan", False)]


def test_a_note_of_one_chart_is_not_found_through_another(world: World):
    note = share(world)
    for who, chart in (("alice", "alice2"), ("carol", "carol")):
        assert reading.notes(world[who], world.charts[chart]).rows == ()
        with pytest.raises(NotFoundError):
            reading.note(world[who], world.charts[chart], note)
    with pytest.raises(NotFoundError):
        writing.share(world["other"], world.charts["alice2"], note, wish(), URL)
    assert len(all_of(InstructionVersion)) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"steps": "\n".join("abcdefghijklm")}, "at most 12 steps"),
        ({"steps": "x" * 201}, "at most 200 characters"),
    ],
)
def test_bad_input_is_refused_at_its_field(values: dict[str, str], words: str):
    with pytest.raises(ValidationError, match=words):
        wish(**values)  # type: ignore[arg-type]


def test_the_pdf_holds_the_note_and_nothing_runs_in_it(world: World):
    note = share(world, title="Plan <b>A</b>", steps="Walk")
    try:
        name, data = reading.as_pdf(world["alice"], world.charts["alice"], note)
    finally:
        pdf.stop()
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)
    assert name.endswith(".pdf")
    for words in ("Plan <b>A</b>", "Shared by Own", "Get up at seven", "To do: Walk", "<script>"):
        assert words in text


def test_the_list_is_bounded_and_the_newest_come_first(world: World):
    for number in range(52):
        world.clock.pass_by(seconds=1)
        share(world, title=f"Note {number}")
    shown = [title for title, _ in titles(world)]
    assert shown == [f"Note {n}" for n in range(51, 1, -1)]
    assert len(writing.shared(world["own"], world.charts["alice"]).rows) == 50
