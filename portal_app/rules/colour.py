"""A practice's own colour: whether it can be read, and the shades that pages make of it."""

import re

from portal_app.rules.errors import InvalidError

WHITE, PAPER, NIGHT = (255, 255, 255), (248, 246, 241), (24, 33, 32)
"""What the colour stands on: words of buttons, pages, and pages in the dark."""
ENOUGH = 4.5
"""WCAG 2.2, 1.4.3: words against their ground."""
STEPS = 20
Rgb = tuple[int, int, int]


def parsed(text: str) -> Rgb:
    """Read #rrggbb.

    Raises:
        InvalidError: it is no colour.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise InvalidError("Write a colour as # and six digits, such as #14594F.", field="accent")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def written(colour: Rgb) -> str:
    """Write a colour as #rrggbb."""
    return "#{:02X}{:02X}{:02X}".format(*colour)


def _luminance(colour: Rgb) -> float:
    parts = [c / 255 for c in colour]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """Give the contrast of two colours, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(colour: Rgb, other: Rgb, share: float) -> Rgb:
    """Mix in a share of another colour."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def checked(text: str) -> str:
    """Give a practice's colour as it is kept; empty for the house's own.

    Raises:
        InvalidError: no colour, or one on which words can't be read; says one that can.
    """
    if not text.strip():
        return ""
    colour = parsed(text.strip())
    found = min(contrast(colour, WHITE), contrast(colour, PAPER))
    if found >= ENOUGH:
        return written(colour)
    darker = written(_until(colour, (0, 0, 0), PAPER, ENOUGH))
    words = f"Too light to be read: {found:.1f} to 1, {ENOUGH} is needed. {darker} would do."
    raise InvalidError(words, field="accent")


def _until(colour: Rgb, towards: Rgb, ground: Rgb, wanted: float) -> Rgb:
    for step in range(STEPS + 1):
        found = mixed(colour, towards, step / STEPS)
        if contrast(found, ground) >= wanted:
            return found
    return towards


def sheet(text: str) -> str:
    """Write the style that gives pages that colour, by day and in the dark."""
    if not text:
        return ""
    colour = parsed(text)
    bright = _until(colour, WHITE, NIGHT, 2 * ENOUGH)
    day = _rule(
        brand=colour,
        brand_hover=mixed(colour, (0, 0, 0), 0.25),
        brand_tint=mixed(colour, WHITE, 0.88),
        brand_line=mixed(colour, WHITE, 0.7),
        link=colour,
    )
    dark = _rule(
        brand=bright,
        brand_hover=mixed(bright, WHITE, 0.3),
        brand_tint=mixed(NIGHT, colour, 0.35),
        brand_line=mixed(NIGHT, bright, 0.35),
        link=bright,
        on_brand=mixed(colour, (0, 0, 0), 0.85),
    )
    return (
        f":root{{{day}}}"
        f'@media (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark}}}}}'
        f':root[data-theme="dark"]{{{dark}}}'
    )


def _rule(**shades: Rgb) -> str:
    return ";".join(f"--{k.replace('_', '-')}:{written(v)}" for k, v in shades.items())
