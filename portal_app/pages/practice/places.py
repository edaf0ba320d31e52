"""Settings, Practice: the places where visits happen."""

from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import LocationInput, LocationRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import settings
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_SETTINGS
SAVE = action(settings.save_location, needs=NEEDS)
SWITCH = action(settings.set_location_active, needs=NEEDS)
HELP = {"zone": "Only where it differs from the practice’s, such as America/Denver."}
NEW = LocationInput(name="-").model_copy(update={"name": ""})


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
            rows = Tag("ul", "lw-panel")
            none = Tag("p", "lw-soft", "No locations yet. Visits are by video or phone only.")
        dialog = Dialog("Location", keep=True)

    def show(found: tuple[LocationRow, ...]) -> None:
        rows.clear()
        rows.show(on=bool(found))
        none.show(on=not found)
        with rows:
            for row in found:
                draw(row)

    def draw(row: LocationRow) -> None:
        name = row.command.name
        with Tag("li", "lw-row"):
            with Tag("div", "lw-grow"):
                Tag("p", "lw-b", name)
                Tag("p", "lw-m", row.command.address or "No address")
            if not row.is_active:
                chip("Off")
            Button(
                "Edit", lambda: edit(row), kind="txt", aria_label=f"Edit {name}", repeatable=True
            )
            words = "Turn off" if row.is_active else "Turn on"
            Button(words, lambda: switch(row), kind="txt", aria_label=f"{words} {name}")

    async def refresh(said: str) -> None:
        dialog.close()
        visit.say(said)
        show(await run(settings.locations, visit.actor))

    async def switch(row: LocationRow) -> None:
        work = SWITCH(visit.actor, row.id, active=not row.is_active)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            await refresh("Turned off" if row.is_active else "Turned on")

    def edit(row: LocationRow | None) -> None:
        command = row.command if row else NEW
        dialog.body.clear()
        dialog.foot.clear()
        with dialog.body, Tag("div", "lw-stack"):
            fields = {
                name: Field(
                    str(info.title),
                    str(getattr(command, name)),
                    help_text=HELP.get(name, ""),
                    optional=name in HELP,
                )
                for name, info in LocationInput.model_fields.items()
            }
        form = Form(LocationInput, fields)

        async def save() -> None:
            checked = form.check()
            if checked is None:
                return

            def refuse(error: PortalError) -> None:
                if not form.refuse(error.field, error.message):
                    fields["name"].set_error(error.message)

            work = SAVE(visit.actor, row.id if row else "", checked)
            done, _ = await visit.attempt(work, refuse)
            if done:
                await refresh("Saved")

        with dialog.foot:
            Button("Save", save)
            Button("Close", kind="sec", data_lw_close=True)
        dialog.open()

    show(view)
    add.on_click(lambda: edit(None))
