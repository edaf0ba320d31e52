"""The component kit on one page: every part in every state, with the Python that draws it.

The snippets are the source of the examples themselves, so they cannot go out of date.
"""

import inspect
import textwrap
from collections.abc import Callable

from nicegui import binding
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from portal_app.components.avatar import avatar, avatar_html
from portal_app.components.badge import badge, chip, chip_html, unread_dot
from portal_app.components.button import Button, IconButton, icon_link, link_button
from portal_app.components.dialog import Dialog, confirm
from portal_app.components.field import Field, check_field, switch_row
from portal_app.components.form import ErrorSummary, Form, schema_field
from portal_app.components.icons import icon, icon_names
from portal_app.components.markdown import markdown
from portal_app.components.menu import Item, menu_button
from portal_app.components.note import note
from portal_app.components.panel import icon_tile, page_head, panel, row, rows
from portal_app.components.states import empty, skeleton, trouble
from portal_app.components.tabs import Tab, Tabs, folders
from portal_app.components.tag import Tag
from portal_app.components.text import h2, markup, paragraph
from portal_app.components.toast import Toasts

Example = Callable[[], None]


def buttons() -> None:
    """Buttons do something; links go somewhere. One primary for each view."""
    Button("Save changes")
    Button("Send", icon="send")
    Button("Secondary", kind="sec")
    Button("Text", kind="txt")
    Button("Cancel visit", kind="danger")
    Button("Remove", kind="dangertxt")
    Button("Disabled", disabled=True)
    link_button("Book an appointment", "/demo/components", kind="sec", icon="calendar-plus")
    IconButton("archive", "Archive this conversation")
    icon_link("chevron-left", "Back to messages", "/demo/components")


def busy_button() -> None:
    """A button that works stays in its place and says what it does."""
    Button("Send").set_busy("Sending")


def chips_and_badges() -> None:
    """Status is a word, never colour alone. A badge stops at 9+; its full count is read aloud."""
    chip("Due Dec 1")
    chip("Due tomorrow", "warn")
    chip("Overdue", "danger")
    chip("Paid Oct 22", "ok")
    chip("In progress", "info")
    chip("Default", "br")
    badge(2)
    badge(12)
    unread_dot()


def avatars() -> None:
    """Initials in one of four colours; each family member keeps one."""
    for tone, initials in enumerate(("DW", "TW", "RW", "AO"), start=1):
        avatar(initials, tone)
    avatar("AO", 4, "lg")


def row_list() -> None:
    """The title's link covers the whole row, so the link's words stay short."""
    with rows("Examples"):
        row("Sign: Consent to video visits", "#", "2 pages", lead=icon_tile("pen-line", "wa"))
        row("Insurance card", "#", "Priya Nair: Could you add a photo?", lead=avatar_html("PN", 2))
        row("Invoice 1042", "#", "Visit of November 9", aside=chip_html("Overdue", "danger"))


def notes() -> None:
    """A note stays in the page next to what it is about."""
    note("Ben has asked to move your visit. Choose a new time by Friday.")
    note("Your Mastercard expires in March 2027.", "warn")
    note("Your card was declined. No money was taken. Try another card.", "danger")
    note("Signed on November 23, 2026 at 9:41 AM.", "ok")


def fields() -> None:
    """Label above, help before the control, error and length after it."""
    Field("Mobile phone", "(541) 555-0117", help_text="We call it if a video visit drops")
    Field("Mobile phone", "(541) 555-01").set_error("Enter a 10-digit phone number.")
    Field("Subject", "About my dose", most=120, count_from=1)
    Field("State", "OR", kind="select", options=[("OR", "Oregon"), ("WA", "Washington")])
    Field("Message", kind="textarea", optional=True)
    check_field("I understand", help_text="There is no fee before Tuesday.")
    switch_row("Book visits", value=True, help_text="The patient may book open times.")


class PhoneInput(SQLModel):
    """A schema says label, help, limits and errors; the field reads them from it."""

    phone: str = Column(
        min_length=7,
        max_length=20,
        title="Home phone",
        description="With the area code",
        schema_extra={"json_schema_extra": {"autocomplete": "tel", "missing": "Enter a number."}},
    )


@binding.bindable_dataclass
class PhoneDraft:
    """What is typed, kept on the server while it is typed."""

    phone: str = ""


def bound_form() -> None:
    """A field drawn from a schema and bound to a draft; `check` gives the command or marks."""
    draft = PhoneDraft()
    summary = ErrorSummary()
    phone = schema_field(PhoneInput, draft, "phone")
    form = Form(PhoneInput, {"phone": phone}, summary)
    Button("Save changes", form.check)


