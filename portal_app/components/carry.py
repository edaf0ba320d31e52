"""Keeps what is typed over a reload: the tab hands it to the page that takes the old one's place.

A page reloads by itself when the server has been started again. What was typed since the last saved
draft is then known to the browser alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nicegui import events

from portal_app.components.controls import LONGEST
from portal_app.components.field import Field
from portal_app.components.tag import Tag

KEY_MOST = 64


@dataclass(frozen=True)
class Carried:
    """What the page before this one held.

    Args:
        key: the key under which it would have been sent.
        texts: what stood in its fields, in the order of the page.
    """

    key: str
    texts: tuple[str, ...]

    def fits(self, fields: int, words_from: int = 0) -> bool:
        """Whether it is of so many fields, with words in some field from that place on."""
        written = any(text.strip() for text in self.texts[words_from:])
        return len(self.texts) == fields and written

    def into(self, fields: Iterable[Field], before: Sequence[str]) -> None:
        """Write into the fields of a form.

        Args:
            fields: as many as there are texts.
            before: what they held when this was heard; what was typed into one since then stays.
        """
        for field, was, text in zip(fields, before, self.texts, strict=True):
            if field.value == was:
                field.set_value(text, only_if=was)


def carry(box: Tag, key: str, on_carried: Callable[[Carried], object]) -> None:
    """Carry the fields inside over a reload.

    Args:
        box: what holds the fields.
        key: the key under which they will be sent; a message that was sent under it is no draft.
        on_carried: called with what the page before this one held.
    """
    box.set(data_lw_carry=key)
    box.on("lwcarried", lambda e: _heard(e, on_carried), js_handler="(e) => emit(e.detail)")


def _heard(event: events.GenericEventArguments, on_carried: Callable[[Carried], object]) -> object:
    match event.args:
        case {"key": str() as key, "texts": [*texts]} if len(key) <= KEY_MOST and all(
            isinstance(text, str) and len(text) <= LONGEST for text in texts
        ):
            return on_carried(Carried(key, tuple(texts)))
    return None
