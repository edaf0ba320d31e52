"""The style sheet, the behaviour script and the fonts of the kit, read once."""

import re
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "assets"
ADDRESS = "/assets"
SHEETS = (
    "fonts.css",
    "tokens.css",
    "shell.css",
    "app.css",
    "kit.css",
    "messages.css",
    "calendar.css",
    "schedule.css",
    "consent.css",
    "documents.css",
    "papers.css",
    "instructions.css",
    "records.css",
    "records-desk.css",
    "demographics.css",
    "notices.css",
    "billing.css",
    "account.css",
    "family.css",
    "billing-history.css",
    "quasar-overrides.css",
)
SCRIPTS = ("kit.js", "consent.js")
PRELOADED = ("public-sans.*.woff2", "newsreader.*.woff2")
_LAYERS = (
    "@layer theme, base, quasar, nicegui, components, utilities, overrides, quasar_importants;"
)


@cache
def stylesheet() -> str:
    """Return tokens, component styles and Quasar corrections as one minified sheet.

    Pages inline it in the head, before NiceGUI's own statement of layers, which is why it starts
    with the same statement: the order of layers is settled where it is first said.
    """
    return _LAYERS + "".join(
        minified((ASSETS / "css" / sheet).read_text(encoding="utf-8")) for sheet in SHEETS
    )


@cache
def script() -> str:
    """Return the behaviour of menus, dialogs, tabs and file buttons.

    Pages put it in the head with the nonce. It listens on the document, so it works on the copy
    of the page that is shown first as well as on the mounted page.
    """
    return "".join((ASSETS / "js" / name).read_text(encoding="utf-8") for name in SCRIPTS)


@cache
def preloaded_fonts() -> tuple[str, ...]:
    """Return the addresses of the fonts that the first paint needs."""
    return tuple(
        f"{ADDRESS}/fonts/{path.name}"
        for pattern in PRELOADED
        for path in sorted((ASSETS / "fonts").glob(pattern))
    )


def minified(css: str) -> str:
    """Return the sheet without comments and needless spaces."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?", r"\1", css)
    return css.replace(";}", "}").replace("{ ", "{").strip()
