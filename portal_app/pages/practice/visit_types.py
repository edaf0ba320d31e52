"""Settings, Visit types: what can be booked."""

from collections.abc import Awaitable, Callable

from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import TypeInput, TypeRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import settings
from portal_app.services.worker import run

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
NEW = TypeInput(name="New visit type", minutes=30).model_copy(update={"name": ""})


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
        rows = Tag("ul", "lw-panel")
        none = Tag("p", "lw-soft", "No visit types yet. Nobody can book online.")
        dialog = Dialog("Visit type", keep=True, wide=True)

    def show(found: tuple[TypeRow, ...]) -> None:
        rows.clear()
        rows.show(on=bool(found))
        none.show(on=not found)
        with rows:
            for row in found:
                _row(row, edit, switch)

    async def refresh(said: str) -> None:
        dialog.close()
        visit.say(said)
        show(await run(settings.types, visit.actor))

    def edit(row: TypeRow | None) -> None:
        _form(visit, dialog, row, refresh)

    async def switch(row: TypeRow) -> None:
        work = SWITCH(visit.actor, row.id, active=not row.is_active)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            await refresh("Turned off" if row.is_active else "Turned on")

    show(view)
    add.on_click(lambda: edit(None))


def _row(
    row: TypeRow,
    edit: Callable[[TypeRow], None],
    switch: Callable[[TypeRow], Awaitable[None]],
) -> None:
    name = row.command.name
    with Tag("li", "lw-row"):
        with Tag("div", "lw-grow"):
            Tag("p", "lw-b", name)
            price = f", {row.price}" if row.price else ""
            who = dict(WHO)[row.command.books].lower()
            Tag("p", "lw-m", f"{row.command.minutes} minutes{price}, {who}")
        if not row.is_active:
            chip("Off")
        Button("Edit", lambda: edit(row), kind="txt", aria_label=f"Edit {name}", repeatable=True)
        words = "Turn off" if row.is_active else "Turn on"
        Button(words, lambda: switch(row), kind="txt", aria_label=f"{words} {name}")


def _form(
    visit: Visit, dialog: Dialog, row: TypeRow | None, done_with: Callable[[str], Awaitable[None]]
) -> None:
    command = row.command if row else NEW
    dialog.body.clear()
    dialog.foot.clear()
    with dialog.body, Tag("div", "lw-stack"):
        fields = {name: _field(name, command) for name in TEXTS}
        with Tag("div"):
            ways = {
                way: check_field(
                    str(TypeInput.model_fields[way].title), value=getattr(command, way)
                )
                for way in settings.MODES
            }
    form = Form(TypeInput, fields)

    async def save() -> None:
        checked = form.check(**{way: control.value for way, control in ways.items()})
        if checked is None:
            return

        def refuse(error: PortalError) -> None:
            if not form.refuse(error.field, error.message):
                fields["name"].set_error(error.message)

        work = SAVE(visit.actor, row.id if row else "", checked)
        done, _ = await visit.attempt(work, refuse)
        if done:
            await done_with("Saved")

    with dialog.foot:
        Button("Save", save)
        Button("Close", kind="sec", data_lw_close=True)
    dialog.open()


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
        rows=3 if name == "instructions" else 0,
    )
