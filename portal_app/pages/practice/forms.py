"""Documents: the practice's forms, by what they are."""

from nicegui.events import GenericEventArguments

from portal_app import live
from portal_app.components.badge import chip_html
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.panel import row
from portal_app.components.panel import section as heading
from portal_app.components.safe import Safe
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.definitions import (
    NEW_KINDS,
    DefinitionRow,
    DefinitionsView,
    NewFormInput,
)
from portal_app.integrations.fhir.questionnaire import BYTES_MOST
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.documents import WORDS, DocumentKind
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.documents import definitions
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_FORMS
CREATE = action(definitions.create, needs=NEEDS)
ADD_SCALE = action(definitions.add_scale, needs=NEEDS)
NEWEST = action(definitions.newest_draft, needs=NEEDS)
EDITORS: dict[str, str] = {
    kind: "/practice/documents/{id}" for kind in DocumentKind if kind != DocumentKind.E_CONSENT
}
"""Kind of document -> where one of them is opened; consents add their own."""
BEGIN: list[tuple[str, str]] = []
"""More to begin from the list: words of a link, and its address."""


@section(
    "practice",
    "/documents",
    needs=NEEDS,
    title="Documents",
    nav="documents",
    load=definitions.listing,
)
def forms_page(visit: Visit, view: DefinitionsView) -> None:
    """List the forms; begin one, take one over, add a scale."""
    with Tag("div", "lw-page"):
        with Tag("div", "lw-page-h"):
            with Tag("div"):
                h1("Documents")
                Tag("p", "lw-lead", "What you ask patients to fill in and to sign.")
            with Tag("div", "lw-act"):
                add = Button("New form", icon="plus", repeatable=True)
                for words, href in BEGIN:
                    Tag("a", "lw-btn lw-sec", words, href=href)
                _import(visit)
        box = Tag("div", "lw-stack lw-set1")
    new = _new(visit)
    add.on_click(new.open)

    def show(found: DefinitionsView) -> None:
        box.clear()
        with box:
            _lists(visit, found)

    async def refresh() -> None:
        show(await run(definitions.listing, visit.actor))

    show(view)
    with box:
        live.subscribe(definitions.TOPIC, refresh)


def _lists(visit: Visit, view: DefinitionsView) -> None:
    if not view.rows:
        empty("No forms yet.", "Begin one, or add a rating scale below.", "file-text")
    for kind, words in WORDS.items():
        rows = [r for r in view.rows if r.kind == kind]
        if rows:
            with heading(f"{words}s"), Tag("ul", "lw-panel"):
                for found in rows:
                    _row(found)
    if view.scales:
        with heading("Rating scales you can add"), Tag("ul", "lw-panel"):
            for scale in view.scales:
                with Tag("li", "lw-row"):
                    with Tag("div", "lw-grow"):
                        Tag("p", "lw-b", scale.title)
                        Tag("p", "lw-m", scale.licence)
                    _add_scale(visit, scale.key, scale.title)
    if view.retired:
        with heading("Retired"), Tag("ul", "lw-panel"):
            for found in view.retired:
                _row(found)


def _row(found: DefinitionRow) -> None:
    aside = Safe()
    if found.status == definitions.DRAFT:
        aside = chip_html("Draft", "warn")
    elif found.has_draft:
        aside = chip_html(f"Version {found.version + 1} begun", "info")
    times = "once" if found.uses == 1 else f"{found.uses} times"
    parts = [f"Version {found.version}", found.scale and f"scored as {found.scale}"]
    parts.append(f"assigned {times}" if found.uses else "not assigned yet")
    href = EDITORS.get(found.kind, "")
    words = ", ".join(p for p in parts if p)
    row(found.title, href.format(id=found.id), words, aside=aside)


def _add_scale(visit: Visit, key: str, title: str) -> None:
    async def add() -> None:
        done, _ = await visit.attempt(ADD_SCALE(visit.actor, key), lambda e: visit.say(e.message))
        if done:
            visit.say(f"{title} added")

    Button("Add", add, kind="sec", aria_label=f"Add {title}")


def _new(visit: Visit) -> Dialog:
    dialog = Dialog("New form", keep=True)
    with dialog.body:
        form = Form(
            NewFormInput,
            {
                "title": Field("Title", help_text="Patients see it."),
                "kind": Field("Kind", "questionnaire", kind="select", options=NEW_KINDS),
                "description": Field(
                    "What is said above the questions", kind="textarea", rows=3, optional=True
                ),
            },
        )

    def refuse(error: PortalError) -> None:
        form.refuse(error.field or "title", error.message)

    async def create() -> None:
        command = form.check()
        if command is None:
            return
        done, made = await visit.attempt(CREATE(visit.actor, command), refuse)
        if done:
            dialog.close()
            visit.go(f"/practice/documents/{made}")

    with dialog.foot:
        Button("Begin form", create)
        Button("Close", kind="sec", data_lw_close=True)
    return dialog


def _import(visit: Visit) -> None:
    refused = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
    field = Tag(
        "input",
        type_="file",
        hidden=True,
        aria_label="Import a form",
        accept=".json,application/json,application/fhir+json",
        data_lw_upload="/form-files/new",
        data_lw_most=str(BYTES_MOST),
    )
    field.set(id=field.html_id)

    async def heard(event: GenericEventArguments) -> None:
        said = event.args if isinstance(event.args, dict) else {}
        state, reason = str(said.get("state", "")), str(said.get("reason") or "")[:300]
        words = {
            "too_big": "This file is too big: 2 MB at most.",
            "failed": reason or "The file was not taken. Try again.",
        }.get(state, "")
        refused.set_html(note_html(words, "danger")).show(on=bool(words))
        if state == "sent":
            done, made = await visit.attempt(NEWEST(visit.actor), lambda e: visit.say(e.message))
            if done:
                visit.go(f"/practice/documents/{made}")

    field.on("lwfile", heard, js_handler="(e) => emit(e.detail)")
    Button("Import a form", kind="sec", icon="upload", data_lw_pick=field.html_id)
