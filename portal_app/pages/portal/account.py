"""Account: the person's sign-in, her choices, her record to take along, and who has seen it."""

from portal_app.components.panel import page_head
from portal_app.components.tag import Tag
from portal_app.pages.framework.panels import Panels, PanelsView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.health_records import OpenedByPart
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission
from portal_app.services.records import history

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
