"""Account of somebody of the practice: her own sign-in."""

from portal_app.components.panel import page_head
from portal_app.components.tag import Tag
from portal_app.pages import account_panels
from portal_app.pages.framework.panels import Panels, PanelsView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission

PANELS = Panels(Permission.PRACTICE_ENTER, ("signing-in", "two-step", "sessions"))
account_panels.declare(PANELS)


@section(
    "practice",
    "/account",
    needs=Permission.PRACTICE_ENTER,
    title="Account",
    nav="account",
    load=PANELS.load,
)
def account_page(visit: Visit, view: PanelsView) -> None:
    """Show all panels."""
    with Tag("div", "lw-page"):
        page_head("Account")
        PANELS.draw(visit, view)
