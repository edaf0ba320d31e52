import asyncio
from collections.abc import Callable

import pytest
from nicegui import core
from nicegui.element import Element

from portal_app.components import toast
from portal_app.components.dialog import Dialog, confirm
from portal_app.components.field import Field
from portal_app.components.markdown import markdown
from portal_app.components.menu import Item, menu_button
from portal_app.components.note import note
from portal_app.components.panel import row, rows, section
from portal_app.components.states import empty, skeleton
from portal_app.components.tabs import Tab, Tabs, folders
from portal_app.components.text import paragraph
from portal_app.components.toast import LiveRegion
from portal_app.components.words import plain_html


def test_a_dialog_is_named_by_its_title(place: Element, html: Callable[[], str]):
    dialog = Dialog("Add time off")
    assert f'aria-labelledby="{dialog.html_id}-title"' in html()
    assert f'<h2 id="{dialog.html_id}-title">Add time off</h2>' in html()


def test_a_closed_dialog_does_not_show_in_the_first_paint(place: Element, html: Callable[[], str]):
    Dialog("Help")
    assert " open" not in html()


def test_a_question_repeats_its_verb(place: Element, html: Callable[[], str]):
    confirm("Cancel this visit?", "With Dr. Osei", yes="Cancel visit", no="Keep visit", on_yes=list)
    assert "Cancel visit" in html()
    assert "Keep visit" in html()
    assert html().count("data-lw-close") == 3


def test_radio_items_say_which_is_chosen(place: Element, html: Callable[[], str]):
    items = [
        Item("Dana", href="/portal/a/home", checked=True),
        Item("Theo", href="/portal/b/home", checked=False),
    ]
    menu = menu_button("Viewing as", items)
    assert html().count('role="menuitemradio"') == 2
    assert html().count('aria-checked="true"') == 1
    assert not menu.box.default_slot.children
    assert f'popovertarget="{menu.box.html_id}"' in html()


def test_items_without_an_address_hand_over_their_key(place: Element):
    chosen = []
    menu = menu_button("Saved replies", [Item("Come in", "7")], on_choose=chosen.append)
    line = menu.box.default_slot.children[0]
    listener = next(iter(line._event_listeners.values()))
    line._handle_event({"listener_id": listener.id, "args": []})
    assert chosen == ["7"]


def test_a_section_is_named_by_its_heading(place: Element, html: Callable[[], str]):
    with section("To do", more=("See all", "/all")) as box, rows():
        row("Sign: Consent", "/documents/1", "2 pages")
    named = box._props["aria-labelledby"]
    assert f'<h2 class="lw-h2" id="{named}">To do</h2>' in html()
    assert '<a class="lw-t" href="/documents/1">Sign: Consent</a>' in html()


@pytest.mark.parametrize(("alert", "expected"), [(True, 1), (False, 0)])
def test_only_an_alert_interrupts(
    place: Element, html: Callable[[], str], alert: bool, expected: int
):
    note("Not sent.", "danger", alert=alert)
    assert html().count('role="alert"') == expected


def test_states_are_named(place: Element, html: Callable[[], str]):
    empty("No messages yet", "Write to your clinician.", level=3)
    skeleton(2, "Loading messages")
    assert '<h3 class="lw-h2">No messages yet</h3>' in html()
    assert 'aria-label="Loading messages"' in html()


def test_tabs_change_the_panel_in_place(place: Element):
    tabs = Tabs("Billing", [Tab("Cards", "?tab=cards", current=True), Tab("Invoices", "?tab=i")])
    tabs._on_select = lambda href: paragraph(f"open {href}")
    with tabs.panel:
        paragraph("open ?tab=cards")
    tabs.select("?tab=i")
    assert [child.text for child in tabs.panel.default_slot.children] == ["open ?tab=i"]
    assert [tab._props["aria-selected"] for tab in tabs._tabs.values()] == ["false", "true"]
    assert [tab._props["tabindex"] for tab in tabs._tabs.values()] == ["-1", "0"]


def test_a_folder_is_marked_but_is_no_section(place: Element, html: Callable[[], str]):
    folders("Folders", [Tab("Inbox", "/m", current=True), Tab("Sent", "/m?view=sent")])
    assert html().count('aria-current="true"') == 1
    assert 'aria-current="page"' not in html()


def test_the_same_words_are_said_twice(place: Element):
    live = LiveRegion()
    live.say("Saved")
    first = live._region.text
    live.say("Saved")
    assert live._region.text != first
    assert live._region.text.strip() == "Saved"


async def test_a_toast_is_said_and_goes_by_itself(
    place: Element, html: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    monkeypatch.setattr(toast, "SECONDS_WITH_UNDO", 0.05)
    with place:
        toasts = toast.Toasts()
        toasts.say("Message sent to Dr. Osei", undo=list)
    assert "Undo" in html()
    assert toasts.live._region.text == "Message sent to Dr. Osei"
    await asyncio.sleep(0.2)
    assert "Undo" not in html()


def test_markdown_keeps_words_and_drops_the_rest():
    made = markdown(
        "# Hello\n\n**Bold** <script>alert(1)</script>\n\n![x](https://t.example/p.png)"
        "\n\n[bad](javascript:alert(1)) [good](https://x.example)"
    )
    assert "<h3>Hello</h3>" in made
    assert "<strong>Bold</strong>" in made
    assert "<script" not in made
    assert "<img" not in made
    assert "javascript:" not in made.replace("[bad](javascript:alert(1))", "")
    assert 'href="https://x.example"' in made


def test_plain_words_become_paragraphs_and_links():
    made = plain_html("Hi <b>\n\nSee https://x.example/a?b=1&c=2. Bye")
    assert made.count("<p>") == 2
    assert "&lt;b&gt;" in made
    assert 'href="https://x.example/a?b=1&amp;c=2"' in made
    assert "</a>. Bye" in made


def test_fields_keep_their_names_in_the_copy(place: Element, html: Callable[[], str]):
    field = Field("Subject", "x")
    assert f'for="pre-{field.control_id}"' in html()
    assert f'id="pre-{field.control_id}"' in html()
