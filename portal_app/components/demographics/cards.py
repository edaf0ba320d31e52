"""One side of an insurance card: its photo, or the button that adds one."""

from collections.abc import Awaitable, Callable

from nicegui import events

from portal_app.components.button import Button
from portal_app.components.icons import icon_svg
from portal_app.components.note import note_html
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.data.schemas.demographics import CardView
from portal_app.rules.messages import FILE_BYTES_MOST
from portal_app.rules.when import Wall

WORDS = {"front": "Front of card", "back": "Back of card"}
FAILED = "{name} was not added. Try again."
TOO_BIG = "{name} is too big. Choose one under 10 MB."


class CardPhoto(Tag):
    """A label, the photo as a link, and what adds or replaces it."""

    def __init__(
        self, side: str, upload: str, on_added: Callable[[], Awaitable[None]], *, second: bool
    ) -> None:
        """Create it; the photo is posted to that address and then read again."""
        super().__init__("div", "lw-sp3 lw-card1")
        self._side, self._on_added = side, on_added
        which = f"{side} of the {'second ' if second else ''}card"
        self._name = which
        with self:
            Tag("p", "lw-lab", WORDS[side])
            with Tag("div", "lw-wrap"):
                self._photo = Tag("a", "lw-att", href="/", download=True).show(on=False)
                self._button = Button("Add a photo", kind="sec", icon="plus", repeatable=True)
            self._said = Tag("div", "lw-note", role="status").show(on=False)
            self._input = Tag(
                "input",
                type_="file",
                hidden=True,
                aria_label=f"Photo of the {which}",
                data_lw_upload=upload,
                data_lw_most=str(FILE_BYTES_MOST),
                accept=".png,.jpg,.jpeg,.heic",
            )
        self._input.set(id=self._input.html_id)
        self._button.set(data_lw_pick=self._input.html_id)
        self._input.on("lwfile", self._heard, js_handler="(e) => emit(e.detail)")

    def show_photo(self, card: CardView | None, wall: Wall) -> None:
        """Show the photo that there is."""
        self._photo.show(on=card is not None)
        self._button.set_words("Replace" if card else "Add a photo")
        self._button.set(aria_label=f"{'Replace the' if card else 'Add a'} photo: {self._name}")
        if card is not None:
            when = f", added {wall.short(card.added_at)}" if card.added_at else ""
            words = fragment("span", "", f"{WORDS[self._side]}{when}")
            self._photo.set(href=f"/files/{card.file}")
            self._photo.set_html(join(icon_svg("file-check"), words))

    async def _heard(self, event: events.GenericEventArguments) -> None:
        detail = event.args if isinstance(event.args, dict) else {}
        name = str(detail.get("name", "The photo"))[:80]
        state, reason = str(detail.get("state", "")), str(detail.get("reason") or "")[:200]
        if state == "started":
            self._say(f"Adding {name} …", "plain")
        elif state == "too_big":
            self._say(TOO_BIG.format(name=name), "danger")
        elif state == "failed":
            self._say(reason or FAILED.format(name=name), "danger")
        else:
            self._say("", "plain")
            await self._on_added()

    def _say(self, words: str, kind: str) -> None:
        self._said.mark_as("lw-danger", on=kind == "danger")
        self._said.set_html(note_html(words, kind) if words else Safe()).show(on=bool(words))
