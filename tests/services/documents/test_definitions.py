"""Forms as the practice makes them: versions, drafts, what never changes again."""

import json
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from portal_app.data.instruments import scales
from portal_app.data.models import DocumentDefinition
from portal_app.data.schemas.definitions import (
    BuilderView,
    FormInput,
    ItemInput,
    NewFormInput,
    input_of,
)
from portal_app.rules.documents.questionnaire import Condition, ItemKind, Option
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.security.system import open_system
from portal_app.services.documents import definitions, form_files, form_items, form_scores
from tests.world import World

TEXT = ItemInput(words="What brings you here?", asked_as="text", required=True)


def asked(words: str, asked_as: str, **more: Any) -> ItemInput:
    return ItemInput(words=words, asked_as=asked_as, **more)


def begun(world: World, kind: str = "questionnaire") -> str:
    return definitions.create(world["own"], NewFormInput(title="Intake", kind=kind))


def published(world: World) -> str:
    draft = begun(world)
    form_items.add_item(world["own"], draft, TEXT)
    definitions.publish(world["own"], draft)
    return draft


def imported(world: World, resource: dict[str, Any]) -> str:
    return form_files.take_over(world["own"], json.dumps(resource).encode())


def phq9(**more: Any) -> dict[str, Any]:
    return {**(scales()["phq-9"].questionnaire or {}), **more}


def test_a_form_is_begun_filled_and_put_into_use(world: World):
    draft = begun(world)
    view = form_items.add_item(world["own"], draft, TEXT)
    assert [i.words for i in view.form.items] == ["What brings you here?"]
    view = form_items.save_head(
        world["own"], draft, FormInput(title="First visit", description="Hello")
    )
    assert (view.form.title, view.form.description, view.is_draft) == ("First visit", "Hello", True)
    view = definitions.publish(world["own"], draft)
    assert (view.status, view.version) == ("active", 1)
    row = definitions.listing(world["own"]).rows[0]
    assert (row.id, row.title, row.version, row.status, row.has_draft) == (
        draft,
        "First visit",
        1,
        "active",
        False,
    )


def test_a_version_in_use_stays_as_it_is(world: World):
    form = published(world)
    link = definitions.builder(world["own"], form).form.items[0].link_id
    for change in (
        lambda: form_items.save_head(world["own"], form, FormInput(title="Other")),
        lambda: form_items.add_item(world["own"], form, TEXT),
        lambda: form_items.change_item(world["own"], form, link, TEXT),
        lambda: form_items.move_item(world["own"], form, link, 1),
        lambda: form_items.remove_item(world["own"], form, link),
        lambda: definitions.publish(world["own"], form),
        lambda: definitions.discard(world["own"], form),
    ):
        with pytest.raises(ConflictError):
            change()
    assert definitions.builder(world["own"], form).form.items[0].words == TEXT.words


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"questionnaire": {"item": []}},
        {"version": 9},
        {"markdown": "Other"},
        {"status": "draft"},
    ],
)
def test_the_database_holds_it_too(world: World, change: dict[str, Any]):
    form = published(world)
    statement = (
        update(DocumentDefinition).where(DocumentDefinition.public_id == form).values(**change)
    )  # type: ignore[arg-type]
    with (
        pytest.raises(IntegrityError, match="documentdefinition_immutable"),
        open_system("test") as work,
    ):
        work.session.execute(statement)


def test_what_is_decided_about_a_version_may_change(world: World):
    form = published(world)
    with open_system("test") as work:
        row = work.session.exec(select(DocumentDefinition)).one()
        row.settings = {"minutes": 5}
        work.session.add(row)
    definitions.set_retired(world["own"], form, retired=True)
    assert definitions.builder(world["own"], form).status == "retired"


def test_a_change_is_the_next_version(world: World):
    first = published(world)
    draft = definitions.begin(world["own"], first)
    assert definitions.begin(world["own"], first) == draft
    assert definitions.builder(world["own"], first).draft == draft
    form_items.add_item(world["own"], draft, asked("Anything else?", "string"))
    assert definitions.listing(world["own"]).rows[0].has_draft
    view = definitions.publish(world["own"], draft)
    assert view.version == 2
    assert len(definitions.builder(world["own"], first).form.items) == 1
    assert definitions.builder(world["own"], first).status == "superseded"
    rows = definitions.listing(world["own"]).rows
    assert [(r.id, r.version) for r in rows] == [(draft, 2)]


def test_a_draft_can_be_thrown_away(world: World):
    first = published(world)
    draft = definitions.begin(world["own"], first)
    definitions.discard(world["own"], draft)
    with pytest.raises(NotFoundError):
        definitions.builder(world["own"], draft)
    assert definitions.listing(world["own"]).rows[0].id == first


