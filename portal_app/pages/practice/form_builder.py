"""One form: its questions, and how a patient sees them."""

from collections.abc import Awaitable

from portal_app.components.badge import chip
from portal_app.components.button import Button, link_button
from portal_app.components.dialog import Dialog, confirm
from portal_app.components.documents import Questions
from portal_app.components.documents.builder import ItemDialog, ItemList
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note, note_html
from portal_app.components.panel import back_link
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.definitions import BuilderView, FormInput, ItemInput
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.documents import WORDS, DocumentKind
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.documents import definitions

NEEDS = Permission.PRACTICE_FORMS
HEAD = action(definitions.save_head, needs=NEEDS)
ADD = action(definitions.add_item, needs=NEEDS)
CHANGE = action(definitions.change_item, needs=NEEDS)
MOVE = action(definitions.move_item, needs=NEEDS)
REMOVE = action(definitions.remove_item, needs=NEEDS)
RIGHTS = action(definitions.confirm_rights, needs=NEEDS)
PUBLISH = action(definitions.publish, needs=NEEDS)
DISCARD = action(definitions.discard, needs=NEEDS)
RETIRE = action(definitions.set_retired, needs=NEEDS)
BEGIN = action(definitions.begin, needs=NEEDS)
LIST = "/practice/documents"
STATUS = {
    "draft": ("Draft", "warn"),
    "active": ("In use", "ok"),
    "superseded": ("Older version", ""),
    "retired": ("Retired", ""),
}


@section(
    "practice",
    "/documents/{definition}",
    needs=NEEDS,
    title="Form",
    nav="documents",
    load=definitions.builder,
)
def builder_page(visit: Visit, view: BuilderView) -> None:
    """Show a version of a form; a draft can be changed."""
    Builder(visit, view)


