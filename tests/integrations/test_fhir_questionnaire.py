"""Forms in and out of FHIR R4: nothing is lost, nothing is believed."""

import copy
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire as Model
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse as ResponseModel
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.data.instruments import rule_of, scales
from portal_app.integrations.fhir.questionnaire import (
    BYTES_MOST,
    HIDDEN,
    parse,
    read_questionnaire,
    write,
)
from portal_app.integrations.fhir.questionnaire_response import (
    parse_response,
    read_response,
    write_response,
)
from portal_app.rules.documents import scoring
from portal_app.rules.documents.questionnaire import (
    Condition,
    Item,
    ItemKind,
    Option,
    Questionnaire,
)
from portal_app.rules.errors import InvalidError

LOINC = "http://loinc.org"
STRANGE = {"url": "https://example.org/strange", "valueString": "kept"}
SHIPPED = ["audit-c", "ces-dc", "gad-7", "pc-ptsd-5", "pcl-5", "phq-15", "phq-2", "phq-9"]


def raw(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Questionnaire",
        "status": "active",
        "title": "A form",
        "item": list(items),
        **more,
    }


def item(link: str = "q", kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"linkId": link, "text": f"About {link}", "type": kind, **more}


def choice(link: str = "q", **more: Any) -> dict[str, Any]:
    options = [
        {"valueCoding": {"system": LOINC, "code": f"LA{n}", "display": f"{n}"}} for n in range(3)
    ]
    return item(link, "choice", answerOption=options, **more)


def imported(resource: dict[str, Any]):
    return read_questionnaire(json.dumps(resource).encode())


STRANGER = raw(
    item("a", extension=[STRANGE], definition="https://example.org/d", maxLength=40),
    choice("b", extension=[STRANGE], _text={"extension": [STRANGE]}),
    item(
        "c",
        "group",
        enableWhen=[
            {
                "question": "b",
                "operator": "=",
                "answerCoding": {"system": LOINC, "code": "LA1"},
                "id": "w",
            },
            {"question": "a", "operator": "exists", "answerBoolean": False},
        ],
        enableBehavior="any",
        item=[
            item(
                "c-help",
                "display",
                extension=[
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl",
                        "valueCodeableConcept": {"coding": [{"code": "help"}]},
                    }
                ],
            ),
            item("d", "quantity", initial=[{"valueQuantity": {"value": 2, "code": "kg"}}]),
        ],
    ),
    extension=[STRANGE],
    contained=[{"resourceType": "Library", "id": "x"}],
    publisher="Somebody",
    copyright="© Somebody",
)


def test_what_is_not_known_comes_back_as_it_came():
    found = imported(STRANGER)
    assert write(found.questionnaire, found.resource) == STRANGER
    assert found.questionnaire.by_link["c"].help == "About c-help"
    assert found.questionnaire.by_link["d"].initial == (2.0,)


def test_a_change_writes_only_what_it_is_about():
    found = imported(STRANGER)
    first, *rest = found.questionnaire.items
    changed = replace(found.questionnaire, items=(replace(first, words="New"), *rest))
    expected = copy.deepcopy(STRANGER)
    expected["item"][0]["text"] = "New"
    assert write(changed, found.resource) == expected


def test_options_keep_what_is_theirs():
    resource = raw(choice())
    resource["item"][0]["answerOption"][1]["extension"] = [STRANGE]
    form = parse(resource)
    one, two, three = form.items[0].options
    options = (three, replace(two, ordinal=2.0), Option("own", "Own words"))
    made = write(replace(form, items=(replace(form.items[0], options=options),)), resource)
    third, second, own = made["item"][0]["answerOption"]
    assert third == resource["item"][0]["answerOption"][2]
    assert STRANGE in second["extension"]
    assert own == {"valueCoding": {"code": "own", "display": "Own words"}}
    assert parse(made).items[0].options == options
    assert one not in options


@pytest.mark.parametrize("key", SHIPPED)
def test_the_shipped_scales_are_valid_and_can_be_scored(key: str):
    scale = scales()[key]
    assert scale.questionnaire is not None
    Model.model_validate(scale.questionnaire)
    form = parse(scale.questionnaire)
    assert write(form, scale.questionnaire) == scale.questionnaire
    assert parse(write(form)) == form
    assert scoring.bound(scale.rule, form) is not None
    assert form.copyright
    assert any(code.system == LOINC for code in form.codes) == ("LOINC" in form.copyright)


