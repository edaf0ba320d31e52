"""See as patient: the portal as its patient or a proxy sees it, and nothing can be changed there."""

from collections.abc import Sequence

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.tag import Tag
from portal_app.data.schemas.family import SeenAs
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.permissions import Permission
from portal_app.services.family import seeing

START = action(seeing.start, needs=Permission.PRACTICE_ROSTER)


def see_as_button(visit: Visit, chart: str, people: Sequence[SeenAs]) -> None:
    """Draw the button; where others act for the patient, it asks as whom."""

    async def see(key: str) -> None:
        work = START(visit.actor, chart, key)
        done, _ = await visit.attempt(work, lambda error: visit.say(error.message))
        if done:
            visit.go(f"/portal/{chart}/home")

    if len(people) == 1:
        Button("See as patient", lambda: see(""), kind="sec", icon="eye")
        return
    box = Dialog("See the portal as")
    with box.body, Tag("div", "lw-stack lw-gap5"):
        Tag("p", "lw-soft", "You see what this person sees now. Nothing can be changed there.")
        for person in people:
            words = f"{person.name}, {person.relationship.lower()}" if person.key else person.name
            Button(words, lambda key=person.key: see(key), kind="sec")
    Button("See as patient", kind="sec", icon="eye", repeatable=True, data_lw_open=box.opener)
