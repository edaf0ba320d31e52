"""What portal and console have in common: skip link, live words, help, sign-out, idle warning."""

import json

from nicegui import Client, ui
from nicegui.element import Element

from portal_app.components.button import Button, IconButton
from portal_app.components.dialog import Dialog
from portal_app.components.icons import icon_svg
from portal_app.components.safe import fragment, join
from portal_app.components.shell.values import Help
from portal_app.components.tag import Handler, Tag
from portal_app.components.toast import Toasts


class Frame:
    """The parts of a shell that do not depend on whose it is."""

    def __init__(self, client: Client, cls: str, *, token: str, on_stay: Handler) -> None:
        """Create the frame around the page's content.

        Args:
            client: the page.
            cls: class names of the whole.
            token: form token of the session, for signing out.
            on_stay: called when the person says that she is still there.
        """
        self._client, self._token = client, token
        layout = client.layout
        layout.classes(add=cls)
        page = client.page_container.default_slot.children[0]
        page.props(add="id=main tabindex=-1")
        self._before = 0
        with layout:
            skip = Tag("a", "lw-skip", "Skip to content", href="#main")
            self._place(skip)
            self._words = Tag("div", "lw-sr", role="status", aria_live="polite")
            self.toasts = Toasts()
            self.idle = self._idle_dialog(on_stay)

    def _place(self, element: Element) -> None:
        """Put a part before the content, in the order in which parts are placed."""
        element.move(self._client.layout, target_index=self._before)
        self._before += 1

    def _idle_dialog(self, on_stay: Handler) -> Dialog:
        box = Dialog("Are you still there?", keep=True)
        with box.body:
            Tag(
                "p",
                "",
                "You will be signed out in 2 minutes, to keep your record private. "
                "What you have typed is kept.",
            )
        with box.foot:
            Button("Stay signed in", on_stay, data_lw_close=True)
        return box

    def sign_out_button(self) -> Tag:
        """Draw the button that posts the sign-out as a native form."""
        with Tag("form", "", method="post", action="/sign-out") as form:
            Tag("input", type_="hidden", name="token", value=self._token)
            IconButton("log-out", "Sign out", type_="submit")
        return form

    def help_dialog(self, help_words: Help) -> Dialog:
        """Draw the dialog with help, the crisis lines first."""
        with self._client.layout:
            box = Dialog("Help")
            with box.body:
                _crisis(help_words)
        return box

    def help_buttons(self, box: Dialog, sheet: Tag) -> None:
        """Draw the buttons that open help: here, and in the sheet of a phone."""
        name = "Help and crisis support"
        IconButton("life-buoy", name, data_lw_open=box.html_id)
        with sheet:
            html = join(icon_svg("life-buoy"), fragment("span", "", name))
            Tag("button", "lw-mi", html=html, type_="button", data_lw_open=box.html_id)

    def announce(self, text: str) -> None:
        """Say words to screen readers."""
        self._words.set_text(text)

    def arrived(self, title: str) -> None:
        """After a change of section: set the title and put the focus on the heading."""
        self._client.title = title
        ui.run_javascript(
            "document.title="
            + json.dumps(title)
            # a field that has taken the focus by itself keeps it
            + ";document.activeElement?.matches('main textarea,main input')"
            + "||document.querySelector('main h1')?.focus({preventScroll:true})"
        )


def _crisis(words: Help) -> None:
    number, phone = words.crisis_number, words.practice_phone
    called = join(icon_svg("phone", "s"), fragment("span", "lw-lbl", f"Call {number}"))
    lines = [
        fragment("h3", "", "You do not have to go through this alone."),
        fragment("p", "", "You can talk to someone right now. It is free and private."),
        fragment(
            "div",
            "lw-wrap",
            fragment("a", "lw-btn", called, href=f"tel:{number}"),
            fragment("a", "lw-btn lw-sec", f"Text {number}", href=f"sms:{number}"),
        ),
        fragment("p", "lw-b", f"In danger right now? Call {words.emergency_number}."),
    ]
    if words.clinician:
        lines.append(fragment("p", "lw-soft", f"{words.clinician} does not watch this page live."))
    if phone:
        number = fragment("a", "lw-nowrap", phone, href=f"tel:{phone}")
        hours = f", {words.hours}." if words.hours else "."
        lines.append(fragment("p", "lw-soft", "For everything else, call us: ", number, hours))
    Tag("div", "lw-stack lw-crisis-words", html=join(*lines))
