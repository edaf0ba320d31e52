"""The frame of the practice's side."""

from collections.abc import Sequence

from nicegui import Client

from portal_app.components.icons import icon_svg, practice_mark
from portal_app.components.safe import fragment
from portal_app.components.shell.frame import Frame
from portal_app.components.shell.navigation import Navigation
from portal_app.components.shell.values import Brand, Section
from portal_app.components.tag import Handler, Tag


class ConsoleShell(Frame):
    """Rail, top bar with the search for patients, bar of a phone."""

    def __init__(
        self,
        client: Client,
        brand: Brand,
        person: str,
        sections: Sequence[Section],
        *,
        token: str,
        find: bool,
        on_stay: Handler,
    ) -> None:
        """Create the frame; `find` shows the search for patients."""
        super().__init__(client, "lw-shell lw-console", token=token, on_stay=on_stay)
        foot = fragment("p", "", "Signed in as ", fragment("b", "", person))
        with client.layout:
            self.navigation = Navigation(brand, sections, foot)
            self._place(self.navigation.rail)
            with Tag("header", "lw-header") as header, Tag("div", "lw-top"):
                Tag(
                    "a",
                    "lw-brand lw-only-m",
                    html=practice_mark(),
                    href=brand.home,
                    aria_label=f"{brand.name}, first page",
                )
                with Tag("div", "lw-right"):
                    if find:
                        self._find()
                    self.sign_out_button()
            self._place(header)

    def _find(self) -> None:
        with Tag("form", "lw-find", role="search", method="get", action="/practice/patients"):
            Tag("span", "", html=icon_svg("search", "s"))
            self.search = Tag(
                "input",
                "lw-in",
                type_="search",
                name="q",
                aria_label="Find a patient",
                placeholder="Find a patient",
                autocomplete="off",
            )
