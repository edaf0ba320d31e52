"""Pages before the sign-in: native forms that post to our own routes."""

from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from portal_app.components.button import Button
from portal_app.components.first_paint import first_paint
from portal_app.components.icons import practice_mark
from portal_app.components.note import note
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.door import Flash
from portal_app.data.schemas.invitations import InvitationView
from portal_app.pages.framework.clients import Owner
from portal_app.pages.framework.visit import House
from portal_app.services.identity import DoorView
from portal_app.services.password_reset import ResetView

ENDED = "You were signed out, to keep your record private. Sign in to go on."


def gate(house: House, door: DoorView, title: str) -> Tag:
    """Draw what stands around every form before the sign-in; returns where the form goes."""
    client = ui.context.client
    client.title = f"{title} – {door.practice}"
    house.clients.own(client, Owner())
    page = client.page_container.default_slot.children[0]
    page.props(add="id=main tabindex=-1")
    with client.layout:
        side = _side(door)
    side.move(client.layout, target_index=0)
    client.layout.classes(add="lw-gate")
    return Tag("div", "lw-gate-main")


def _side(door: DoorView) -> Tag:
    with Tag("aside", "lw-gate-side", aria_label="About this practice") as side:
        words = fragment(
            "span",
            "",
            fragment("b", "", door.practice),
            fragment("span", "", door.practice_second_line),
        )
        Tag("div", "lw-brand", html=join(practice_mark(), words))
        Tag("div", "", html=practice_mark("lw-bigmark"))
        with Tag("div", "lw-say"):
            Tag("p", "", "Your care, in one quiet place.")
        if door.phone:
            with Tag("div", "lw-contact"), Tag("p"):
                Tag("a", "", door.phone, href=f"tel:{door.phone}")
                if door.hours:
                    Tag("span", "", f", {door.hours}")
    return side


def hidden(name: str, value: str) -> None:
    """Draw a value that a form carries unseen."""
    Tag("input", type_="hidden", name=name, value=value)


def field(
    label: str, name: str, kind: str, value: str = "", complete: str = "", hint: str = ""
) -> None:
    """Draw a field of a native form."""
    with Tag("div", "lw-field", style="margin-top:20px"):
        words = Tag("label", "", label)
        if hint:
            Tag("span", "lw-hint", hint)
        with Tag("div", "lw-secret" if kind == "password" else ""):
            control = Tag(
                "input", "lw-in", type_=kind, name=name, autocomplete=complete, required=True
            )
            dict.__setitem__(control._props, "^value", value)  # noqa: SLF001 - the attribute
            control.set(id=control.html_id)
            words.set(for_=control.html_id)
            if kind == "password":
                _reveal(control)


def _reveal(control: Tag) -> None:
    """Draw the button that shows what is typed; kit.js does it, so that it needs no server."""
    words = fragment("span", "lw-lbl", "Show"), fragment("span", "lw-sr", " password")
    Tag("button", "lw-reveal", html=join(*words), type_="button", data_lw_reveal=control.html_id)


def sign_in_page(
    house: House,
    door: DoorView,
    token: str,
    flash: Flash,
    request: Request,
    elsewhere: str = "",
) -> None:
    """Ask for e-mail and password, or lead to the identity provider of that name."""
    with gate(house, door, "Sign in"):
        with Tag("form", "", method="post", action="/sign-in"):
            h1("Sign in")
            Tag("p", "lw-soft", "Use the email your practice has on file.")
            if flash.message:
                _said(flash)
            elif "ended" in request.query_params:
                note(ENDED)
            hidden("token", token)
            hidden("next", request.query_params.get("next", flash.going))
            field("Email", "email", "email", flash.email, "username")
            field("Password", "password", "password", complete="current-password")
            with Tag("p", "", style="margin:12px 0 24px"):
                Tag(
                    "a",
                    "",
                    "Forgot your password?",
                    href="/reset",
                    style="display:inline-block;padding:10px 0",
                )
            Button("Sign in", cls="lw-block", type_="submit")
            if elsewhere:
                going = request.query_params.get("next", flash.going)
                href = f"/auth/oidc/login?{urlencode({'next': going})}"
                with Tag("p", "", style="margin-top:12px"):
                    Tag("a", "lw-btn lw-sec lw-block", f"Continue with {elsewhere}", href=href)
            with Tag("div", "lw-soft lw-s14 lw-after-form"):
                _new_here(door)
                _not_for_emergencies(door)
            if door.is_demo:
                note(
                    "This is a demo practice with invented people. Its sign-ins need no second "
                    "step: dana@demo.example, osei@demo.example and others, with the password "
                    "latchwell-demo-2026."
                )
    first_paint()


def _new_here(door: DoorView) -> None:
    with Tag("p"):
        Tag("span", "", f"New here? Open the invitation email from {door.practice}")
        if door.phone:
            Tag("span", "", ", or call ")
            Tag("a", "lw-nowrap", door.phone, href=f"tel:{door.phone}")
        Tag("span", "", ".")


