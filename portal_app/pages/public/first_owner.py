"""The first page of a new practice: what it is called, and who owns it."""

from portal_app.components.button import Button
from portal_app.components.first_paint import first_paint
from portal_app.components.note import note
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h1, paragraph
from portal_app.data.schemas.door import Flash
from portal_app.pages.framework.visit import House
from portal_app.pages.public.door import field, gate, hidden
from portal_app.services.identity import DoorView
from portal_app.services.upkeep.first_owner import FirstView


def first_owner_page(
    house: House, door: DoorView, view: FirstView, token: str, flash: Flash, link: str
) -> None:
    """Ask for the practice and its owner."""
    with gate(house, door, "Set up"), Tag("form", "", method="post", action=f"/setup/{link}"):
        h1("Set up your practice")
        paragraph("This link works once. What you enter here can be changed later.", "lw-soft")
        if flash.message:
            note(flash.message, "danger", alert=True)
        hidden("token", token)
        field("Name of the practice", "practice", "text", complete="organization")
        _zones(view)
        field("Your name", "name", "text", complete="name", hint="As patients see it.")
        field("Email", "email", "email", flash.email, "username")
        field(
            "New password",
            "password",
            "password",
            complete="new-password",
            hint="At least 15 characters. A few words in a row work well.",
        )
        with Tag("p", "", style="margin-top:24px"):
            Button("Create the practice", cls="lw-block", type_="submit")
    first_paint()


def _zones(view: FirstView) -> None:
    with Tag("div", "lw-field", style="margin-top:20px"):
        words = Tag("label", "", "Time zone")
        options = (
            fragment("option", "", zone.replace("_", " "), value=zone) for zone in view.zones
        )
        control = Tag("select", "lw-in", html=join(*options), name="zone", required=True)
        control.set(id=control.html_id)
        words.set(for_=control.html_id)
