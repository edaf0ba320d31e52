"""Initials in a round field, in one of four colours. Decoration: the name stands beside it."""

from portal_app.components.safe import Safe, fragment
from portal_app.components.tag import Tag

TONES = 4


def avatar(initials: str, tone: int = 1, size: str = "") -> Tag:
    """Draw initials; `tone` 1 to 4, `size` "", "lg" or "xl"."""
    return Tag("span", _classes(tone, size), initials, aria_hidden=True)


def avatar_html(initials: str, tone: int = 1, size: str = "") -> Safe:
    """Return initials as markup."""
    return fragment("span", _classes(tone, size), initials, aria_hidden=True)


def _classes(tone: int, size: str) -> str:
    return f"lw-av lw-p{tone} lw-{size}" if size else f"lw-av lw-p{tone}"
