"""The dialog in which the practice moves a visit to another time."""

from uuid import uuid4
from zoneinfo import ZoneInfo

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note, note_html
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import MoveInput, StaffVisitView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import desk
from portal_app.services.schedule.clinician_time import TakenError

MOVE = action(desk.move, needs=Permission.PRACTICE_SCHEDULE)


class MoveVisit:
    """Moves one visit, and leads to the new one."""

    def __init__(self, visit: Visit) -> None:
        """Create the closed dialog."""
        self._visit = visit
        self._dialog = Dialog("Move", keep=True)

    def open(self, view: StaffVisitView) -> None:
        """Draw the fields anew and open."""
        dialog, key = self._dialog, uuid4().hex
        local = view.row.starts_at.astimezone(ZoneInfo(view.zone))
        dialog.body.clear()
        dialog.foot.clear()
        with dialog.body:
            failed = note("", "danger", alert=True).show(on=False)
            Tag("p", "lw-soft", "The patient is told at once.")
            with Tag("div", "lw-stack"):
                form = Form(
                    MoveInput,
                    {
                        "day": Field("Day", local.date().isoformat(), kind="date"),
                        "time": Field("Time", f"{local:%H:%M}", kind="time"),
                        "override_reason": Field(
                            "Reason",
                            optional=True,
                            help_text="Only to book a time that is taken: say why.",
                        ),
                    },
                )

        def refuse(error: PortalError) -> None:
            if isinstance(error, TakenError):
                words = "To book it nevertheless, write a reason."
                form.refuse("override_reason", f"{error.message} {words}")
            elif not form.refuse(error.field, error.message):
                failed.set_html(note_html(error.message, "danger")).show(on=True)

        async def act() -> None:
            failed.show(on=False)
            command = form.check(client_key=key)
            if command is None:
                return
            work = MOVE(self._visit.actor, view.row.id, command, self._visit.house.public_url)
            with button.busy("Moving"):
                done, new = await self._visit.attempt(work, refuse)
            if done:
                dialog.close()
                self._visit.say("Visit moved")
                self._visit.go(f"/practice/calendar/{new}")

        with dialog.foot:
            button = Button("Move", act)
            Button("Close", kind="sec", data_lw_close=True)
        dialog.open()
