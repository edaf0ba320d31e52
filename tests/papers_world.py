"""Forms of a practice, and people who are asked for them."""

from datetime import date
from typing import Any

from sqlmodel import select

from portal_app.data.instruments import scales
from portal_app.data.models import DocumentAssignment, DocumentDefinition
from portal_app.data.schemas.papers import AssignInput, FormView
from portal_app.rules.documents.questionnaire import Questionnaire
from portal_app.security.system import open_system
from portal_app.services.documents import assigning, filling, papers
from portal_app.services.documents.asked import questionnaire_of
from tests.world import URL, World

ADMIN = {
    "resourceType": "Questionnaire",
    "title": "About you",
    "status": "active",
    "item": [
        {"linkId": "name", "text": "What should we call you?", "type": "string", "required": True},
        {"linkId": "why", "text": "What brings you here?", "type": "text"},
    ],
}


def define(key: str = "phq-9", *, version: int = 1, **settings: Any) -> str:
    """Put a scale, or the admin form, into the practice; gives its public id."""
    with open_system("the test's forms") as work:
        scale = scales().get(key)
        row = DocumentDefinition(
            key=key,
            version=version,
            kind="rating_scale" if scale else "admin_form",
            title=scale.rule.title if scale else "About you",
            questionnaire=dict(scale.questionnaire or {}) if scale else ADMIN,
            settings={"instrument": key, **settings} if scale else settings,
        )
        work.session.add(row)
        return row.public_id


def consent(title: str = "Consent to video visits") -> str:
    """Put a consent into the practice."""
    with open_system("the test's forms") as work:
        row = DocumentDefinition(key=title, kind="e_consent", title=title, markdown="Read this.")
        work.session.add(row)
        return row.public_id


def ask(world: World, definition: str, chart: str = "alice", **more: Any) -> str:
    """Ask for a document; gives its public id."""
    command = AssignInput.model_validate({"definition": definition, **more})
    return assigning.assign(world["owner"], world.charts[chart], command, URL)[0]


def questionnaire(definition: str) -> Questionnaire:
    """What a definition asks."""
    with open_system("look", writes=False) as work:
        rows = select(DocumentDefinition).where(DocumentDefinition.public_id == definition)
        return questionnaire_of(work.session.exec(rows).one())


def links(key: str = "phq-9") -> list[str]:
    """The required questions of a scale, in order."""
    from portal_app.integrations.fhir.questionnaire import parse  # noqa: PLC0415

    raw = scales()[key].questionnaire
    return [i.link_id for i in parse(raw or {}).walk() if i.asked and i.required]


def code(key: str, link: str, number: int) -> str:
    """The code of an option."""
    from portal_app.integrations.fhir.questionnaire import parse  # noqa: PLC0415

    return parse(scales()[key].questionnaire or {}).by_link[link].options[number].code


def answer(
    world: World,
    paper: str,
    numbers: list[int],
    *,
    key: str = "phq-9",
    who: str = "alice",
    chart: str = "alice",
) -> None:
    """Answer the required questions by the numbers of their options."""
    for link, number in zip(links(key), numbers, strict=False):
        value = (code(key, link, number),)
        filling.save_answer(world[who], world.charts[chart], paper, link, value)


def send(
    world: World,
    paper: str,
    press: str = "press",
    who: str = "alice",
    chart: str = "alice",
) -> Any:
    """Send it."""
    return filling.submit(world[who], world.charts[chart], paper, press)


def sent(world: World, numbers: list[int], definition: str, **more: Any) -> str:
    """Ask, answer and send; gives the public id."""
    paper = ask(world, definition, **more)
    answer(world, paper, numbers)
    send(world, paper, press=f"press-{paper}")
    return paper


def opened(world: World, paper: str, who: str = "alice", chart: str = "alice") -> FormView:
    """The form as the person sees it."""
    view: FormView = papers.open_paper(world[who], world.charts[chart], paper)
    return view


def row(paper: str) -> DocumentAssignment:
    """The assignment as it stands in the database."""
    with open_system("look", writes=False) as work:
        rows = select(DocumentAssignment).where(DocumentAssignment.public_id == paper)
        return work.session.exec(rows).one()


def day(number: int) -> date:
    """A day of December."""
    return date(2026, 12, number)
