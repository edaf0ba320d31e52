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
    Places(visit, view)


class Places:
    """The open page; its list is drawn anew after each change."""

    def __init__(self, visit: Visit, view: tuple[LocationRow, ...]) -> None:
        """Draw it."""
        self._visit = visit
        with Tag("div", "lw-page"):
            with settings_head(visit, "practice", "Practice"):
                add = Button("Add location", icon="plus", repeatable=True)
            with heading("Locations"):
                self._rows = Tag("ul", "lw-panel")
                words = "No locations yet. Visits are by video or phone only."
                self._none = Tag("p", "lw-soft", words)
            self._dialog = Dialog("Location", keep=True)
        self._show(view)
        add.on_click(lambda: self._edit(None))

    def _show(self, found: tuple[LocationRow, ...]) -> None:
        self._rows.clear()
        self._rows.show(on=bool(found))
        self._none.show(on=not found)
        with self._rows:
            for row in found:
                self._row(row)

    def _row(self, row: LocationRow) -> None:
        name = row.command.name
        words = "Turn off" if row.is_active else "Turn on"
        with Tag("li", "lw-row"):
            with Tag("div", "lw-grow"):
                Tag("p", "lw-b", name)
                Tag("p", "lw-m", row.command.address or "No address")
            if not row.is_active:
                chip("Off")
            Button(
                "Edit",
                lambda: self._edit(row),
                kind="txt",
                aria_label=f"Edit {name}",
                repeatable=True,
            )
            Button(words, lambda: self._switch(row), kind="txt", aria_label=f"{words} {name}")

    async def _refresh(self, said: str) -> None:
        self._dialog.close()
        self._visit.say(said)
        self._show(await run(settings.locations, self._visit.actor))

    async def _switch(self, row: LocationRow) -> None:
        work = SWITCH(self._visit.actor, row.id, active=not row.is_active)
        done, _ = await self._visit.attempt(work, lambda e: self._visit.say(e.message))
        if done:
            await self._refresh("Turned off" if row.is_active else "Turned on")

    def _edit(self, row: LocationRow | None) -> None:
        command, dialog = row.command if row else NEW, self._dialog
        dialog.body.clear()
        dialog.foot.clear()
        with dialog.body, Tag("div", "lw-stack"):
            form = Form(LocationInput, {n: _field(n, command) for n in LocationInput.model_fields})

        def refuse(error: PortalError) -> None:
            if not form.refuse(error.field, error.message):
                form.refuse("name", error.message)

        async def save() -> None:
            checked = form.check()
            if checked is None:
                return
            work = SAVE(self._visit.actor, row.id if row else "", checked)
            done, _ = await self._visit.attempt(work, refuse)
            if done:
                await self._refresh("Saved")

        with dialog.foot:
            Button("Save", save)
            Button("Close", kind="sec", data_lw_close=True)
        dialog.open()


def _field(name: str, command: LocationInput) -> Field:
    return Field(
        str(LocationInput.model_fields[name].title),
        str(getattr(command, name)),
        help_text=HELP.get(name, ""),
        optional=name in HELP,
    )
