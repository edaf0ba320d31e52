"""Anybody may check whether a signed document is as it was signed."""

from portal_app.components.first_paint import first_paint
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.pages.framework.visit import House
from portal_app.pages.public.door import gate
from portal_app.services.documents.consents.checking import FILE_MOST
from portal_app.services.identity import DoorView


def verify_page(house: House, door: DoorView) -> None:
    """Take a file by choosing or dropping it; the answer comes without leaving the page."""
    with gate(house, door, "Check a document"), Tag("div", "lw-gate-form"):
        h1("Check a signed document")
        Tag(
            "p",
            "lw-soft",
            f"Choose or drop a PDF that was signed with {door.practice}. We tell you whether it is "
            "exactly as it was signed. The file is not kept.",
        )
        with Tag("label", "lw-drop", data_lw_most=FILE_MOST) as box:
            Tag("span", "", "Signed PDF")
            Tag("input", "", type_="file", accept="application/pdf,.pdf")
        answer = Tag("div", "", role="status")
        box.set(data_lw_verify=answer.html_id)
        with Tag("p"):
            Tag("a", "", "To the sign-in", href="/sign-in")
    first_paint()