def test_a_form_without_a_question_is_not_put_into_use(world: World):
    draft = begun(world)
    form_items.add_item(world["own"], draft, asked("Welcome", "display"))
    with pytest.raises(InvalidError, match="no question"):
        definitions.publish(world["own"], draft)


def test_retired_and_back(world: World):
    form = published(world)
    definitions.set_retired(world["own"], form, retired=True)
    view = definitions.listing(world["own"])
    assert view.rows == ()
    assert [r.id for r in view.retired] == [form]
    definitions.set_retired(world["own"], form, retired=False)
    assert definitions.listing(world["own"]).rows[0].status == "active"


# ---------------------------------------------------------------- questions
def whole(world: World) -> tuple[str, BuilderView]:
    draft = begun(world)
    form_items.add_item(world["own"], draft, asked("Sleep", "group"))
    view = form_items.add_item(
        world["own"], draft, asked("How often?", "choice", options="Never = 0\nOften = 3")
    )
    form_items.add_item(
        world["own"], draft, asked("In a section", "boolean"), view.form.items[0].link_id
    )
    view = form_items.add_item(
        world["own"], draft, asked("Why?", "text", when=view.form.items[1].link_id, answer="Often")
    )
    return draft, view


def test_questions_of_every_kind_stand_where_they_were_put(world: World):
    _, view = whole(world)
    section, choice, why = view.form.items
    assert section.kind is ItemKind.GROUP
    assert [i.words for i in section.items] == ["In a section"]
    assert choice.options == (
        Option("a1", "Never", ordinal=0.0),
        Option("a2", "Often", ordinal=3.0),
    )
    assert why.enable == (Condition(choice.link_id, "=", "a2"),)
    assert input_of(why, view.form).answer == "Often"


def test_an_answer_whose_words_stay_keeps_its_code(world: World):
    draft, view = whole(world)
    choice = view.form.items[1]
    command = asked("How often?", "choice", options="Sometimes = 1\nOften = 3")
    view = form_items.change_item(world["own"], draft, choice.link_id, command)
    assert view.form.items[1].options == (
        Option("a3", "Sometimes", ordinal=1.0),
        Option("a2", "Often", ordinal=3.0),
    )


def test_a_dialog_that_changes_nothing_changes_nothing(world: World):
    draft, view = whole(world)
    for item in view.form.walk():
        again = ItemInput.model_validate(input_of(item, view.form).model_dump())
        assert form_items.change_item(world["own"], draft, item.link_id, again).form == view.form


def test_questions_move_among_those_beside_them(world: World):
    draft, view = whole(world)
    section, choice, why = (i.link_id for i in view.form.items)
    moved = form_items.move_item(world["own"], draft, choice, -1)
    assert [i.link_id for i in moved.form.items] == [choice, section, why]
    assert form_items.move_item(world["own"], draft, choice, -1).form == moved.form
    form_items.move_item(world["own"], draft, why, -1)
    with pytest.raises(InvalidError, match="before it"):
        form_items.move_item(world["own"], draft, why, -1)


