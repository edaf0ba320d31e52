"""Settings, Practice: what it is called, how it is reached, its colour, and its places."""

from portal_app.components.button import Button
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.profile import ProfileInput, ProfileView
from portal_app.data.schemas.schedule import LocationInput, LocationRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.listing import Drawn, EditableList, Kind
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services import profile
from portal_app.services.schedule import settings

NEEDS = Permission.PRACTICE_SETTINGS
SAVE = action(settings.save_location, needs=NEEDS)
SWITCH = action(settings.set_location_active, needs=NEEDS)
SAVE_PROFILE = action(profile.save, needs=NEEDS)
PROFILE_HELP = {
    "name_second_line": "Smaller, below the name, such as “Psychiatry”.",
    "crisis_line": "People can call or text it at any time. 988 in the United States.",
    "emergency_number": "911 in the United States.",
    "reply_promise": "Patients read it where they write.",
    "accent": "Of buttons and links, as # and six digits, such as #14594F. "
    "It is checked whether words can be read on it.",
}
HELP = {"zone": "Only where it differs from the practice’s, such as America/Denver."}


@section(
    "practice",
    "/settings/practice",
    needs=NEEDS,
    title="Practice",
    nav="settings",
    load=profile.view,
)
def practice_page(visit: Visit, view: ProfileView) -> None:
    """Show the practice itself, and list the places; a dialog adds and changes them."""
    with Tag("div", "lw-page"):
        with settings_head(visit, "practice", "Practice"):
            add = Button("Add location", icon="plus", repeatable=True)
        with Tag("div", "lw-stack lw-set1 lw-gap10"):
            _profile(visit, view.profile)
            with heading("Locations"):
                places = EditableList(visit, PLACES, view.locations)
    add.on_click(places.edit)


def _profile(visit: Visit, kept: ProfileInput) -> None:
    with heading("The practice"):
        with Tag("div", "lw-stack lw-gap5"):
            fields = {
                name: Field(
                    str(info.title),
                    getattr(kept, name),
                    help_text=PROFILE_HELP.get(name, ""),
                    optional=not info.is_required(),
                )
                for name, info in ProfileInput.model_fields.items()
            }
        with Tag("div", "lw-actions"):
            button = Button("Save")
    form = Form(ProfileInput, fields)

    def refuse(error: PortalError) -> None:
        if not form.refuse(error.field, error.message):
            visit.say(error.message)

    async def save() -> None:
        command = form.check()
        if command is None:
            return
        done, _ = await visit.attempt(SAVE_PROFILE(visit.actor, command), refuse)
        if done:
            visit.say("Saved")

    button.on_click(save)


def _detail(row: LocationRow) -> str:
    command = row.command
    return ", ".join(p for p in (command.address, command.phone, command.zone) if p) or "No address"


def _draw(command: LocationInput) -> Drawn:
    fields = {
        name: Field(
            str(info.title),
            str(getattr(command, name)),
            help_text=HELP.get(name, ""),
            optional=name != "name",
        )
        for name, info in LocationInput.model_fields.items()
    }
    return fields, dict


PLACES = Kind(
    title="Location",
    none="No locations yet. Visits are by video or phone only.",
    schema=LocationInput,
    new=LocationInput.model_construct(name=""),
    read=settings.locations,
    save=SAVE,
    switch=SWITCH,
    detail=_detail,
    draw=_draw,
)
