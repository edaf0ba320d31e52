"""Documents on a patient's page: what was asked for, what came, scores over time, files."""

from uuid import uuid4

from nicegui import binding

from portal_app import live
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog, confirm
from portal_app.components.field import Field
from portal_app.components.form import Form, schema_field
from portal_app.components.note import note, note_html
from portal_app.components.panel import back_link, page_body
from portal_app.components.panel import section as headed
from portal_app.components.papers import (
    STATES,
    answers_html,
    assignment_row,
    assignment_words,
    kind_words,
    scores_link,
    trends_html,
    uploads_html,
)
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.consents import SignedCopy
from portal_app.data.schemas.papers import (
    AssignInput,
    ChartPapersView,
    PaperView,
    ReturnInput,
    SentVersion,
)
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.consents import CopyBox
from portal_app.pages.practice.patient import TABS
from portal_app.pages.routing import action, section
from portal_app.rules.documents import DocumentKind
from portal_app.rules.documents.states import PaperStatus
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services.documents import alerts, assigning, reviewing
from portal_app.services.documents.consents import desk as consents
from portal_app.services.worker import run

P, S = Permission, PaperStatus
ASSIGN = action(assigning.assign, needs=P.PRACTICE_FORMS)
WITHDRAW = action(assigning.withdraw, needs=P.PRACTICE_FORMS)
STOP = action(assigning.stop_series, needs=P.PRACTICE_FORMS)
REVIEW = action(reviewing.review, needs=P.PRACTICE_FORMS)
RETURN = action(reviewing.give_back, needs=P.PRACTICE_FORMS)
LOOKED = action(alerts.mark_seen, needs=P.PRACTICE_FORMS)
AGAIN = [
    ("", "Once"),
    ("visit", "Before every visit"),
    ("P1W", "Every week"),
    ("P2W", "Every 2 weeks"),
    ("P4W", "Every 4 weeks"),
    ("P13W", "Every 3 months"),
]
COMPLETERS = [
    ("either", "The patient or a guardian"),
    ("patient", "The patient"),
    ("guardian", "A guardian"),
    ("both", "Both, or two guardians of a minor"),
]


@TABS.tab("documents", "Documents", needs=P.PRACTICE_FORMS, load=reviewing.of_chart)
def documents_tab(visit: Visit, view: ChartPapersView) -> None:
    """Show the documents of the chart."""
    ChartDocuments(visit, view)


class ChartDocuments:
    """The tab, kept up to date."""

    def __init__(self, visit: Visit, view: ChartPapersView) -> None:
        """Draw it."""
        self._visit, self._view, self._chart = visit, view, visit.chart
        with Tag("div", "lw-stack"):
            with Tag("div", "lw-between lw-tabhead"):
                Tag("p", "lw-soft", "What was asked for, newest first.")
                if view.may_assign:
                    self._assign = AssignDialog(visit, view, self.refresh)
                    Button(
                        "Assign a document",
                        kind="sec",
                        icon="plus",
                        repeatable=True,
                        data_lw_open=self._assign.opener,
                    )
            self._rows = Tag("ul", "lw-panel lw-dense", aria_label="Documents")
            self._none = Tag("p", "lw-soft", "No document has been asked for yet.")
            with headed("Scores over time", "lw-next") as self._scores:
                self._trends = Tag("div", "lw-trends")
                scores_link(f"/practice-scores/{self._chart}")
            with headed("Files from the patient", "lw-next") as self._files:
                self._uploads = Tag("div")
        self._show()
        live.subscribe(view.topic, self.refresh)

    def _show(self) -> None:
        view, wall = self._view, self._visit.wall
        base = f"/practice/patients/{self._chart}/documents"
        self._rows.set_html(
            join(
                *(
                    fragment("li", "lw-row", assignment_row(r, wall, f"{base}/{r.id}"))
                    for r in view.rows
                )
            )
        )
        self._rows.show(on=bool(view.rows))
        self._none.show(on=not view.rows)
        self._trends.set_html(trends_html(view.trends, wall.zone))
        self._scores.show(on=bool(view.trends))
        self._uploads.set_html(uploads_html(view.uploads, wall))
        self._files.show(on=bool(view.uploads))

    async def refresh(self) -> None:
        """Read the tab again."""
        view = await run(reviewing.of_chart, self._visit.actor, self._chart)
        if not self._rows.is_deleted and view != self._view:
            self._view = view
            self._show()


