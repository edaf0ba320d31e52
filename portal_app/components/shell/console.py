"""The frame of the practice's side."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import Client, events

from portal_app.components.field import THROTTLE
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
        self.query = ""
        self._listener: Callable[[str], Awaitable[None]] | None = None
        self._open_roster: Handler | None = None
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
        # no form and no address: a name that is looked for stays out of every log
        with Tag("div", "lw-find", role="search"):
            Tag("span", "", html=icon_svg("search", "s"))
            search = Tag(
                "input",
                "lw-in",
                type_="search",
                aria_label="Find a patient",
                placeholder="Find a patient",
                autocomplete="off",
            )
        search.on("input", self._typed, js_handler="(e) => emit(e.target.value)", throttle=THROTTLE)
        search.on(
            "keydown", self._entered, js_handler="(e) => e.key === 'Enter' && emit(e.target.value)"
        )

    def on_find(self, open_roster: Handler) -> None:
        """Name what opens the list of patients when Enter is pressed elsewhere."""
        self._open_roster = open_roster

    def listen(self, handler: Callable[[str], Awaitable[None]] | None) -> None:
        """Hand what is typed into the search to the list that is open now."""
        self._listener = handler

    async def _typed(self, event: events.GenericEventArguments) -> None:
        self.query = str(event.args or "")
        if self._listener:
            await self._listener(self.query)

    async def _entered(self, event: events.GenericEventArguments) -> None:
        self.query = str(event.args or "")
        if self._listener:
            await self._listener(self.query)
        elif self._open_roster:
            self._open_roster()
