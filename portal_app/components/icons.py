"""Icons from our own sprite, drawn as one inline SVG each. No icon font."""

import re
from functools import cache
from pathlib import Path

from portal_app.components.safe import Safe, fragment
from portal_app.components.tag import Tag

SPRITE = Path(__file__).resolve().parents[1] / "assets" / "icons.svg"
_SYMBOL = re.compile(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
_SIZES = {"": "lw-i", "s": "lw-i lw-i-s", "l": "lw-i lw-i-l"}
_MARK = Safe(
    '<path fill="currentColor" d="M4 36C4 18.3 18.3 4 36 4c0 9.8-4.4 18.6-11.3 24.5C19.1 33.2'
    ' 11.9 36 4 36Z"/><path d="M4 36C10 25 17 17.5 27 12" fill="none"'
    ' stroke="var(--mark-line,var(--bg))" stroke-width="2.2" stroke-linecap="round"/>'
)


@cache
def _drawings() -> dict[str, Safe]:
    sprite = SPRITE.read_text(encoding="utf-8")
    return {name: Safe(drawing) for name, drawing in _SYMBOL.findall(sprite)}


def icon_names() -> list[str]:
    """Return the names that `icon` knows."""
    return sorted(_drawings())


def drawing(name: str) -> Safe:
    """Return the shapes of an icon.

    Raises:
        ValueError: no icon of that name is in the sprite.
    """
    try:
        return _drawings()[name]
    except KeyError:
        raise ValueError(f"There is no icon called {name}.") from None


def icon(name: str, size: str = "", cls: str = "") -> Tag:
    """Draw an icon that screen readers skip.

    Args:
        name: one of `icon_names`.
        size: "" for 20 px, "s" for 16 px, "l" for 24 px.
        cls: more class names.
    """
    return Tag(
        "svg",
        " ".join((_SIZES[size], cls)),
        html=drawing(name),
        viewBox="0 0 24 24",
        aria_hidden=True,
    )


def icon_svg(name: str, size: str = "") -> Safe:
    """Return an icon as markup, to be part of a larger fragment."""
    return fragment("svg", _SIZES[size], drawing(name), viewBox="0 0 24 24", aria_hidden=True)


def practice_mark(cls: str = "lw-mark") -> Safe:
    """Return the practice's leaf mark as markup."""
    return fragment("svg", cls, _MARK, viewBox="0 0 40 40", aria_hidden=True)