def test_a_question_that_another_waits_for_stays(world: World):
    draft, view = whole(world)
    with pytest.raises(InvalidError, match="waits for this question"):
        form_items.remove_item(world["own"], draft, view.form.items[1].link_id)
    form_items.remove_item(world["own"], draft, view.form.items[2].link_id)
    view = form_items.remove_item(world["own"], draft, view.form.items[1].link_id)
    assert [i.kind for i in view.form.items] == [ItemKind.GROUP]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (asked("Why?", "text", when="q9"), "Choose a question"),
        (asked("Why?", "text", when="q2", answer="Rarely"), "one of the answers"),
        (asked("How much?", "decimal", low="few"), "numbers"),
        (asked("Which?", "choice", options="A\nA"), "the same"),
        (asked("Heading", "text", when="q4", answer="x"), "wait for each other"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(world: World, command: ItemInput, words: str):
    draft, view = whole(world)
    last = view.form.items[2].link_id
    with pytest.raises(InvalidError, match=words):
        form_items.change_item(world["own"], draft, last, command)
    assert definitions.builder(world["own"], draft).form == view.form


def test_a_section_with_questions_stays_a_section(world: World):
    draft, view = whole(world)
    with pytest.raises(InvalidError, match="stand inside"):
        form_items.change_item(world["own"], draft, view.form.items[0].link_id, TEXT)


# ---------------------------------------------------------------- scales
def test_a_shipped_scale_is_added_once(world: World):
    offered = definitions.listing(world["own"]).scales
    assert {o.key for o in offered} == {k for k, s in scales().items() if s.questionnaire}
    assert all(o.licence for o in offered)
    form = definitions.add_scale(world["own"], "phq-9")
    view = definitions.builder(world["own"], form)
    assert (view.status, view.scale, view.is_scored) == ("active", "PHQ-9", True)
    assert "LOINC" in view.form.copyright
    with pytest.raises(ConflictError):
        definitions.add_scale(world["own"], "phq-9")
    assert "phq-9" not in {o.key for o in definitions.listing(world["own"]).scales}


@pytest.mark.parametrize("key", ["audit", "../phq-9", ""])
def test_what_may_not_be_shipped_cannot_be_added(world: World, key: str):
    with pytest.raises(NotFoundError):
        definitions.add_scale(world["own"], key)


def test_a_scale_stays_one_that_can_be_scored(world: World):
    draft = definitions.begin(world["own"], definitions.add_scale(world["own"], "gad-7"))
    first = definitions.builder(world["own"], draft).form.items[0].link_id
    view = form_items.remove_item(world["own"], draft, first)
    assert not view.is_scored
    with pytest.raises(InvalidError, match="GAD-7"):
        definitions.publish(world["own"], draft)


def test_whether_patients_see_their_score_holds_for_every_version(world: World):
    first = definitions.add_scale(world["own"], "phq-9")
    definitions.publish(world["own"], definitions.begin(world["own"], first))
    row = form_scores.scored(world["own"])[0]
    assert (row.scale, row.show_score, row.skips, row.may_skip) == ("PHQ-9", False, False, 2)
    form_scores.set_score_shown(world["own"], row.key, shown=True)
    form_scores.set_skips(world["own"], row.key, allowed=True)
    row = form_scores.scored(world["own"])[0]
    assert (row.show_score, row.skips) == (True, True)
    with open_system("test", writes=False) as work:
        found = work.session.exec(select(DocumentDefinition)).all()
    assert [d.settings["show_score"] for d in found] == [True, True]


# ---------------------------------------------------------------- in and out
def test_a_form_from_elsewhere_needs_a_word_about_rights(world: World):
    draft = imported(world, phq9(code=[], title="Copied", copyright="© Somebody"))
    view = definitions.builder(world["own"], draft)
    assert (view.needs_rights, view.form.copyright, view.scale) == (True, "© Somebody", "")
    with pytest.raises(InvalidError, match="may use"):
        definitions.publish(world["own"], draft)
    view = form_files.confirm_rights(world["own"], draft)
    assert view.rights == "Own, November 24, 2026"
    assert definitions.publish(world["own"], draft).status == "active"


def test_a_known_scale_is_recognised_and_its_total_not_asked(world: World):
    total = {
        "linkId": "t",
        "text": "Total",
        "type": "decimal",
        "code": [{"code": "44261-6"}],
        "id": "x",
    }
    resource = phq9(item=[*phq9()["item"], total])
    draft = imported(world, resource)
    view = definitions.builder(world["own"], draft)
    assert (view.kind, view.scale, view.is_scored) == ("rating_scale", "PHQ-9", True)
    assert not view.form.by_link["t"].asked
    out = json.loads(form_files.export(world["own"], draft).data)
    assert out["item"][:-1] == resource["item"][:-1]
    assert out["item"][-1]["id"] == "x"


def test_what_goes_out_is_what_came_in(world: World):
    resource = phq9(code=[], extension=[{"url": "https://example.org/x", "valueString": "kept"}])
    draft = imported(world, resource)
    exported = form_files.export(world["own"], draft)
    assert json.loads(exported.data) == resource
    assert exported.name == "mood-check-phq-9-v1.json"
    assert form_files.newest_draft(world["own"]) == draft


def test_a_bad_file_leaves_nothing_behind(world: World):
    with pytest.raises(InvalidError):
        form_files.take_over(world["own"], b"{}")
    assert definitions.listing(world["own"]).rows == ()


@pytest.mark.parametrize("who", ["alice", "nothing", "biller", "anonymous"])
def test_others_do_not_get_in(world: World, who: str):
    form = published(world)
    for call in (
        lambda: definitions.listing(world[who]),
        lambda: definitions.builder(world[who], form),
        lambda: form_files.export(world[who], form),
        lambda: form_files.take_over(world[who], b"{}"),
    ):
        with pytest.raises(Exception) as refused:  # noqa: PT011
            call()
        assert type(refused.value).__name__ in {"NotFoundError", "SignedOutError"}