def dialogs() -> None:
    """The browser's own dialog: named by its title, Escape closes, the focus goes back."""
    dialog = Dialog("Add time off")
    with dialog.body:
        Field("First day", kind="date")
    with dialog.foot:
        Button("Add", data_lw_close=True)
    Button("Add time off", kind="sec", data_lw_open=dialog.opener)


def questions() -> None:
    """The title asks and the buttons repeat the verb; never Yes and No."""
    question = confirm(
        "Cancel this visit?",
        "Medication follow-up with Dr. Amara Osei",
        detail="Tuesday, December 1, 10:30 AM",
        hint="There is no fee. Someone else may take this time.",
        yes="Cancel visit",
        no="Keep visit",
        on_yes=lambda: None,
        danger=True,
    )
    question.flat()


def menus() -> None:
    """Radio items where one is chosen, plain items where something is done."""
    people = [
        Item("Dana Whitfield", "dana", detail="You", initials="DW", checked=True),
        Item("Theo Whitfield", "theo", detail="Your son", initials="TW", tone=2, checked=False),
    ]
    menu_button("Viewing as", people, on_choose=lambda _key: None)
    menu_button("Saved replies", [Item("Refill sent", "1"), Item("Come in", "2")], kind="txt")


def tabs_in_the_address() -> None:
    """A reload opens the same tab; arrow keys move between them."""
    items = [
        Tab("Credit cards", "?tab=cards", current=True),
        Tab("Invoices", "?tab=invoices", count=2, count_word="open"),
    ]
    tabs = Tabs("Billing", items, on_select=lambda address: paragraph(f"Now open: {address}"))
    with tabs.panel:
        paragraph("Now open: ?tab=cards")
    folders("Folders", [Tab("Inbox", "#inbox", current=True), Tab("Archived", "#archived")])


def toasts() -> None:
    """Six seconds, ten with Undo; said aloud too. Never for errors."""
    corner = Toasts()
    Button("Send", lambda: corner.say("Message sent to Dr. Osei"), kind="sec")
    Button(
        "Archive",
        lambda: corner.say("Conversation archived", icon="archive", undo=lambda: None),
        kind="sec",
    )


def nothing_there() -> None:
    """An empty place says so, and offers at most one thing to do."""
    sentence = (
        "Write to your clinician or the front desk. Most replies come within 2 business days."
    )
    with empty("No messages yet", sentence, level=3):
        Button("Send a message")


def cannot_be_shown() -> None:
    """What went wrong, what was kept, and what to do."""
    with trouble("We cannot show your invoices right now", "Nothing is lost. Try again.", level=3):
        Button("Try again", kind="sec")


def loading() -> None:
    """The shape of what comes, only after 300 ms."""
    skeleton(3, "Loading messages")


def clean_markdown() -> None:
    """Words of the practice: cleaned on the server, headings below the page's own."""
    words = "We are closed **Thursday**.\n\n- Refills: by noon\n- Help: call [988](tel:988)"
    with panel(padded=True):
        markup(markdown(words), "lw-md")


def icons() -> None:
    """One inline SVG each; screen readers skip them."""
    for name in icon_names():
        icon(name)


GROUPS: dict[str, tuple[Example, ...]] = {
    "Buttons": (buttons, busy_button),
    "Small words": (chips_and_badges, avatars, icons),
    "Panels and notes": (row_list, notes, clean_markdown),
    "Forms": (fields, bound_form),
    "Dialogs, menus, tabs": (questions, dialogs, menus, tabs_in_the_address),
    "States": (toasts, nothing_there, cannot_be_shown, loading),
}
INLINE = {buttons, busy_button, chips_and_badges, avatars, icons, dialogs, menus, toasts}


def components_page() -> None:
    """Draw the page of all components."""
    with Tag("div", "lw-sheet"):
        page_head("Component kit", "Every part of the product in every state. Copy what you need.")
        for title, examples in GROUPS.items():
            with Tag("section", "lw-stack lw-gap6"):
                h2(title, "lw-h1 lw-h1s")
                for example in examples:
                    _draw(example)


def _draw(example: Example) -> None:
    title = example.__name__.replace("_", " ").capitalize()
    with Tag("div", "lw-example"):
        Tag("h3", "lw-h2", title)
        paragraph(inspect.getdoc(example) or "", "lw-soft lw-s14")
        with Tag("div", "lw-wrap" if example in INLINE else "lw-stack"):
            example()
        with Tag("details", "lw-source"):
            Tag("summary", "", f"Python: {title}")
            code = Tag("pre", "lw-code", source_of(example), tabindex="0", aria_label=title)
            Button("Copy", kind="txt", icon="copy", data_lw_copy=code.html_id)


def source_of(example: Example) -> str:
    """Return the body of an example without its docstring."""
    lines = inspect.getsource(example).splitlines()
    body = [line for line in lines[1:] if not line.strip().startswith('"""')]
    return textwrap.dedent("\n".join(body)).strip()
