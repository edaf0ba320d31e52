"""The practice console's shell: the same rail, sunken, and a search for patients."""

from collections.abc import Sequence
from gettext import gettext as _

from portal_app.components.icons import practice_mark
from portal_app.components.safe import fragment
from portal_app.components.search import SearchField
from portal_app.components.shell.frame import Frame
from portal_app.components.shell.navigation import Navigation
from portal_app.components.shell.topbar import Switcher, sign_out_form
from portal_app.components.shell.values import Brand, Choice, Section
from portal_app.components.tag import Handler, Tag


class ConsoleShell:
    """Rail, top bar with "Find a patient", and the bottom bar of a phone."""

    def __init__(
        self,
        *,
        brand: Brand,
        sections: Sequence[Section],
        signed_in_as: str,
        csrf: str,
        on_find: Handler | None = None,
        showing: Sequence[Choice] = (),
        sign_out_action: str = "/sign-out",
    ) -> None:
        """Draw the shell.

        Args:
            brand: the practice, with the strapline "Practice console".
            sections: those that exist and that this person may open.
            signed_in_as: name at the foot of the rail.
            csrf: value of the hidden field of the sign-out form.
            on_find: called with the words of the search field; None leaves the field out.
            showing: whose patients are shown, where there is a choice.
            sign_out_action: where the sign-out form posts.
        """
        self._frame = frame = Frame("lw-console")
        with frame.before_content():
            foot = fragment("p", "", _("Signed in as"), " ", fragment("b", "", signed_in_as))
            self._navigation = Navigation(brand, sections, foot)
            with Tag("header", "lw-header"), Tag("div", "lw-top"):
                Tag(
                    "a",
                    "lw-brand lw-only-m",
                    html=practice_mark(),
                    href=brand.home,
                    aria_label=f"{brand.name} {brand.strapline}, {_('home')}",
                )
                self._showing = (
                    Switcher(_("Showing"), showing, cls="lw-person") if showing else None
                )
                with Tag("div", "lw-right"):
                    self.find: SearchField | None = None
                    if on_find:
                        self.find = SearchField(_("Find a patient"), on_find, cls="lw-find")
                    sign_out_form(sign_out_action, csrf)

    def set_current(self, href: str) -> None:
        """Mark the section that is open."""
        self._navigation.set_current(href)

    def set_unread(self, href: str, number: int) -> None:
        """Change the count of one section."""
        self._navigation.set_unread(href, number)

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Show other sections, as after a change of role."""
        self._navigation.set_sections(sections)

    def set_showing(self, showing: Sequence[Choice]) -> None:
        """Change whose patients are shown."""
        if self._showing:
            self._showing.set_choices(showing)

    def announce(self, text: str) -> None:
        """Say a change to screen readers."""
        self._frame.live.say(text)

    def toast(self, text: str, *, icon: str = "circle-check", undo: Handler | None = None) -> None:
        """Show a short note of success, and say it."""
        self._frame.toasts.show(text, icon_name=icon, undo=undo)
