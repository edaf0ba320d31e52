"""Demographic info: who the person is, and what the record says."""

from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.pages.framework.tabbed import Tabbed, TabbedView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission

TABS = Tabbed("Demographic info", Permission.HOME, ("update", "records"))


@section(
    "portal",
    "/{chart}/demographics",
    needs=Permission.HOME,
    title="Demographic info",
    nav="demographics",
    load=TABS.load,
    query=("tab",),
)
def demographics_page(visit: Visit, view: TabbedView) -> None:
    """Show the tabs that the practice has enabled."""
    with Tag("div", "lw-page"):
        with Tag("div", "lw-page-h"), Tag("div"):
            h1("Demographic info")
        TABS.draw(visit, view, f"/portal/{visit.chart}/demographics")