def test_only_what_may_be_handed_on_is_shipped():
    assert [key for key, scale in scales().items() if scale.questionnaire] == SHIPPED


def test_the_known_mistakes_of_others_are_not_ours():
    audit, gad = scales()["audit-c"].questionnaire, scales()["gad-7"].questionnaire
    assert audit is not None
    assert gad is not None
    assert audit["item"][0]["code"][0]["code"] == "68518-0"
    assert "68517-2" not in json.dumps(audit)
    assert gad["item"][0]["answerOption"][0]["valueCoding"]["display"] == "Not at all"
    assert "Not at all sure" not in json.dumps(gad)


def wrong_total() -> tuple[dict[str, Any], dict[str, Any]]:
    """A PHQ-9 with a question for the total, and answers whose total is wrong."""
    shipped = scales()["phq-9"].questionnaire
    assert shipped is not None
    total = item("total", "decimal", code=[{"system": LOINC, "code": "44261-6"}])
    form = dict(shipped) | {"item": [*shipped["item"], total]}
    ones = [
        {"linkId": i["linkId"], "answer": [{"valueCoding": {"system": LOINC, "code": "LA6569-3"}}]}
        for i in shipped["item"][:9]
    ]
    answers = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": [*ones, {"linkId": "total", "answer": [{"valueDecimal": 13}]}],
    }
    return form, answers


def test_a_stored_total_is_never_trusted():
    form, answers = wrong_total()
    questionnaire = parse(form)
    found = read_response(json.dumps(answers).encode(), questionnaire)
    rule = rule_of("phq-9")
    assert rule is not None
    bound = scoring.bound(rule, questionnaire)
    assert bound is not None
    assert scoring.score(bound, found.answers).total == 9
    assert write_response(questionnaire, found.answers, base=found.resource) == answers


def test_answers_go_out_and_come_back():
    form = Questionnaire(
        "All kinds",
        (
            Item(
                "g",
                ItemKind.GROUP,
                "Group",
                items=(
                    Item("s", ItemKind.STRING, "S"),
                    Item("t", ItemKind.TEXT, "T"),
                    Item("i", ItemKind.INTEGER, "I", low=0.0, high=9.0),
                    Item("d", ItemKind.DECIMAL, "D"),
                    Item("q", ItemKind.QUANTITY, "Q", unit="kg"),
                    Item("b", ItemKind.BOOLEAN, "B"),
                    Item("day", ItemKind.DATE, "Day", low="1900-01-01"),
                    Item("at", ItemKind.TIME, "At"),
                    Item("u", ItemKind.URL, "U"),
                    Item("when", ItemKind.DATE_TIME, "When"),
                ),
            ),
            Item(
                "c",
                ItemKind.CHOICE,
                "C",
                repeats=True,
                options=(Option("x", "X"), Option("y", "Y")),
                help="Any",
                items=(
                    Item(
                        "inner",
                        ItemKind.STRING,
                        "Why",
                        enable=(Condition("c", "=", "y"), Condition("i", ">", 2.0)),
                        enable_all=False,
                    ),
                ),
            ),
            Item(
                "o", ItemKind.OPEN_CHOICE, "O", options=(Option("x", "X", ordinal=1.5),), prefill=""
            ),
            Item(
                "n",
                ItemKind.STRING,
                "Name",
                prefill="patient.first_name",
                most=50,
                required=True,
                hidden=False,
            ),
            Item("f", ItemKind.ATTACHMENT, "File"),
            Item("end", ItemKind.DISPLAY, "Thank you"),
        ),
    )
    resource = write(form)
    Model.model_validate(resource)
    assert parse(resource) == form
    answers = {
        "s": ("words",),
        "t": ("more\nwords",),
        "i": (3.0,),
        "d": (2.25,),
        "q": (70.5,),
        "b": (False,),
        "day": ("2026-01-31",),
        "at": ("10:30:00",),
        "u": ("https://example.org",),
        "when": ("2026-01-31T10:30:00Z",),
        "c": ("x", "y"),
        "inner": ("because",),
        "o": ("something else",),
        "n": ("Dana",),
        "f": ("abc",),
    }
    made = write_response(form, answers, subject="Patient/1", author="Patient/1")
    ResponseModel.model_validate(made)
    assert parse_response(made, form).answers == answers


