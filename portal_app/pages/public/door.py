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
from portal_app.pages.framework.clients import Owner
from portal_app.pages.framework.visit import House
from portal_app.services.identity import DoorView
from portal_app.services.sign_in import InvitationView

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


def _field(label: str, name: str, kind: str, value: str = "", complete: str = "") -> None:
    with Tag("div", "lw-field", style="margin-top:20px"):
        words = Tag("label", "", label)
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
                note(flash.message, "danger", alert=True)
            elif "ended" in request.query_params:
                note(ENDED)
            hidden("token", token)
            hidden("next", request.query_params.get("next", flash.going))
            _field("Email", "email", "email", flash.email, "username")
            _field("Password", "password", "password", complete="current-password")
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


def reset_page(house: House, door: DoorView) -> None:
    """Say how to get a new password while the practice gives it out by hand."""
    with gate(house, door, "Forgot your password"), Tag("div", "lw-gate-form"):
        h1("Forgot your password?")
        call = f" at {door.phone}" if door.phone else ""
        Tag(
            "p",
            "lw-soft",
            f"Call {door.practice}{call}. After checking that it is you, they give you a new link "
            "with which you choose another password.",
        )
        with Tag("p"):
            Tag("a", "", "Back to sign in", href="/sign-in")
    first_paint()


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
    with gate(house, door, "Invitation"), Tag("form", "", method="post", action=f"/invite/{link}"):
        h1("Welcome")
        if invitation.has_sign_in:
            Tag(
                "p",
                "lw-soft",
                f"{invitation.email} has a sign-in already. Enter its password to add this record.",
            )
        else:
            Tag(
                "p",
                "lw-soft",
                f"{invitation.practice} has invited {invitation.email}. Choose a password of at "
                "least 15 characters. A few words in a row work well.",
            )
        if flash.message:
            note(flash.message, "danger", alert=True)
        hidden("token", token)
        hidden("email", invitation.email)
        known = invitation.has_sign_in
        name, complete = (
            ("Password", "current-password") if known else ("New password", "new-password")
        )
        _field(name, "password", "password", complete=complete)
        with Tag("p", "", style="margin-top:24px"):
            words = "Add to my sign-in" if known else "Create sign-in"
            Button(words, cls="lw-block", type_="submit")
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
