"""People's own words as markup: plain text with its paragraphs and web addresses."""

import re

from portal_app.components.safe import Safe, fragment, join

_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_PARAGRAPHS = re.compile(r"\n\s*\n")


def plain_html(text: str) -> Safe:
    """Return plain text as paragraphs, with web addresses as links. Nothing in it is markup."""
    return join(
        *(fragment("p", "", _linked(part)) for part in _PARAGRAPHS.split(text.strip()) if part)
    )


def _linked(text: str) -> Safe:
    parts: list[str] = []
    done = 0
    for found in _ADDRESS.finditer(text):
        address = found.group()
        parts += [
            text[done : found.start()],
            fragment("a", "", address, href=address, target="_blank", rel="noopener noreferrer"),
        ]
        done = found.end()
    return join(*parts, text[done:])
