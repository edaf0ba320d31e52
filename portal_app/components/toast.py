"""Short notes of success, and the one region that screen readers listen to."""

import asyncio

from nicegui import background_tasks

from portal_app.components.button import Button
from portal_app.components.icons import icon_svg
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Handler, Tag

SECONDS = 6.0
SECONDS_WITH_UNDO = 10.0


class LiveRegion:
    """Says changes to screen readers, politely, one at a time."""

    def __init__(self) -> None:
        """Create the silent region; one for each page."""
        self._region = Tag("div", "lw-sr", role="status", data_lw_live=True)

    def say(self, text: str) -> None:
        """Say the words, also when they are the same as before."""
        same = self._region.text == text
        self._region.set_text(text + "\N{NO-BREAK SPACE}" if same else text)


class Toasts(Tag):
    """Notes at the lower left that go by themselves; never for errors or what must be read."""

    def __init__(self, live: LiveRegion | None = None) -> None:
        """Create the empty place; what is shown is also said in the live region."""
        self.live = live or LiveRegion()
        super().__init__("div", "lw-toasts", role="region", aria_label="Short notes")

    def say(
        self,
        text: str,
        *,
        icon: str = "circle-check",
        undo: Handler | None = None,
        act: str = "Undo",
    ) -> Tag:
        """Show a note for 6 seconds, or for 10 with a button that calls `undo`; say it too."""
        self.live.say(text)
        with self, Tag("div", "lw-toast") as toast:
            Tag("span", html=join(icon_svg(icon), fragment("span", "", text)))
            if undo:
                Button(act, undo, kind="txt").on_click(lambda: _remove(toast))
        wait = SECONDS_WITH_UNDO if undo else SECONDS
        free = asyncio.Event()
        free.set()
        for event in ("mouseenter", "focusin"):
            toast.on(event, free.clear, args=[])
        for event in ("mouseleave", "focusout"):
            toast.on(event, free.set, args=[])
        background_tasks.create(_go(toast, wait, free), name="toast")
        return toast


async def _go(toast: Tag, seconds: float, free: asyncio.Event) -> None:
    """Take a note away after its time, and not while the pointer or the focus is on it."""
    await asyncio.sleep(seconds)
    await free.wait()
    _remove(toast)


def _remove(toast: Tag) -> None:
    if not toast.is_deleted and not toast.client.is_deleted:
        toast.delete()
