"""The bar at the top: whose portal, which clinician, help and sign-out."""

from collections.abc import Sequence
from gettext import gettext as _

from portal_app.components.avatar import avatar_html
from portal_app.components.button import IconButton
from portal_app.components.dialog import Dialog
from portal_app.components.icons import icon_svg
from portal_app.components.menu import Group, Item, Menu
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.shell.values import Choice, Help
from portal_app.components.tag import Tag
from portal_app.components.text import link, paragraph


class Switcher:
    """A button that names the open choice, and a menu of all of them."""

    def __init__(self, title: str, choices: Sequence[Choice], *, cls: str) -> None:
        """Create button and menu; `title` stands before the chosen name."""
        self._title = title
        self._menu = Menu(
            title,
            [_item(choice) for choice in choices],
            button_html=switch_html(title, choices),
            button_class=f"lw-switch {cls}",
            short=False,
        )

    def set_choices(
        self, choices: Sequence[Choice], also: tuple[str, Sequence[Choice]] | None = None
    ) -> None:
        """Show other choices, counts or another open one.

        `also` is a heading and the choices of the switcher that a phone has no room for.
        """
        self._menu.button.set_html(switch_html(self._title, choices))
        group = None
        if also:
            group = Group(also[0], [_item(choice) for choice in also[1]], "lw-only-m")
        self._menu.set_items([_item(choice) for choice in choices], group)


def switch_html(title: str, choices: Sequence[Choice]) -> Safe:
    """Return avatar, title and the open choice's name."""
    current = next((choice for choice in choices if choice.current), None)
    name = current.label if current else ""
    avatar = avatar_html(current.initials, current.tone) if current and current.initials else Safe()
    words = fragment("span", "", fragment("small", "", f"{title} "), fragment("b", "", name))
    return join(avatar, words, icon_svg("chevron-down", "s"))


def _item(choice: Choice) -> Item:
    new = ""
    if choice.unread == 1:
        new = _("1 new message")
    elif choice.unread:
        new = _("{count} new messages").format(count=choice.unread)
    detail = ". ".join(part for part in (choice.detail, new) if part)
    return Item(
        choice.label,
        href=choice.href,
        detail=detail,
        initials=choice.initials,
        tone=choice.tone,
        checked=choice.current,
    )


def sign_out_form(action: str, csrf: str) -> Tag:
    """Draw the sign-out button: a form of its own, since only HTTP can end the cookie."""
    with Tag("form", "lw-signout", method="post", action=action) as form:
        Tag("input", type_="hidden", name="csrf", value=csrf)
        IconButton("log-out", _("Sign out"), type_="submit")
    return form


class HelpButton:
    """The button in the same place on every page, and its dialog with the crisis lines."""

    def __init__(self, help_words: Help) -> None:
        """Create the button; the dialog opens without the server."""
        dialog = Dialog(_("Help"))
        with dialog.body:
            crisis_panel(help_words, level=3)
            if help_words.practice_phone:
                office = _("For anything else, call the office at {phone}.")
                text = office.format(phone=help_words.practice_phone)
                paragraph(f"{text} {help_words.hours}".strip(), "lw-after")
        dialog.foot.show(on=False)
        IconButton("life-buoy", _("Help and crisis support"), data_lw_open=dialog.opener)


def crisis_panel(words: Help, *, level: int = 2, alert: bool = False) -> Tag:
    """Draw the crisis panel; `alert` where an answer has just asked for it."""
    box = Tag("div", "lw-panel lw-pad lw-crisis", role="alert" if alert else None)
    number = words.crisis_number
    with box:
        Tag(f"h{level}", "", _("You do not have to go through this alone"))
        paragraph(_("You can talk to someone right now. It is free and private."))
        with Tag("div", "lw-wrap"):
            call = join(icon_svg("phone", "s"), fragment("span", "", _("Call") + f" {number}"))
            Tag("a", "lw-btn", html=call, href=f"tel:{number}")
            link(_("Text") + f" {number}", f"sms:{number}", "lw-btn lw-sec")
        danger = _("In danger right now? Call {number}.").format(number=words.emergency_number)
        if words.clinician:
            live = _("{name} does not watch this page live.").format(name=words.clinician)
            danger = f"{danger} {live}"
        paragraph(danger, "lw-muted lw-s14")
    return box
