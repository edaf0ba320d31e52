"""The page behind a link in a reminder: one visit, to confirm or cancel it."""

from zoneinfo import ZoneInfo

from portal_app.components.button import Button
from portal_app.components.first_paint import first_paint
from portal_app.components.note import note
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.door import Flash
from portal_app.pages.framework.visit import House
from portal_app.pages.public.door import gate, hidden
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.services.identity import DoorView
from portal_app.services.schedule.links import LinkedVisit


def visit_link_page(
    house: House, door: DoorView, view: LinkedVisit, token: str, flash: Flash, link: str
) -> None:
    """Show the visit; each button is a form of its own, since opening the link changes nothing."""
    wall = Wall(ZoneInfo(view.zone), access.now())
    with gate(house, door, "Your appointment"), Tag("div", "lw-gate-form"):
        h1("Your appointment")
        if flash.message:
            note(flash.message, flash.kind or "danger", alert=flash.kind != "ok")
        with Tag("dl", "lw-sum"):
            for name, words in (
                ("When", wall.day_and_clock(view.starts_at)),
                ("With", view.clinician),
                ("Where", view.place),
                ("Status", view.status_words),
            ):
                if words:
                    Tag("dt", "", name)
                    Tag("dd", "", words)
        if view.may_confirm:
            with Tag("form", "", method="post", action=f"/visit/{link}/confirm"):
                hidden("token", token)
                Button("Confirm", cls="lw-block", type_="submit")
        if view.may_cancel:
            with Tag("form", "", method="post", action=f"/visit/{link}/cancel"):
                hidden("token", token)
                Tag("p", "lw-soft lw-s14", _consequence(view, wall))
                Button("Cancel visit", kind="dangertxt", cls="lw-block", type_="submit")
        if not (view.may_confirm or view.may_cancel) and view.phone:
            Tag("p", "lw-soft", f"To change this visit, call {view.phone}.")
        with Tag("p", "lw-soft"):
            Tag("a", "", "Sign in to see all of your visits", href="/sign-in")
    first_paint()


def _consequence(view: LinkedVisit, wall: Wall) -> str:
    if view.late_fee:
        return f"It is late to cancel: the practice may charge {view.late_fee}."
    return f"You can cancel without a fee until {wall.day_and_clock(view.free_until)}."
