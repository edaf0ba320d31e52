"""Settings, Visit types: what can be booked."""

from portal_app.components.button import Button
from portal_app.components.field import Field, check_field
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import TypeInput, TypeRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.listing import Drawn, EditableList, Kind
from portal_app.pages.routing import action, section
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import settings

NEEDS = Permission.PRACTICE_SETTINGS
SAVE = action(settings.save_type, needs=NEEDS)
SWITCH = action(settings.set_type_active, needs=NEEDS)
WHO = [
    ("all", "All patients"),
    ("new", "New patients only"),
    ("existing", "Patients who were here before"),
    ("nobody", "Nobody online"),
]
HOW = [("auto", "Final at once"), ("request", "We approve each one")]
TEXTS = (
    "name",
    "description",
    "minutes",
    "minutes_before",
    "minutes_after",
    "price",
    "books",
    "approval",
    "seats",
    "reminders",
    "instructions",
)
HELP = {
    "price": "In dollars, such as 160.00. Leave it empty to show none.",
    "seats": "More than 1 makes it a group that meets at fixed times.",
    "reminders": "2d is two days before, at the same time of day; 2h is two hours before.",
    "minutes_before": "Kept free, not shown.",
    "minutes_after": "Kept free, not shown.",
}
OPTIONAL = {"description", "price", "reminders", "instructions"}


@section(
    "practice",
    "/settings/visit-types",
    needs=NEEDS,
    title="Visit types",
    nav="settings",
    load=settings.types,
)
def types_page(visit: Visit, view: tuple[TypeRow, ...]) -> None:
    """List the types; a dialog adds and changes them."""
    with Tag("div", "lw-page"):
        lead = "What can be booked, how long it takes, and what it costs."
        with settings_head(visit, "visit-types", "Visit types", lead):
            add = Button("Add visit type", icon="plus", repeatable=True)
        types = EditableList(visit, KIND, view)
    add.on_click(types.edit)


def _detail(row: TypeRow) -> str:
    price = f", {row.price}" if row.price else ""
    return f"{row.command.minutes} minutes{price}, {dict(WHO)[row.command.books].lower()}"


def _draw(command: TypeInput) -> Drawn:
    fields = {name: _field(name, command) for name in TEXTS}
    with Tag("fieldset"):
        Tag("legend", "lw-lab", "How it can take place")
        ways = {
            way: check_field(str(TypeInput.model_fields[way].title), value=getattr(command, way))
            for way in settings.MODES
        }
    return fields, lambda: {way: control.value for way, control in ways.items()}


def _field(name: str, command: TypeInput) -> Field:
    value = getattr(command, name)
    options = {"books": WHO, "approval": HOW}.get(name, [])
    kind = "select" if options else "number" if isinstance(value, int) else "text"
    return Field(
        str(TypeInput.model_fields[name].title),
        str(value),
        kind="textarea" if name == "instructions" else kind,
        options=options,
        help_text=HELP.get(name, ""),
        optional=name in OPTIONAL,
        rows=3 if name == "instructions" else 0,
        inputmode="decimal" if name == "price" else None,
    )


KIND = Kind(
    title="Visit type",
    none="No visit types yet. Nobody can book online.",
    schema=TypeInput,
    new=TypeInput.model_construct(name="", minutes=30),
    read=settings.types,
    save=SAVE,
    switch=SWITCH,
    detail=_detail,
    draw=_draw,
)