def _not_for_emergencies(door: DoorView) -> None:
    with Tag("p"):
        Tag(
            "span",
            "",
            f"This portal is not for emergencies. Call {door.emergency_number}, or call or text ",
        )
        Tag("a", "", door.crisis_line, href=f"tel:{door.crisis_line}")
        Tag("span", "", " in a crisis.")


def reset_page(house: House, door: DoorView, token: str, flash: Flash) -> None:
    """Ask for the address to which a link goes; the answer is the same for every address."""
    with gate(house, door, "Forgot your password"):
        with Tag("form", "", method="post", action="/reset"):
            h1("Forgot your password?")
            Tag(
                "p",
                "lw-soft",
                "We send you a link with which you choose another one.",
            )
            _said(flash)
            hidden("token", token)
            field("Email", "email", "email", complete="username")
            with Tag("p", "", style="margin-top:24px"):
                Button("Send link", cls="lw-block", type_="submit")
            with Tag("div", "lw-soft lw-s14 lw-after-form"):
                with Tag("p"):
                    call = f" at {door.phone}" if door.phone else ""
                    Tag("span", "", f"No email any more? Call {door.practice}{call}. ")
                    Tag("a", "", "Back to sign in", href="/sign-in")
                _not_for_emergencies(door)
    first_paint()


def new_password_page(
    house: House, door: DoorView, view: ResetView, token: str, flash: Flash, link: str
) -> None:
    """Let a person choose another password by the link of a mail."""
    with gate(house, door, "New password"), Tag("form", "", method="post", action=f"/reset/{link}"):
        h1("Choose a new password")
        Tag(
            "p",
            "lw-soft",
            f"It is for {view.email}. Use at least 15 characters; a few words in a row work well. "
            "Every device is signed out, and you sign in again.",
        )
        _said(flash)
        hidden("token", token)
        field("New password", "password", "password", complete="new-password")
        with Tag("p", "", style="margin-top:24px"):
            Button("Save password", cls="lw-block", type_="submit")
    first_paint()


def _said(flash: Flash) -> None:
    """Say what the last answer has left."""
    if flash.message:
        note(flash.message, flash.kind or "danger", alert=not flash.kind)


def sign_out_page(house: House, door: DoorView, token: str) -> None:
    """Ask before signing out: an address alone must not end a session."""
    with gate(house, door, "Sign out"), Tag("form", "", method="post", action="/sign-out"):
        h1("Sign out?")
        Tag("p", "lw-soft", "What you have typed is kept as a draft.")
        hidden("token", token)
        Button("Sign out", cls="lw-block", type_="submit")
        with Tag("p"):
            Tag("a", "", "Go back", href="/")
    first_paint()


def invitation_page(
    house: House, door: DoorView, invitation: InvitationView, token: str, flash: Flash, link: str
) -> None:
    """Let an invited person choose a password, or add the chart to her sign-in."""
    known = invitation.has_sign_in
    with gate(house, door, "Invitation"), Tag("form", "", method="post", action=f"/invite/{link}"):
        h1("Welcome")
        if known:
            words = (
                f"{invitation.email} has a sign-in already. Enter its password to add this record."
            )
        else:
            whom = f" {invitation.email}" if invitation.email else " you"
            words = (
                f"{invitation.practice} has invited{whom}. Choose a password of at least 15 "
                "characters. A few words in a row work well."
            )
        Tag("p", "lw-soft", words)
        _said(flash)
        hidden("token", token)
        if invitation.asks_email:
            field("Email", "email", "email", flash.email, "username")
        field("Date of birth", "born", "date", complete="bday", hint="Of the patient.")
        name, complete = (
            ("Password", "current-password") if known else ("New password", "new-password")
        )
        field(name, "password", "password", complete=complete)
        with Tag("p", "", style="margin-top:24px"):
            Button(
                "Add to my sign-in" if known else "Create sign-in", cls="lw-block", type_="submit"
            )
        with Tag("div", "lw-soft lw-s14 lw-after-form"):
            if invitation.asks_email:
                Tag("p", "", "If this email has a sign-in here, enter the password of it.")
            _not_for_emergencies(door)
    first_paint()


def letter_code_page(house: House, door: DoorView, token: str, flash: Flash) -> None:
    """Ask for the code that stands in a letter."""
    with gate(house, door, "Invitation"), Tag("form", "", method="post", action="/invite"):
        h1("Open your invitation")
        Tag("p", "lw-soft", f"Enter the code of the letter from {door.practice}.")
        _said(flash)
        hidden("token", token)
        field("Code", "code", "text", complete="off")
        with Tag("p", "", style="margin-top:24px"):
            Button("Continue", cls="lw-block", type_="submit")
        with Tag("div", "lw-soft lw-s14 lw-after-form"):
            _not_for_emergencies(door)
    first_paint()


def no_chart_page(house: House, door: DoorView, token: str) -> None:
    """Say that a sign-in has no record to open."""
    with gate(house, door, "No record"), Tag("form", "", method="post", action="/sign-out"):
        h1("There is no record to show")
        Tag("p", "lw-soft", f"Your access may have ended. Ask {door.practice}. {door.phone}")
        hidden("token", token)
        Button("Sign out", cls="lw-block", type_="submit")
    first_paint()
