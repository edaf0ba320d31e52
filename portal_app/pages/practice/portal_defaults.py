"""Settings, Portal defaults: what new patients begin with, what nobody has, and the birthdays."""

from portal_app.components.button import Button
from portal_app.components.controls import CheckControl
from portal_app.components.family.rights import RightsList
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.family import AgesInput, DefaultsView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.family import RIGHTS
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.services.family import rights

NEEDS = Permission.PRACTICE_SETTINGS
SAVE = action(rights.save_defaults, needs=NEEDS)
SAVE_AGES = action(rights.save_ages, needs=NEEDS)
AGES = ("limited_from", "ends_at", "own_from")


@section(
    "practice",
    "/settings/portal-defaults",
    needs=NEEDS,
    title="Portal defaults",
    nav="settings",
    load=rights.defaults,
)
def defaults_page(visit: Visit, view: DefaultsView) -> None:
    """Show the two columns of rights, and below them the birthdays."""
    with Tag("div", "lw-page"):
        lead = "What the portal can show at all, and what new patients begin with."
        settings_head(visit, "portal-defaults", "Portal defaults", lead)
        with Tag("div", "lw-stack lw-set1 lw-gap10"):
            _defaults(visit, view)
            _ages(visit, view)


def _defaults(visit: Visit, view: DefaultsView) -> None:
    columns: tuple[dict[Permission, CheckControl], ...] = ({}, {})
    with heading("Rights"):
        with Tag("div", "lw-panel lw-both lw-pad"):
            Tag("span", "lw-m", "")
            Tag("b", "lw-m", "Portal")
            Tag("b", "lw-m", "New patients")
            for right, (title, _) in RIGHTS.items():
                Tag("span", "", title)
                for number, held in enumerate((view.ceiling, view.defaults)):
                    label = f"{title}, {('in the portal', 'for new patients')[number]}"
                    columns[number][right] = CheckControl(value=right in held, aria_label=label)
        with Tag("div", "lw-actions"):
            button = Button("Save rights")

    async def save() -> None:
        ceiling, begin = ([p for p, c in column.items() if c.value] for column in columns)
        work = SAVE(visit.actor, begin, ceiling)
        done, _ = await visit.attempt(work, lambda error: visit.say(error.message))
        if done:
            visit.say("Saved")

    button.on_click(save)


def _ages(visit: Visit, view: DefaultsView) -> None:
    ages = view.ages
    with heading("Birthdays"):
        if not ages.confirmed:
            note("This is a suggestion. Check it against the law of your state, then save it.")
        with Tag("div", "lw-stack lw-gap5"):
            fields = {
                name: Field(
                    str(AgesInput.model_fields[name].title),
                    str(getattr(ages, name)),
                    kind="number",
                )
                for name in AGES
            }
        Tag("p", "lw-lab", "What parents of teenagers keep")
        kept = RightsList(
            "What parents of teenagers keep",
            ages.limited,
            PORTAL - {Permission.SHARE_PROXY},
            hides=True,
        )
        with Tag("div", "lw-actions"):
            button = Button("Save birthdays" if ages.confirmed else "Confirm birthdays")
    form = Form(AgesInput, fields)

    def refuse(error: PortalError) -> None:
        if not form.refuse(error.field, error.message):
            visit.say(error.message)

    async def save() -> None:
        command = form.check(limited=list(kept.value))
        if command is None:
            return
        done, _ = await visit.attempt(SAVE_AGES(visit.actor, command), refuse)
        if done:
            visit.say("Saved")

    button.on_click(save)