def test_answers_that_the_form_does_not_know_are_kept_and_named():
    form = parse(raw(item("a")))
    came = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "identifier": {"value": "7"},
        "item": [
            {"linkId": "z", "answer": [{"valueString": "?"}]},
            {"linkId": "a", "answer": [{"valueString": "x"}]},
        ],
    }
    found = parse_response(came, form)
    assert (found.answers, found.unknown) == ({"a": ("x",)}, ("z",))
    changed = write_response(form, {"a": ("y",)}, base=came)
    assert changed["identifier"] == {"value": "7"}
    assert came["item"][0] in changed["item"]


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (raw(item("a"), item("a")), "same linkId"),
        (raw(item("")), "no linkId"),
        (raw(), "no questions"),
        (raw(item("a", "reference")), "reference"),
        (raw(item("a", "question")), "question"),
        (raw(item("a", "choice")), "no answers"),
        (raw(item("a", "choice", answerValueSet="https://example.org/vs")), "kept elsewhere"),
        (
            raw(item("a", "choice", answerOption=[{"valueReference": {"reference": "Patient/1"}}])),
            "can’t be given",
        ),
        (
            raw(
                item(
                    "a", enableWhen=[{"question": "a", "operator": "exists", "answerBoolean": True}]
                )
            ),
            "wait for each other",
        ),
        (
            raw(
                item(
                    "a", enableWhen=[{"question": "b", "operator": "exists", "answerBoolean": True}]
                )
            ),
            "not there",
        ),
        (
            raw(
                item("a"),
                item("b", enableWhen=[{"question": "a", "operator": "=", "answerReference": {}}]),
            ),
            "cannot be given",
        ),
        (raw(*[item(str(n)) for n in range(401)]), "400 items"),
        ({"resourceType": "Bundle"}, "no FHIR Questionnaire"),
        ([], "no FHIR Questionnaire"),
        (raw(item("a\ud800")), "letters"),
        (raw(item("a\u0000")), "letters"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(resource: Any, words: str):
    with pytest.raises(InvalidError, match=words):
        imported(resource)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"resourceType":"Questionnaire","item":' + b"[" * 60_000,
        b'{"resourceType":"Questionnaire","x":NaN}',
        b'{"resourceType":"Questionnaire","x":1e999}',
        b'{"resourceType":"Questionnaire","x":' + b"9" * 5000 + b"}",
        b'{"resourceType":"Questionnaire","x":' + b'{"x":' * 70 + b"1" + b"}" * 71,
        b" " * (BYTES_MOST + 1),
    ],
)
def test_files_that_are_no_form(data: bytes):
    with pytest.raises(InvalidError):
        read_questionnaire(data)


def test_deep_nesting_is_refused():
    inner = item("q0", "group")
    for n in range(1, 9):
        inner = item(f"q{n}", "group", item=[inner])
    with pytest.raises(InvalidError, match="nested"):
        imported(raw(inner))


def test_answers_from_a_list_that_the_form_carries():
    sets = [
        {
            "resourceType": "ValueSet",
            "id": "v",
            "compose": {
                "include": [{"system": LOINC, "concept": [{"code": "1", "display": "One"}]}]
            },
        }
    ]
    form = parse(raw(item("a", "choice", answerValueSet="#v"), contained=sets))
    assert form.items[0].options == (Option("1", "One", LOINC),)


def test_the_same_code_of_two_systems_is_two_answers():
    options = [
        {"valueCoding": {"system": system, "code": "1", "display": system}}
        for system in ("urn:a", "urn:b")
    ]
    resource = raw(item("a", "choice", answerOption=options))
    form = parse(resource)
    assert [o.code for o in form.items[0].options] == ["urn:a|1", "urn:b|1"]
    made = write_response(form, {"a": ("urn:b|1",)})
    assert made["item"][0]["answer"][0]["valueCoding"]["system"] == "urn:b"
    assert parse_response(made, form).answers == {"a": ("urn:b|1",)}


def test_plain_answers_to_choose_from():
    options = [{"valueString": "Red"}, {"valueInteger": 3}, {"valueDate": "2026-01-31"}]
    form = parse(
        raw(
            item("a", "choice", answerOption=options),
            item("b", enableWhen=[{"question": "a", "operator": "=", "answerInteger": 3}]),
        )
    )
    assert [o.code for o in form.items[0].options] == ["Red", "3", "2026-01-31"]
    assert form.items[1].enable[0].answer == "3"


