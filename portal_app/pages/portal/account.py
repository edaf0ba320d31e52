"""Account: the person's sign-in, her choices, her record to take along, and who has seen it."""

from portal_app import live
from portal_app.components.account import Line
from portal_app.components.button import Button, link_button
from portal_app.components.note import note
from portal_app.components.panel import page_head, panel
from portal_app.components.tag import Tag
from portal_app.components.text import paragraph
from portal_app.data.schemas.health_records import ExportView
from portal_app.pages import account_panels
from portal_app.pages.framework.panels import Panels, PanelsView
from portal_app.pages.framework.step_up import StepUp
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.health_records import OpenedByPart, order_export, progress_bar
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission
from portal_app.rules.when import size
from portal_app.services.records import exports, history
from portal_app.services.records.export_state import topic
from portal_app.services.worker import run

PANELS = Panels(
    Permission.HOME,
    ("signing-in", "two-step", "notices", "records", "sessions", "family", "opened"),
)
"""A module declares its panel with ``@PANELS.panel(key, heading, words, needs=…, load=…)``."""


@section(
    "portal",
    "/{chart}/account",
    needs=Permission.HOME,
    title="Account",
    nav="account",
    load=PANELS.load,
)
def account_page(visit: Visit, view: PanelsView) -> None:
    """Show all panels."""
    with Tag("div", "lw-page"):
        page_head("Account")
        PANELS.draw(visit, view)


account_panels.declare(PANELS)


@PANELS.panel(
    "records",
    "Your records",
    "A copy of everything the practice has shared here.",
    needs=Permission.RECORDS_DOWNLOAD,
    load=exports.export,
)
def records_panel(visit: Visit, view: ExportView) -> None:
    """Offer the record to take along."""
    Export(visit, view)


class Export:
    """Makes the files in the background, and then shows where they are."""

    def __init__(self, visit: Visit, view: ExportView) -> None:
        """Draw the panel."""
        self._visit = visit
        self._asking = StepUp(visit)
        with panel():
            with Line("Export health records", "One PDF, and one ZIP file with everything."):
                self._button = Button("Export", self._order, kind="sec", icon="download")
            self._state = Tag("div", "lw-setform lw-wide").show(on=False)
        self._shown: ExportView | None = None
        self._show(view)
        if visit.actor.user_id:
            live.subscribe(topic(visit.actor.user_id, visit.chart), self._refresh)

    async def _order(self) -> None:
        await order_export(self._visit, self._asking)

    def _show(self, view: ExportView) -> None:
        if view == self._shown:
            return
        self._shown = view
        self._button.set_enabled(view.status != "due")
        self._state.show(on=bool(view.status))
        self._state.clear()
        with self._state:
            if view.status == "due":
                Tag("div", "lw-setwide", html=progress_bar(view))
            elif view.status == "failed":
                note("We could not make your files. Try again.", "warn")
            elif view.status == "ready":
                self._links(view)

    def _links(self, view: ExportView) -> None:
        if view.pdf:
            link_button(
                "Download your record", f"/files/{view.pdf}", icon="file-text", download=True
            )
        link_button(
            "Download everything", f"/files/{view.file}", kind="sec", icon="archive", download=True
        )
        until = self._visit.wall.full(view.until) if view.until else ""
        words = f"PDF, or one ZIP file ({size(view.size)}) with PDF, FHIR, C-CDA and all files."
        paragraph(words, "lw-muted lw-s13")
        ends = f"You can get them until {until}. They are not locked: keep them somewhere private."
        paragraph(ends, "lw-muted lw-s13")

    async def _refresh(self) -> None:
        view = await run(exports.export, self._visit.actor, self._visit.chart)
        if not self._state.is_deleted:
            self._show(view)


@PANELS.panel(
    "opened",
    "Who opened my record",
    "Everybody who looked at or downloaded something, you included.",
    needs=Permission.RECORDS_VIEW,
    load=history.may_see,
)
def opened_panel(visit: Visit, _: None) -> None:
    """Show the list behind a button."""
    OpenedByPart(visit, headless=True)