@binding.bindable_dataclass
class AssignDraft:
    """What is typed into the dialog."""

    definition: str = ""
    completed_by: str = "either"
    due_on: str = ""
    every: str = ""
    until: str = ""
    note: str = ""


class AssignDialog:
    """Asks for a document."""

    def __init__(self, visit: Visit, view: ChartPapersView, after) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        """Create it closed; `after` reads the page again."""
        self._visit, self._after, self._key = visit, after, uuid4().hex
        self._dialog = Dialog("Assign a document", keep=True)
        draft = self._draft = AssignDraft()
        with self._dialog.body:
            self._error = note("", "danger", alert=True).show(on=False)
            choices = [(o.id, f"{o.title} ({kind_words(o.kind).lower()})") for o in view.options]
            fields = {
                "definition": Field(
                    "Document",
                    kind="select",
                    options=choices,
                    prompt="Choose a document",
                    on_input=lambda value: setattr(draft, "definition", value),
                ),
                "completed_by": Field(
                    "Who completes it",
                    "either",
                    kind="select",
                    options=COMPLETERS,
                    on_input=lambda value: setattr(draft, "completed_by", value),
                ),
            }
            with Tag("div", "lw-two"):
                fields["due_on"] = Field("Due", kind="date", optional=True)
                fields["every"] = Field("Again", "", kind="select", options=AGAIN)
            fields["until"] = Field("Until", kind="date", optional=True)
            fields["note"] = schema_field(AssignInput, draft, "note")
        self._form = Form(AssignInput, fields)
        with self._dialog.foot:
            self._button = Button("Assign", self._assign)
            Button("Cancel", kind="sec", data_lw_close=True)

    @property
    def opener(self) -> str:
        """The value of `data_lw_open=` on the button that opens it."""
        return self._dialog.opener

    async def _assign(self) -> None:
        command = self._form.check(client_key=self._key)
        if command is None:
            return
        visit = self._visit
        with self._button.busy("Assigning"):
            work = ASSIGN(visit.actor, visit.chart, command, visit.house.public_url)
            done, _ = await visit.attempt(work, self._refuse)
        if done:
            self._key = uuid4().hex
            self._refuse(PortalError(""))
            self._dialog.close()
            visit.say("Assigned")
            await self._after()

    def _refuse(self, error: PortalError) -> None:
        if error.field and self._form.refuse(error.field, error.message):
            return
        self._error.set_html(note_html(error.message, "danger"))
        self._error.show(on=bool(error.message))


# ---------------------------------------------------------------- one document
def load_paper(actor: Actor, chart: str, document: str) -> tuple[PaperView, SignedCopy | None]:
    """Read a document, and what has come of it where it is a consent."""
    view = reviewing.one(actor, chart, document)
    signs = view.row.kind == DocumentKind.E_CONSENT
    return view, consents.signed_copy(actor, chart, document) if signs else None


@section(
    "practice",
    "/patients/{chart}/documents/{document}",
    needs=P.PRACTICE_FORMS,
    title="Document",
    nav="patients",
    load=load_paper,
)
def paper_page(visit: Visit, view: tuple[PaperView, SignedCopy | None]) -> None:
    """Show one assigned document."""
    PaperPage(visit, *view)


