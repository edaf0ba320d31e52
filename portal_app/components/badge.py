"""Counts, status chips and dots: small words that say a state."""

from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag

CHIPS = ("", "ok", "warn", "danger", "info", "br")


def count(number: int) -> str:
    """Return the number as a badge shows it: "9+" above nine."""
    return "9+" if number > 9 else str(number)


def badge_html(number: int, word: str = "unread") -> Safe:
    """Return a count as markup; nothing for 0.

    The full count comes first as hidden words, so that it is part of the name of the link around
    it ("Messages, 12 unread"); the round badge is for the eye.
    """
    if number <= 0:
        return Safe()
    return join(
        fragment("span", "lw-sr", f", {number} {word}"),
        fragment("span", "lw-badge", count(number), aria_hidden=True),
    )


def badge(number: int, word: str = "unread") -> Tag:
    """Draw a count; 0 draws an empty element that `set_html(badge_html(n))` can fill."""
    return Tag("span", "", html=badge_html(number, word))


def chip(text: str, kind: str = "") -> Tag:
    """Draw a status word; `kind` is "", "ok", "warn", "danger", "info" or "br" (brand)."""
    return Tag("span", _chip_class(kind), text)


def chip_html(text: str, kind: str = "") -> Safe:
    """Return a status word as markup."""
    return fragment("span", _chip_class(kind), text)


def unread_dot(label: str = "Unread") -> Tag:
    """Draw the dot of an unread item."""
    return Tag("span", "lw-dot", role="img", aria_label=label)


def _chip_class(kind: str) -> str:
    if kind not in CHIPS:
        raise ValueError(f"There is no chip of kind {kind}.")
    return f"lw-chip lw-{kind}" if kind else "lw-chip"