class Builder:
    """The open page."""

    def __init__(self, visit: Visit, view: BuilderView) -> None:
        """Draw it."""
        self._visit, self._view, self._editing = visit, view, ""
        with Tag("div", "lw-page"):
            back_link("Documents", LIST)
            with Tag("div", "lw-page-h"), Tag("div"):
                self._title = h1(view.form.title)
                Tag("p", "lw-lead", f"{WORDS[DocumentKind(view.kind)]}, version {view.version}")
            self._bar = Tag("div", "lw-formbar")
            self._refused = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            self._about = Tag("div", "lw-stack")
            with Tag("div", "lw-build"):
                with heading("Questions"):
                    if view.is_draft:
                        self._head()
                    self._list = ItemList(self._act) if view.is_draft else None
                    if view.is_draft:
                        with Tag("div", "lw-actions"):
                            Button("Add a question", self._new, kind="sec", icon="plus")
                    else:
                        Tag("p", "lw-soft", "This version stays as it is.")
                with heading("As the patient sees it"):
                    self._preview = Tag("div", "lw-paperbox")
        self._dialog = ItemDialog(self._save)
        self._show(view)

    # ------------------------------------------------------------ drawing
    def _show(self, view: BuilderView, focus: tuple[str, str] | None = None) -> None:
        self._view = view
        self._title.set_text(view.form.title)
        self._refused.show(on=False)
        self._draw_bar()
        self._draw_about()
        if self._list:
            self._list.fill(view.form, focus=focus)
        self._preview.clear()
        with self._preview:
            if view.form.description:
                Tag("p", "lw-soft", view.form.description)
            if view.form.items:
                Questions(view.form, heading="h3")
            else:
                Tag("p", "lw-soft", "Nothing is asked yet.")

    def _draw_bar(self) -> None:
        view = self._view
        words, kind = STATUS[view.status]
        self._bar.clear()
        with self._bar:
            chip(words, kind)
            if view.is_draft:
                Button("Put into use", self._publish)
                Button("Throw away", confirm_discard(self).open, kind="dangertxt")
            else:
                if view.status == "active":
                    go = "Go on with the next version" if view.draft else "Change it"
                    Button(go, self._begin)
                    Button("Retire", lambda: self._retire(retired=True), kind="sec")
                if view.status == "retired":
                    Button("Use it again", lambda: self._retire(retired=False))
            link_button(
                "Export as FHIR",
                f"/form-files/{view.id}",
                kind="txt",
                icon="download",
                download=True,
            )

    def _draw_about(self) -> None:
        view = self._view
        self._about.clear()
        with self._about:
            if view.scale and not view.is_scored:
                note(f"As it stands this cannot be scored as {view.scale}.", "warn")
            elif view.scale:
                note(f"Answers are scored as {view.scale}.", "info")
            for words in view.notes:
                note(words, "warn")
            if view.form.copyright:
                with Tag("details"):
                    Tag("summary", "", "Copyright")
                    Tag("p", "lw-soft", view.form.copyright)
            if view.needs_rights:
                note(
                    view.form.copyright
                    or "The file says nothing about who owns this form. Find out before you use it.",
                    "warn",
                )
                Button("We may use this form", self._rights, kind="sec")
            elif view.rights:
                Tag("p", "lw-soft", f"Right to use it confirmed by {view.rights}.")

    def _head(self) -> None:
        form = Form(
            FormInput,
            {
                "title": Field("Title", self._view.form.title),
                "description": Field(
                    "What is said above the questions",
                    self._view.form.description,
                    kind="textarea",
                    rows=2,
                    optional=True,
                ),
            },
        )

        async def save() -> None:
            command = form.check()
            if command is not None:
                await self._do(HEAD(self._visit.actor, self._view.id, command), "Saved")

        with Tag("div", "lw-actions"):
            Button("Save title", save, kind="sec")

    # ------------------------------------------------------------ doing
    async def _do(
        self, work: Awaitable[BuilderView], said: str, focus: tuple[str, str] | None = None
    ) -> None:
        done, view = await self._visit.attempt(work, self._refuse)
        if done:
            self._show(view, focus)
            self._visit.say(said)

    def _refuse(self, error: PortalError) -> None:
        self._refused.set_html(note_html(error.message, "danger")).show(on=True)

    async def _act(self, act: str, link: str) -> None:
        item = self._view.form.by_link.get(link)
        if item is None:
            return
        actor, form = self._visit.actor, self._view.id
        if act == "edit":
            self._editing = link
            self._dialog.open(self._view.form, item)
        elif act == "remove":
            await self._do(REMOVE(actor, form, link), "Removed")
        else:
            by = -1 if act == "up" else 1
            await self._do(MOVE(actor, form, link, by), "Moved", (act, link))

    def _new(self) -> None:
        self._editing = ""
        self._dialog.open(self._view.form, None)

    async def _save(self, command: ItemInput, section: str) -> PortalError | None:
        actor, form = self._visit.actor, self._view.id
        work = (
            CHANGE(actor, form, self._editing, command)
            if self._editing
            else ADD(actor, form, command, section)
        )
        refused: list[PortalError] = []
        done, view = await self._visit.attempt(work, refused.append)
        if done:
            self._show(view)
            self._visit.say("Saved")
        return refused[0] if refused else None

    async def _publish(self) -> None:
        work = PUBLISH(self._visit.actor, self._view.id)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("In use from now on")
            self._visit.go(LIST)

    async def _rights(self) -> None:
        await self._do(RIGHTS(self._visit.actor, self._view.id), "Confirmed")

    async def _begin(self) -> None:
        work = BEGIN(self._visit.actor, self._view.id)
        done, draft = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.go(f"{LIST}/{draft}")

    async def _retire(self, *, retired: bool) -> None:
        work = RETIRE(self._visit.actor, self._view.id, retired=retired)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("Retired" if retired else "In use again")
            self._visit.go(LIST)

    async def discard(self) -> None:
        """Throw the draft away."""
        work = DISCARD(self._visit.actor, self._view.id)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("Thrown away")
            self._visit.go(LIST)


def confirm_discard(builder: Builder) -> Dialog:
    """Draw the question before a draft is thrown away."""
    return confirm(
        "Throw this draft away?",
        "Versions in use stay as they are.",
        yes="Throw away",
        no="Keep draft",
        on_yes=builder.discard,
        danger=True,
    )
