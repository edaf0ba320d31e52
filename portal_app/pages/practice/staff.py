"""Settings, Clinicians and staff: who works here, what each does, and whose patients she reaches."""

from typing import Any

from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.controls import CheckControl
from portal_app.components.dialog import Dialog, confirm
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.staff import StaffInput, StaffRow, StaffView
from portal_app.pages.framework.step_up import StepUp
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services import staff
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_STAFF
ADD = action(staff.add, needs=NEEDS)
SAVE = action(staff.save, needs=NEEDS)
AGAIN = action(staff.send_again, needs=NEEDS)
LET_GO = action(staff.let_go, needs=NEEDS)
TAKE_BACK = action(staff.take_back, needs=NEEDS)
ROLES = {
    "clinician": "Clinician",
    "assistant": "Assistant",
    "biller": "Biller",
    "owner": "Owner",
}
P = Permission
WORDS = {
    P.PRACTICE_ROSTER: "List of patients",
    P.PRACTICE_DEMOGRAPHICS: "Demographic info and portal access",
    P.PRACTICE_SCHEDULE: "Schedule",
    P.PRACTICE_MESSAGES: "Messages as the practice",
    P.PRACTICE_CLINICIAN_MESSAGES: "Messages as a clinician",
    P.PRACTICE_BILLING: "Billing",
    P.PRACTICE_FORMS: "Forms and consents",
    P.PRACTICE_RECORDS: "Health records",
    P.PRACTICE_SETTINGS: "Settings",
}
NEW = StaffRow("", "", "", "", "assistant", frozenset(), False, frozenset(), True, False)
HELP = {
    "title": "As patients and colleagues read it, such as “Front desk”.",
    "short_name": "For clinicians, as patients read it, such as “Dr. Osei”.",
    "credentials": "For clinicians, such as MD or LCSW.",
}


