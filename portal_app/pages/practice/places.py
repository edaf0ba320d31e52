"""Settings, Practice: the places where visits happen."""

from portal_app.components.button import Button
from portal_app.components.field import Field
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import LocationInput, LocationRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.listing import Drawn, EditableList, Kind
from portal_app.pages.routing import action, section
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import settings

NEEDS = Permission.PRACTICE_SETTINGS
SAVE = action(settings.save_location, needs=NEEDS)
SWITCH = action(settings.set_location_active, needs=NEEDS)
HELP = {"zone": "Only where it differs from the practice’s, such as America/Denver."}


@section(
    "practice",
    "/settings/practice",
    needs=NEEDS,
    title="Practice",
    nav="settings",
    load=settings.locations,
)
def practice_page(visit: Visit, view: tuple[LocationRow, ...]) -> None:
    """List the places; a dialog adds and changes them."""
    with Tag("div", "lw-page"):
        with settings_head(visit, "practice", "Practice"):
            add = Button("Add location", icon="plus", repeatable=True)
        with heading("Locations"):
            places = EditableList(visit, PLACES, view)
    add.on_click(places.edit)


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
