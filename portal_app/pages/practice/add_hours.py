"""The dialog in which hours are opened: every week, every few weeks, or once."""

from collections.abc import Awaitable, Callable
from typing import Any

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import AvailabilityView, ExceptionInput, HoursInput
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import availability

ADD_HOURS = action(availability.add_hours, needs=Permission.PRACTICE_SCHEDULE)
ADD_EXTRA = action(availability.add_extra_hours, needs=Permission.PRACTICE_SCHEDULE)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ONCE = "once"


class AddHours:
    """Opens hours of a clinician."""

    def __init__(self, visit: Visit, on_done: Callable[[], Awaitable[None]]) -> None:
        """Create the closed dialog; `on_done` is called after hours were added."""
        self._visit, self._on_done = visit, on_done
        self._dialog = Dialog("Add hours", keep=True)

    def open(self, view: AvailabilityView) -> None:
        """Draw the fields anew and open."""
        dialog = self._dialog
        dialog.body.clear()
        dialog.foot.clear()
        repeats = [
            ("1", "Every week"),
            ("2", "Every 2 weeks"),
            ("4", "Every 4 weeks"),
            (ONCE, "Once"),
        ]
        with dialog.body, Tag("div", "lw-stack"):
            repeat = Field("Repeat", "1", kind="select", options=repeats)
            fields = {
                "weekday": Field(
                    "Weekday", "0", kind="select", options=[(str(n), d) for n, d in enumerate(DAYS)]
                ),
                "start": Field("From", "09:00", kind="time"),
                "end": Field("To", "12:00", kind="time"),
                "valid_from": Field(
                    "First day",
                    self._visit.wall.today.isoformat(),
                    kind="date",
                ),
                "valid_until": Field("Last day", kind="date", optional=True),
                "visit_type": Field(
                    "Visit type", kind="select", options=[("", "Any visit"), *view.types]
                ),
                "mode": Field(
                    "How",
                    kind="select",
                    options=[
                        ("", "Any way"),
                        ("in_person", "In person only"),
                        ("video", "Video only"),
                        ("phone", "Phone only"),
                    ],
                ),
                "location": Field(
                    "Location",
                    view.locations[0][0] if view.locations else "",
                    kind="select",
                    options=[("", "None"), *view.locations],
                ),
            }

        async def save() -> None:
            once = repeat.value == ONCE
            first, last = fields["valid_from"], fields["valid_until"]
            for field in fields.values():
                field.set_error("")
            form: Form[Any]
            if once:
                named = {n: fields[n] for n in ("start", "end")} | {"first_day": first}
                if last.value:
                    form = Form(ExceptionInput, named | {"last_day": last})
                    command = form.check()
                else:  # that one day
                    form = Form(ExceptionInput, named)
                    command = form.check(last_day=first.value)
            else:
                form = Form(HoursInput, fields)
                command = form.check(every_weeks=repeat.value)
            if command is None:
                return
            perform = ADD_EXTRA if once else ADD_HOURS
            work = perform(self._visit.actor, view.clinician, command)

            def refuse(error: PortalError) -> None:
                if not form.refuse(error.field, error.message):
                    fields["start"].set_error(error.message)

            done, _ = await self._visit.attempt(work, refuse)
            if done:
                dialog.close()
                self._visit.say("Hours added")
                await self._on_done()

        with dialog.foot:
            Button("Add", save)
            Button("Close", kind="sec", data_lw_close=True)
        dialog.open()
