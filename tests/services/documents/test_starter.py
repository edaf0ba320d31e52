"""What a practice begins with."""

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire as Model
from sqlmodel import select

from portal_app.data.models import DocumentDefinition, Practice
from portal_app.integrations.fhir.questionnaire import parse
from portal_app.rules.documents.answers import faults
from portal_app.security.system import open_system
from portal_app.services import maintenance
from portal_app.services.documents import definitions
from portal_app.services.documents.starter import lay_starter_pack
from tests.world import World

NAMES = [
    "Anxiety check (GAD-7)",
    "Card on file",
    "Intake form",
    "Mood check (PHQ-9)",
    "Privacy practices acknowledgement",
    "Visits by video or phone",
]


@pytest.fixture
def forms(world: World) -> list[DocumentDefinition]:
    with open_system("test") as work:
        lay_starter_pack(work)
    with open_system("test", writes=False) as work:
        found = work.session.exec(select(DocumentDefinition)).all()
        return sorted(found, key=lambda d: d.title)


def test_the_forms_are_in_use_valid_and_ask_something(forms: list[DocumentDefinition]):
    assert [d.title for d in forms] == NAMES
    for definition in forms:
        Model.model_validate(definition.questionnaire)
        form = parse(definition.questionnaire)
        assert definition.status == "active"
        assert form.description
        assert faults(form, {}), definition.title


def test_nobody_is_asked_for_the_number_of_a_card(forms: list[DocumentDefinition]):
    card = next(d for d in forms if d.title == "Card on file")
    asked = [item for item in parse(card.questionnaire).walk() if item.asked]
    assert [item.link_id for item in asked] == ["charge", "agree", "signed"]


def test_a_new_practice_has_them_once(world: World):
    with open_system("test") as work:
        work.session.delete(work.session.get_one(Practice, 1))
    maintenance.create_practice()
    maintenance.create_practice()
    assert sorted(row.title for row in definitions.listing(world["own"]).rows) == NAMES
