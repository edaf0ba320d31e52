"""Rows of saved cards."""

from collections.abc import Callable

from portal_app.components.badge import chip_html
from portal_app.components.button import Button
from portal_app.components.panel import icon_tile
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.data.schemas.payments import CardView

Act = Callable[[CardView], object]


def title(card: CardView) -> str:
    """Name a card, with the name that its owner has given it."""
    return f"{card.words} ({card.label})" if card.label else card.words


def card_row(card: CardView, *, edit: Act, default: Act, remove: Act) -> Tag:
    """Draw a card with what can be done."""
    with Tag("li", "lw-row lw-card-row") as item:
        Tag("span", html=icon_tile("credit-card"))
        Tag("div", "lw-grow", html=_words(card))
        with Tag("div", "lw-wrap lw-card-acts"):
            name = title(card)
            if card.is_default:
                Tag("span", html=chip_html("Default", "br"))
            else:
                Button(
                    "Make default",
                    lambda: default(card),
                    kind="txt",
                    aria_label=f"Make default: {name}",
                )
            Button(
                "Edit", lambda: edit(card), kind="txt", aria_label=f"Edit {name}", repeatable=True
            )
            Button(
                "Remove",
                lambda: remove(card),
                kind="dangertxt",
                aria_label=f"Remove {name}",
                repeatable=True,
            )
    return item


def _words(card: CardView) -> Safe:
    ends = "Expired" if card.has_expired else "Expires soon:" if card.expires_soon else "Expires"
    about = f"{ends} {card.expires}. Added by {card.added_by}"
    return join(
        fragment("p", "lw-b", title(card)),
        fragment("p", "lw-m", about),
    )