def test_what_will_not_work_here_is_said():
    expression = {
        "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
    }
    found = imported(
        raw(item("a", "group", repeats=True, item=[item("b", extension=[expression])]))
    )
    assert len(found.notes) == 2
    assert imported(STRANGER).notes == ()


def test_hidden_questions_are_not_asked():
    form = parse(raw(item("a", extension=[{"url": HIDDEN, "valueBoolean": True}], required=True)))
    assert not form.items[0].asked


# -------------------------------------------------------------------- fuzz
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "linkId",
                    "text",
                    "type",
                    "item",
                    "answerOption",
                    "enableWhen",
                    "question",
                    "operator",
                    "answerBoolean",
                    "valueCoding",
                    "code",
                    "extension",
                    "url",
                    "initial",
                    "contained",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A good form with something put in the place of something."""
    whole = copy.deepcopy(draw(st.sampled_from([STRANGER, wrong_total()[0]])))
    for _ in range(draw(st.integers(1, 3))):
        node: Any = whole
        for _ in range(draw(st.integers(0, 6))):
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            inner = [k for k in keys if isinstance(node[k], dict | list) and node[k]]
            if not inner:
                break
            node = node[draw(st.sampled_from(inner))]
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        node[draw(st.sampled_from(keys))] = draw(JSON)
    return whole


@settings(max_examples=300)
@given(damaged())
def test_a_damaged_form_is_read_without_loss_or_refused(resource: Any):
    data = json.dumps(resource).encode()
    try:
        found = read_questionnaire(data)
    except InvalidError:
        return
    assert write(found.questionnaire, found.resource) == found.resource
    answers = read_response(b'{"resourceType":"QuestionnaireResponse"}', found.questionnaire)
    assert answers.answers == {}


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_bytes_are_refused(data: bytes):
    with pytest.raises(InvalidError):
        read_questionnaire(data)


@settings(max_examples=200)
@given(JSON)
def test_damaged_answers_are_read_or_passed_over(items: Any):
    form = parse(wrong_total()[0])
    found = parse_response({"resourceType": "QuestionnaireResponse", "item": items}, form)
    assert set(found.answers) <= set(form.by_link)


# -------------------------------------------------------------------- real files
def manifest(samples: Path) -> list[dict[str, Any]]:
    listed = json.loads((samples / "questionnaires_manifest.json").read_text("utf-8"))
    return [entry for entry in listed if entry["file"].endswith(".json")]


def test_the_real_forms_are_read_as_their_manifest_says(samples: Path):
    forms = [e for e in manifest(samples) if e["resource"] == "Questionnaire"]
    assert len(forms) == 4
    for entry in forms:
        data = (samples / entry["file"]).read_bytes()
        found = read_questionnaire(data)
        assert found.questionnaire.title == entry["title"]
        stack, kinds = list(found.resource["item"]), Counter[str]()
        while stack:
            one = stack.pop()
            kinds[one["type"]] += 1
            stack.extend(one.get("item", []))
        assert kinds == entry["item_types"]
        assert kinds.total() == entry["items_total"]
        helps = kinds["display"]  # all of them are words of help here
        assert len(found.questionnaire.by_link) == entry["items_total"] - helps
        assert write(found.questionnaire, found.resource) == json.loads(data)
        assert found.questionnaire.copyright


def test_the_real_answers_are_read(samples: Path):
    answers = [e for e in manifest(samples) if e["resource"] == "QuestionnaireResponse"]
    assert len(answers) == 4
    for entry in answers:
        name = entry["file"].replace("QuestionnaireResponse", "Questionnaire")
        form = read_questionnaire((samples / name).read_bytes()).questionnaire
        data = (samples / entry["file"]).read_bytes()
        found = read_response(data, form)
        assert len(found.answers) == entry["items_total"]
        assert found.unknown == ()
        assert write_response(form, found.answers, base=found.resource) == json.loads(data)


def test_the_published_phq_9_scores_as_published(samples: Path):
    folder = samples / "questionnaires"
    form = read_questionnaire((folder / "Questionnaire-phq-9-example.json").read_bytes())
    data = (folder / "QuestionnaireResponse-phq-9-example.json").read_bytes()
    rule = rule_of("phq-9")
    assert rule is not None
    bound = scoring.bound(rule, form.questionnaire)
    assert bound is not None
    found = scoring.score(bound, read_response(data, form.questionnaire).answers)
    assert (found.total, found.band) == (12, "Moderate")
