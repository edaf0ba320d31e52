"""Pages of the second step, and of the links that change an address: native forms."""

from collections.abc import Sequence

from portal_app.components.account import codes_list, qr_picture
from portal_app.components.button import Button
from portal_app.components.first_paint import first_paint
from portal_app.components.note import note
from portal_app.components.panel import back_link
from portal_app.components.tag import Tag
from portal_app.components.text import h1, paragraph
from portal_app.data.schemas.account import NewApp
from portal_app.data.schemas.door import Flash
from portal_app.pages.framework.visit import House
from portal_app.pages.public.door import gate, hidden
from portal_app.services.identity import DoorView

ASK = "/sign-in/verify"
SET_UP = "/sign-in/set-up"


def _code(label: str, *, recovery: bool = False) -> None:
    with Tag("div", "lw-field", style="margin-top:20px"):
        words = Tag("label", "", label)
        control = Tag(
            "input",
            "lw-in lw-code" if not recovery else "lw-in",
            type_="text",
            name="code",
            inputmode=None if recovery else "numeric",
            autocomplete="off" if recovery else "one-time-code",
            required=True,
            autofocus=True,
            maxlength=40 if recovery else 9,
        )
        control.set(id=control.html_id)
        words.set(for_=control.html_id)


def verify_page(
    house: House, door: DoorView, token: str, flash: Flash, *, staff: bool, recovery: bool
) -> None:
    """Ask for the code of the app, or for a recovery code."""
    with gate(house, door, "Enter your code"), Tag("form", "", method="post", action=ASK):
        back_link("Back to sign in", "/sign-in")
        h1("Enter your code")
        words = f"Open your authenticator app. Type the 6-digit code for {door.practice}."
        if recovery:
            words = "Type one of the recovery codes that you have kept. Each works once."
        paragraph(words, "lw-soft")
        if flash.message:
            note(flash.message, "danger", alert=True)
        hidden("token", token)
        hidden("next", flash.going)
        hidden("kind", "recovery" if recovery else "app")
        _code("Recovery code" if recovery else "6-digit code", recovery=recovery)
        if not staff:
            with Tag("label", "lw-check", style="margin-top:16px"):
                Tag("input", "", type_="checkbox", name="trust", value="1")
                with Tag("span", "lw-grow"):
                    Tag("span", "", "Don’t ask again on this device for 30 days")
                    Tag("small", "", "Leave this off on a shared computer.")
        with Tag("p", "", style="margin-top:24px"):
            Button("Continue", cls="lw-block", type_="submit")
        with Tag("div", "lw-soft lw-s14 lw-after-form"):
            with Tag("p"):
                if recovery:
                    Tag("a", "", "Use the code of your app instead", href=ASK)
                else:
                    Tag("a", "", "Use a recovery code instead", href=f"{ASK}?recovery=1")
            _lost(door)
    first_paint()


def _lost(door: DoorView) -> None:
    if door.phone:
        with Tag("p"):
            Tag("span", "", "Lost your phone? Call us at ")
            Tag("a", "lw-nowrap", door.phone, href=f"tel:{door.phone}")
            Tag("span", "", ".")


def set_up_page(house: House, door: DoorView, token: str, flash: Flash, app: NewApp) -> None:
    """Lead somebody of the practice to a second step before anything else."""
    with (
        gate(house, door, "Set up two-step sign-in"),
        Tag("form", "", method="post", action=SET_UP),
    ):
        h1("Set up two-step sign-in")
        paragraph(
            "You work with other people’s records, so a password alone is not enough. Scan this "
            "picture with an authenticator app on your phone.",
            "lw-soft",
        )
        if flash.message:
            note(flash.message, "danger", alert=True)
        hidden("token", token)
        with Tag("div", "", style="margin-block:16px"):
            qr_picture(app.qr)
        with Tag("p"):
            Tag("span", "", "Can’t scan it? Type this instead. Key: ")
            Tag("code", "lw-key", app.key)
        _code("6-digit code")
        with Tag("p", "", style="margin-top:24px"):
            Button("Confirm", cls="lw-block", type_="submit")
    with Tag("p", "lw-soft lw-s14"):
        Tag("a", "", "Sign out", href="/sign-out")
    first_paint()


def codes_page(house: House, door: DoorView, codes: Sequence[str]) -> None:
    """Show the recovery codes, this once."""
    with gate(house, door, "Recovery codes"), Tag("div", "lw-gate-form"):
        h1("Recovery codes")
        words = "Each works once, if you lose your phone. They are shown only now: print them."
        paragraph(words, "lw-soft")
        codes_list(codes)
        with Tag("p", "", style="margin-top:24px"):
            Tag("a", "lw-btn lw-block", "Continue", href="/")
    first_paint()


def email_link_page(house: House, door: DoorView, token: str, link: str, does: str) -> None:
    """Ask before a link changes an address: opening it alone changes nothing."""
    title = "Take the change back?" if does == "undo" else "Use this address?"
    with gate(house, door, title), Tag("form", "", method="post", action=f"/email/{link}"):
        h1(title)
        words = "From now on you sign in with this address."
        if does == "undo":
            words = "You sign in with your old address again, and every browser is signed out."
        paragraph(words, "lw-soft")
        hidden("token", token)
        with Tag("p", "", style="margin-top:24px"):
            label = "Take it back" if does == "undo" else "Use this address"
            Button(label, cls="lw-block", type_="submit")
    first_paint()


def email_done_page(house: House, door: DoorView, does: str) -> None:
    """Say what has been done."""
    with gate(house, door, "Your sign-in"), Tag("div", "lw-gate-form"):
        h1("It is changed back" if does == "undo" else "Your address is changed")
        words = "Sign in with it from now on. We have told your old address."
        if does == "undo":
            words = "Sign in with your old address, and choose a new password in Account."
        paragraph(words, "lw-soft")
        with Tag("p"):
            Tag("a", "", "Go to sign in", href="/sign-in")
    first_paint()