class StaffPanel:
    """The open list; it is drawn anew after each change."""

    def __init__(self, visit: Visit, view: StaffView) -> None:
        """Draw it, with its closed dialog."""
        self._visit, self._view = visit, view
        with heading("Staff"):
            self._rows = Tag("ul", "lw-panel")
            with Tag("div", "lw-actions"):
                Button(
                    "Add somebody",
                    lambda: self._edit(NEW),
                    kind="sec",
                    icon="user-round-plus",
                    repeatable=True,
                )
        self._dialog = Dialog("Staff", keep=True)
        self._questions = Tag("div")
        self._asking = StepUp(visit)
        self._show()

    def _show(self) -> None:
        self._rows.clear()
        with self._rows:
            for row in self._view.rows:
                self._row(row)

    def _row(self, row: StaffRow) -> None:
        with Tag("li", "lw-row lw-who1"):
            with Tag("div", "lw-grow"):
                Tag("p", "lw-b", row.name)
                Tag("p", "lw-m", f"{row.title or ROLES[row.role]}. {row.email}")
            if not row.is_active:
                chip("Left")
                Button(
                    "Take on again",
                    lambda: self._take_back(row),
                    kind="txt",
                    aria_label=f"Take on {row.name} again",
                )
                return
            if not row.has_password:
                chip("Invited", "info")
                Button(
                    "Send again",
                    lambda: self._again(row),
                    kind="txt",
                    aria_label=f"Send the link to {row.name} again",
                )
            Button(
                "Edit",
                lambda: self._edit(row),
                kind="txt",
                repeatable=True,
                aria_label=f"Edit {row.name}",
            )
            Button(
                "Let go",
                lambda: self._ask_let_go(row),
                kind="dangertxt",
                repeatable=True,
                aria_label=f"Let go {row.name}",
            )

    async def _refresh(self, said: str) -> None:
        self._visit.say(said)
        self._view = await run(staff.view, self._visit.actor)
        self._show()

    def _refuse(self, error: PortalError) -> None:
        self._visit.say(error.message)

    async def _again(self, row: StaffRow) -> None:
        url = self._visit.house.public_url
        await self._asking.attempt(
            lambda: AGAIN(self._visit.actor, row.id, url),
            lambda link: self._show_link(row.name, str(link)),
        )

    async def _take_back(self, row: StaffRow) -> None:
        await self._asking.attempt(
            lambda: TAKE_BACK(self._visit.actor, row.id), lambda _: self._refresh("Saved")
        )

    def _ask_let_go(self, row: StaffRow) -> None:
        async def let_go() -> None:
            sessions = self._visit.house.sessions
            work = LET_GO(self._visit.actor, sessions, row.id)
            done, _ = await self._visit.attempt(work, self._refuse)
            if done:
                await self._refresh("Done")

        self._questions.clear()
        with self._questions:
            confirm(
                f"Let {row.name} go?",
                "Every device is signed out at once, and nothing here opens any more. "
                "What this person has written stays.",
                yes="Let go",
                no="Keep",
                on_yes=let_go,
                danger=True,
            ).open()

    # ------------------------------------------------------------ the dialog
    def _clear(self, title: str) -> None:
        self._dialog.set_title(title)
        self._dialog.body.clear()
        self._dialog.foot.clear()

    def _edit(self, row: StaffRow) -> None:
        is_new = not row.id
        self._clear("Add somebody" if is_new else row.name)
        with self._dialog.body:
            box = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            fields = _fields(row, is_new=is_new)
            boxes, reach, everybody = self._ticks(row)
        form = Form(StaffInput, fields)

        def refuse(error: PortalError) -> None:
            if not form.refuse(error.field, error.message):
                box.set_html(note_html(error.message, "danger")).show(on=True)

        async def save() -> None:
            more: dict[str, Any] = {
                "boxes": [p for p, c in boxes.items() if c.value],
                "reach": [key for key, c in reach.items() if c.value],
                "all_charts": everybody.value,
            }
            command = form.check(**more)
            if command is None:
                return
            visit, url = self._visit, self._visit.house.public_url

            async def done(link: object) -> None:
                await self._refresh("Saved")
                if link:
                    self._show_link(command.name, str(link))
                else:
                    self._dialog.close()

            await self._asking.attempt(
                lambda: (
                    ADD(visit.actor, command, url) if is_new else SAVE(visit.actor, row.id, command)
                ),
                done,
                refuse,
            )

        with self._dialog.foot:
            Button("Add" if is_new else "Save", save)
            Button("Close", kind="sec", data_lw_close=True)
        self._dialog.open()

    def _ticks(
        self, row: StaffRow
    ) -> tuple[dict[Permission, CheckControl], dict[str, CheckControl], CheckControl]:
        with Tag("fieldset", "lw-stack"):
            Tag("legend", "lw-lab", "What an assistant may do")
            boxes = {p: check_field(words, value=p in row.boxes) for p, words in WORDS.items()}
        with Tag("fieldset", "lw-stack"):
            Tag("legend", "lw-lab", "Whose patients")
            everybody = check_field("All patients", value=row.all_charts)
            reach = {
                key: check_field(f"Patients of {name}", value=key in row.reach)
                for key, name in self._view.clinicians
            }
        return boxes, reach, everybody

    def _show_link(self, name: str, link: str) -> None:
        self._clear("Invited")
        with self._dialog.body:
            Tag("p", "", f"The link was mailed to {name}. You can also hand it over yourself:")
            Tag("p", "lw-code", link)
        with self._dialog.foot:
            Button("Close", kind="sec", data_lw_close=True)
        self._dialog.open()


def _fields(row: StaffRow, *, is_new: bool) -> dict[str, Field]:
    fields = {"name": Field("Name", row.name)}
    if is_new:
        fields["email"] = Field("Email", kind="email", autocomplete="off")
    fields["role"] = Field("Role", row.role, kind="select", options=list(ROLES.items()))
    for name in ("title", "short_name", "credentials"):
        fields[name] = Field(
            str(StaffInput.model_fields[name].title),
            getattr(row, name),
            help_text=HELP[name],
            optional=True,
        )
    return fields
