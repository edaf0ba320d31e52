"""What can be done with one entry of a record, and with a wish to correct it."""

from collections.abc import Awaitable
from typing import Any

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.records_desk.release import release_fields
from portal_app.components.tag import Tag
from portal_app.data.schemas.records import (
    LABEL_HELP,
    LABELS,
    AmendInput,
    AmendmentAnswer,
    AmendmentView,
    EntryRow,
    LabelInput,
    ReleaseInput,
    WithdrawInput,
)
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.services.records import amendments, releasing

RELEASE = action(releasing.release, needs=releasing.NEEDS)
LABEL = action(releasing.set_label, needs=releasing.NEEDS)
WITHDRAW = action(releasing.withdraw, needs=releasing.NEEDS)
AMEND = action(releasing.amend, needs=releasing.NEEDS)
ANSWER = action(amendments.answer_amendment, needs=releasing.NEEDS)


class RecordDialog(Dialog):
    """A dialog that does one thing at a time, says what is refused, and goes when it closes."""

    def __init__(self, visit: Visit, title: str, *, wide: bool = False) -> None:
        """Create it closed and empty."""
        super().__init__(title, wide=wide, keep=True, on_close=self.delete)
        self._visit, self._chart = visit, visit.chart
        with self.body:
            self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)

    async def perform(self, work: Awaitable[Any], said: str, form: Form[Any] | None = None) -> None:
        """Do something; what is refused stands at its field, or above."""

        def refuse(error: PortalError) -> None:
            if form is None or not form.refuse(error.field, error.message):
                self._error.set_html(note_html(error.message, "danger")).show(on=True)

        self._error.show(on=False)
        done, found = await self._visit.attempt(work, refuse)
        if done:
            self._visit.say(said.format(found))
            self.close()


class ReleaseDialog(RecordDialog):
    """Releases everything that waits."""

    def __init__(self, visit: Visit, waiting: int) -> None:
        """Create it closed."""
        super().__init__(visit, "Release")
        with self.body:
            words = "1 entry waits." if waiting == 1 else f"{waiting} entries wait."
            Tag("p", "lw-soft", words if waiting else "Everything is released already.")
            with Tag("div", "lw-stack") as stack:
                self._form = Form(ReleaseInput, release_fields())
            stack.show(on=waiting > 0)
        with self.foot:
            Button("Release", self._release, icon="eye").show(on=waiting > 0)
            Button("Close", kind="sec", data_lw_close=True)

    async def _release(self) -> None:
        if command := self._form.check():
            work = RELEASE(self._visit.actor, self._chart, command)
            await self.perform(work, "{0} released", self._form)


class EntryDialog(RecordDialog):
    """Releases, labels, amends or withdraws one entry."""

    def __init__(self, visit: Visit, row: EntryRow) -> None:
        """Create it closed."""
        super().__init__(visit, row.title, wide=True)
        self._row = row
        with self.body:
            with self._part("Release"):
                self._release = Form(ReleaseInput, release_fields())
                Button("Release", self._do_release, kind="sec")
            with self._part("Label"):
                label = Field(
                    "Label", row.label.value, kind="select", options=LABELS, help_text=LABEL_HELP
                )
                self._label = Form(LabelInput, {"label": label})
                self._hide = check_field("Hide from family with access", value=row.is_hidden)
                Button("Save", self._do_label, kind="sec")
            if not row.is_amended:
                with self._part("Amend"):
                    self._amend = Form(AmendInput, self._fields(row))
                    Button("Amend", self._do_amend, kind="sec")
            if row.state != "withdrawn":
                with self._part("Withdraw"):
                    reason = Field("Reason", kind="textarea", rows=2, most=500)
                    self._withdraw = Form(WithdrawInput, {"reason": reason})
                    Button("Withdraw", self._do_withdraw, kind="danger")

    @staticmethod
    def _fields(row: EntryRow) -> dict[str, Field]:
        fields = {"title": Field("Title", row.title, most=300)}
        if row.value:
            fields["value"] = Field("Value", row.value, most=200)
        fields["text"] = Field("Text", row.text, kind="textarea", rows=4, optional=True, most=8000)
        return fields

    @staticmethod
    def _part(title: str) -> Tag:
        box = Tag("section", "lw-stack lw-rec-part")
        with box:
            heading = Tag("h3", "lw-h3", title)
        return box.set(aria_labelledby=heading.html_id)

    def _call(self, perform: Any, *more: object) -> Awaitable[Any]:
        found: Awaitable[Any] = perform(self._visit.actor, self._chart, *more)
        return found

    async def _do_release(self) -> None:
        if command := self._release.check():
            said = "Not released" if command.when == "not" else "Released"
            await self.perform(self._call(RELEASE, command, self._row.id), said, self._release)

    async def _do_label(self) -> None:
        if command := self._label.check(hide_from_proxies=self._hide.value):
            await self.perform(self._call(LABEL, self._row.id, command), "Saved", self._label)

    async def _do_amend(self) -> None:
        if command := self._amend.check():
            await self.perform(self._call(AMEND, self._row.id, command), "Amended", self._amend)

    async def _do_withdraw(self) -> None:
        if command := self._withdraw.check():
            work = self._call(WITHDRAW, self._row.id, command)
            await self.perform(work, "Withdrawn", self._withdraw)


class AnswerDialog(RecordDialog):
    """Answers a wish to correct the record."""

    def __init__(self, visit: Visit, request: AmendmentView) -> None:
        """Create it closed."""
        super().__init__(visit, "Answer the request", wide=True)
        self._request = request
        with self.body:
            Tag("p", "lw-rec-words", request.text)
            with Tag("div", "lw-stack"):
                answer = Field(
                    "Answer",
                    kind="textarea",
                    rows=4,
                    most=2000,
                    help_text="The patient reads it. When you decline, say why.",
                )
                self._form = Form(AmendmentAnswer, {"answer": answer})
        with self.foot:
            Button("Accept", lambda: self._answer(accepted=True))
            Button("Decline", lambda: self._answer(accepted=False), kind="dangertxt")

    async def _answer(self, *, accepted: bool) -> None:
        if command := self._form.check(is_accepted=accepted):
            work = ANSWER(
                self._visit.actor,
                self._chart,
                self._request.id,
                command,
                self._visit.house.public_url,
            )
            await self.perform(work, "Accepted" if accepted else "Declined", self._form)