class PaperPage:
    """One document of a chart, kept up to date."""

    def __init__(self, visit: Visit, view: PaperView, copy: SignedCopy | None) -> None:
        """Draw it."""
        self._visit, self._chart, self._view = visit, visit.chart, view
        self._copy = copy
        self._box = page_body("lw-formpage")
        self._show()
        live.subscribe(view.topic, self.refresh)

    async def refresh(self) -> None:
        """Read the document again."""
        work = run(load_paper, self._visit.actor, self._chart, self._view.row.id)
        done, found = await self._visit.attempt(work, lambda _: None)
        if done and not self._box.is_deleted and found != (self._view, self._copy):
            self._view, self._copy = found
            self._box.clear()
            self._show()

    def _show(self) -> None:
        view, row, wall = self._view, self._view.row, self._visit.wall
        with self._box:
            back_link(
                f"Documents of {row.patient}", f"/practice/patients/{self._chart}?tab=documents"
            )
            h1(row.title)
            Tag("p", "lw-lead", f"{assignment_words(row, wall)}. {STATES[S(row.status)][0]}.")
            self._alert()
            if view.note:
                Tag("p", "lw-soft", f"Note to the patient: {view.note}")
            for number, version in enumerate(view.versions):
                if number:
                    with headed(f"Version {version.version}", "lw-next"):
                        self._version(version)
                else:
                    self._version(version)
            if self._copy is not None:
                CopyBox(self._visit, self._chart, row.id, self._copy)
            elif not view.versions:
                Tag("p", "lw-soft", "Nothing has been sent yet.")
            self._actions()
            if view.trend is not None:
                with headed("Over time", "lw-next"):
                    Tag("div", "", html=trends_html([view.trend], wall.zone))

    def _alert(self) -> None:
        view = self._view
        if view.row.look_today:
            with Tag("div", "lw-note lw-danger lw-looktoday"):
                Tag("span", "lw-grow", "An answer here needs somebody’s eyes today.")
                Button("Mark as looked at", self._looked, kind="sec")
        elif view.seen:
            Tag("p", "lw-soft", f"Looked at by {view.seen}.")

    def _version(self, version: SentVersion) -> None:
        wall = self._visit.wall
        words = f"Sent {wall.full(version.sent_at)}" + (f" by {version.by}" if version.by else "")
        if version.reviewed_at:
            words += f". Reviewed {wall.full(version.reviewed_at)} by {version.reviewed_by}"
        Tag("p", "lw-soft", f"{words}.")
        if version.score is not None:
            with Tag("div", "lw-score"):
                Tag("b", "", f"Score: {version.score.words}")
                for detail in version.score.details:
                    Tag("p", "lw-s14", detail)
        Tag("div", "lw-panel lw-pad", html=answers_html(version.lines))

    def _actions(self) -> None:
        row = self._view.row
        status, consent = S(row.status), row.kind == DocumentKind.E_CONSENT
        with Tag("div", "lw-actions lw-formend"):
            if status is S.SUBMITTED and not consent:
                Button("Mark as reviewed", self._review)
            if status in {S.SUBMITTED, S.REVIEWED} and not consent:
                dialog = self._return_dialog()
                Button(
                    "Return with a note",
                    kind="sec",
                    icon="undo-2",
                    repeatable=True,
                    data_lw_open=dialog.opener,
                )
            if status in {S.ASSIGNED, S.IN_PROGRESS, S.RETURNED}:
                ask = confirm(
                    "Withdraw this document?",
                    "The patient is not asked for it any more.",
                    yes="Withdraw",
                    no="Keep",
                    on_yes=self._withdraw,
                    danger=True,
                )
                Button("Withdraw", kind="dangertxt", repeatable=True, data_lw_open=ask.opener)
            if row.every:
                Button("Do not ask again", self._stop, kind="txt")

    def _return_dialog(self) -> Dialog:
        dialog = Dialog("Return with a note", keep=True)
        with dialog.body:
            field = Field("Note to the patient", kind="textarea", rows=4)
            form = Form(ReturnInput, {"note": field})

        async def give_back() -> None:
            command = form.check()
            if command is None:
                return
            visit, url = self._visit, self._visit.house.public_url
            work = RETURN(visit.actor, self._chart, self._view.row.id, command, url)
            done, _ = await visit.attempt(work, lambda e: field.set_error(e.message))
            if done:
                dialog.close()
                visit.say("Returned")
                await self.refresh()

        with dialog.foot:
            Button("Return", give_back)
            Button("Cancel", kind="sec", data_lw_close=True)
        return dialog

    async def _do(self, act, said: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        visit = self._visit
        work = act(visit.actor, self._chart, self._view.row.id)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            visit.say(said)
        await self.refresh()

    async def _looked(self) -> None:
        await self._do(LOOKED, "Marked as looked at")

    async def _review(self) -> None:
        await self._do(REVIEW, "Reviewed")

    async def _withdraw(self) -> None:
        await self._do(WITHDRAW, "Withdrawn")

    async def _stop(self) -> None:
        await self._do(STOP, "Not asked for again")
