"""The frame of the patient's side."""

from collections.abc import Sequence

from nicegui import Client

from portal_app.components.avatar import TONES, avatar_html
from portal_app.components.button import Button, link_button
from portal_app.components.icons import icon_svg, practice_mark
from portal_app.components.menu import Item, Menu
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.shell.frame import Frame
from portal_app.components.shell.navigation import Navigation
from portal_app.components.shell.values import Brand, Choice, Help, Section, Viewing
from portal_app.components.tag import Handler, Tag
from portal_app.rules.names import possessive


class PortalShell(Frame):
    """Rail, top bar with the two switchers, bar of a phone, and whose portal is open."""

    def __init__(
        self,
        client: Client,
        brand: Brand,
        help_words: Help,
        *,
        token: str,
        on_stay: Handler,
        on_leave: Handler,
    ) -> None:
        """Create the frame; `show` fills it.

        `on_leave` is called when somebody of the practice goes back to the console.
        """
        self._on_leave = on_leave
        super().__init__(client, "lw-shell", token=token, on_stay=on_stay)
        crisis = fragment(
            "p",
            "",
            "In a crisis?",
            fragment("br"),
            "Call or text ",
            fragment("a", "", help_words.crisis_number, href=f"tel:{help_words.crisis_number}"),
            " any time.",
        )
        self._help = self.help_dialog(help_words)
        with client.layout:
            self.navigation = Navigation(brand, (), crisis)
            self._place(self.navigation.rail)
            self._header = self._top(brand)
            self._place(self._header)

    def _top(self, brand: Brand) -> Tag:
        with Tag("header", "lw-header") as header:
            with Tag("div", "lw-top"):
                self._mark = Tag(
                    "a",
                    "lw-brand lw-only-m",
                    html=practice_mark(),
                    href=brand.home,
                    aria_label=f"{brand.name} {brand.strapline}, first page",
                )
                self._people = Menu(
                    "Viewing as",
                    (),
                    button_html=Safe(),
                    button_class="lw-switch lw-person",
                    short=False,
                )
                self._clinicians = Menu(
                    "Clinician",
                    (),
                    button_html=Safe(),
                    button_class="lw-switch lw-plain lw-only-d",
                    short=False,
                )
                with Tag("div", "lw-right"):
                    self.help_buttons(self._help, self.navigation.extra)
                    self.sign_out_button()
            with Tag("div", "lw-viewing") as self._viewing:
                self._viewing_avatar = Tag("span")
                self._viewing_words = Tag("p")
                self._back = link_button("Back to yours", "/", kind="sec", role="button")
        self._viewing.show(on=False)
        self._header = header
        self._looking: Tag | None = None
        return header

    def show_practice(self, words: str) -> None:
        """Say to somebody of the practice what this portal is to her; empty words say nothing."""
        if words and self._looking is None:
            with self._header, Tag("div", "lw-viewing lw-looking", role="note") as self._looking:
                self._looking_words = Tag("p")
                Button("Back to the practice", self._on_leave, kind="sec")
        if self._looking is not None:
            self._looking.show(on=bool(words))
            self._looking_words.set_text(words)

    def show(
        self,
        sections: Sequence[Section],
        people: Sequence[Choice],
        clinicians: Sequence[Choice],
        *,
        home: str,
        viewing: Viewing | None,
        own: str,
    ) -> None:
        """Show a chart: its sections, the switchers, and whose portal it is.

        Args:
            sections: what this person may open there.
            people: everybody whose portal this login may open.
            clinicians: the clinicians of the open person.
            home: address of the chart's first page.
            viewing: the other person; nothing in the person's own portal.
            own: address of the person's own portal.
        """
        self.navigation.set_sections(sections)
        self.navigation.set_home(home)
        self._mark.set(href=home)
        self.set_choices(people, clinicians)
        self._viewing.show(on=viewing is not None)
        if viewing:
            self._viewing_avatar.set_html(avatar_html(viewing.initials, viewing.tone))
            for tone in range(1, TONES + 1):
                self._viewing.mark_as(f"lw-p{tone}", tone == viewing.tone)
            whose = fragment("b", "", possessive(viewing.name))
            self._viewing_words.set_html(join("You are viewing ", whose, " portal."))
            self._back.set(href=own)

    def set_choices(self, people: Sequence[Choice], clinicians: Sequence[Choice]) -> None:
        """Fill the two switchers; the unread counts of other charts stand inside."""
        person = next((p for p in people if p.current), None)
        if person:
            html = join(
                avatar_html(person.initials, person.tone), _words("Viewing as", person.label)
            )
            self._people.button.set_html(join(html, icon_svg("chevron-down", "s")))
        clinician = next((c for c in clinicians if c.current), None)
        if clinician:
            html = join(_words("Clinician", clinician.label), icon_svg("chevron-down", "s"))
            self._clinicians.button.set_html(html)
        both = [_item(c) for c in people]
        if len(clinicians) > 1:
            both += [_item(c, "lw-only-m") for c in clinicians]
        self._people.set_items(both)
        self._clinicians.set_items([_item(c) for c in clinicians])


def _words(what: str, name: str) -> Safe:
    # the space keeps the two apart in the button's name
    return fragment("span", "", fragment("small", "", what), " ", fragment("b", "", name))


def _item(choice: Choice, cls: str = "") -> Item:
    detail = choice.detail
    if choice.unread:
        count = "1 new message" if choice.unread == 1 else f"{choice.unread} new messages"
        detail = f"{detail}. {count}" if detail else count
    return Item(
        label=choice.label,
        href=choice.href,
        detail=detail,
        initials=choice.initials,
        tone=choice.tone,
        checked=choice.current,
        cls=cls,
    )
