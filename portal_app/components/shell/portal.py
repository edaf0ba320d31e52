"""The portal's shell: what every patient page stands in."""

from collections.abc import Sequence
from gettext import gettext as _

from portal_app.components.avatar import avatar
from portal_app.components.button import Button
from portal_app.components.safe import Safe, fragment
from portal_app.components.icons import practice_mark
from portal_app.components.shell.frame import Frame, bold_name
from portal_app.components.shell.navigation import Navigation
from portal_app.components.shell.topbar import HelpButton, Switcher, sign_out_form
from portal_app.components.shell.values import Brand, Choice, Help, Section, Viewing
from portal_app.components.tag import Handler, Tag


class PortalShell:
    """Rail, top bar, bottom bar and the bar that says whose portal is open.

    Build it first in the page function; the page's content goes where it always goes. Later
    changes are made in place, so that focus, scroll and open dialogs stay.
    """

    def __init__(
        self,
        *,
        brand: Brand,
        sections: Sequence[Section],
        people: Sequence[Choice],
        clinicians: Sequence[Choice],
        help_words: Help,
        csrf: str,
        viewing: Viewing | None = None,
        on_back: Handler | None = None,
        sign_out_action: str = "/sign-out",
    ) -> None:
        """Draw the shell.

        Args:
            brand: the practice.
            sections: those that exist and are permitted, in their order.
            people: whose portal can be opened; the open one is `current`.
            clinicians: the open person's clinicians; the open one is `current`.
            help_words: crisis lines and telephone.
            csrf: value of the hidden field of the sign-out form.
            viewing: another person whose portal is open; None for one's own.
            on_back: called by "Back to yours".
            sign_out_action: where the sign-out form posts.
        """
        self._frame = frame = Frame()
        with frame.before_content():
            self._navigation = Navigation(brand, sections, crisis_line(help_words))
            with Tag("header", "lw-header"):
                with Tag("div", "lw-top"):
                    self._mark = Tag(
                        "a",
                        "lw-brand lw-only-m",
                        html=practice_mark(),
                        href=brand.home,
                        aria_label=_home_name(brand),
                    )
                    self._people = Switcher(_("Viewing as"), people, cls="lw-person")
                    self._clinicians = Switcher(_("Clinician"), clinicians, cls="lw-plain")
                    with Tag("div", "lw-right"):
                        HelpButton(help_words)
                        sign_out_form(sign_out_action, csrf)
                self._viewing = Tag("div", "lw-viewing")
        self._on_back = on_back
        self.set_viewing(viewing)

    def set_current(self, href: str) -> None:
        """Mark the section that is open."""
        self._navigation.set_current(href)

    def set_unread(self, href: str, number: int) -> None:
        """Change the count of one section."""
        self._navigation.set_unread(href, number)

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Show other sections, as after a change of chart or of permissions."""
        self._navigation.set_sections(sections)

    def set_brand(self, brand: Brand) -> None:
        """Change where the practice's mark leads, as after a change of chart."""
        self._navigation.set_brand(brand)
        self._mark.set(href=brand.home, aria_label=_home_name(brand))

    def set_people(self, people: Sequence[Choice]) -> None:
        """Change the list of people or their counts."""
        self._people.set_choices(people)

    def set_clinicians(self, clinicians: Sequence[Choice]) -> None:
        """Change the list of clinicians or their counts."""
        self._clinicians.set_choices(clinicians)

    def set_viewing(self, viewing: Viewing | None) -> None:
        """Say whose portal is open; None for one's own."""
        bar = self._viewing
        bar.clear()
        bar.show(on=viewing is not None)
        if viewing is None:
            return
        for tone in range(1, 5):
            bar.mark_as(f"lw-p{tone}", on=tone == viewing.tone)
        with bar:
            avatar(viewing.initials, viewing.tone)
            sentence = bold_name(_("You are viewing {name} portal."), f"{viewing.name}’s")
            Tag("div", "lw-grow", html=sentence)
            Button(_("Back to yours"), self._on_back, kind="sec", cls="lw-back", repeatable=True)

    def announce(self, text: str) -> None:
        """Say a change to screen readers."""
        self._frame.live.say(text)

    def toast(self, text: str, *, icon: str = "circle-check", undo: Handler | None = None) -> None:
        """Show a short note of success, and say it."""
        self._frame.toasts.show(text, icon_name=icon, undo=undo)


def crisis_line(words: Help) -> Safe:
    """Return the last line of the rail."""
    number = words.crisis_number
    link = fragment("a", "", number, href=f"tel:{number}")
    before, _number, after = _("Call or text {number} any time.").partition("{number}")
    return fragment("p", "", _("In a crisis?"), fragment("br"), before, link, after)


def _home_name(brand: Brand) -> str:
    return _("{practice}, home").format(practice=f"{brand.name} {brand.strapline}".strip())
