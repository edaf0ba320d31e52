"""Markup that may enter a page as it stands, told apart from text by its type."""

import re
from html import escape, unescape

Attribute = str | int | bool | None

_VOID = frozenset({"br", "hr", "img", "input"})
_MARKUP = re.compile(r"<[^>]*>")
_LINK = re.compile(r"(?:https?:|mailto:|tel:|sms:|[/?#])", re.IGNORECASE)


class Safe(str):
    """HTML built by this package: escaped text, our own icons, cleaned Markdown.

    Operations of `str` return a plain `str`, so joining by hand loses the mark and is refused
    where `Safe` is asked for. Use `fragment` and `join` instead.
    """

    __slots__ = ()


def text(value: str) -> Safe:
    """Return the text with the five special characters escaped."""
    return value if isinstance(value, Safe) else Safe(escape(value))


def join(*parts: str) -> Safe:
    """Join parts; those that are not `Safe` yet are escaped."""
    return Safe("".join(text(part) for part in parts))


def fragment(tag: str, cls: str = "", *children: str, **attributes: Attribute) -> Safe:
    """Build one element as a string; children and attribute values are escaped unless `Safe`."""
    named = attribute_names(attributes)
    if cls:
        named = {"class": cls, **named}
    opening = "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"'
        for name, value in named.items()
    )
    if tag in _VOID:
        return Safe(f"<{tag}{opening}>")
    return Safe(f"<{tag}{opening}>{join(*children)}</{tag}>")


def attribute_names(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    """Turn keyword names into attribute names and drop what is `None` or `False`.

    `aria_label` becomes `aria-label`, a trailing underscore is dropped (`for_`, `type_`), and
    Boolean ARIA values become words.

    Raises:
        ValueError: an event handler, a binding or an address that runs a script.
    """
    named: dict[str, Attribute] = {}
    for keyword, value in attributes.items():
        name = keyword.rstrip("_").replace("_", "-")
        if name.startswith(("on", ":", "@")) or name.lower() == "innerhtml":
            raise ValueError(f"The attribute {name} is not allowed; use .on() or html=.")
        if name in {"href", "action", "src"} and value is not None:
            check_address(str(value))
        if name.startswith("aria-") and isinstance(value, bool):
            named[name] = "true" if value else "false"
        elif value is not None and value is not False:
            named[name] = value
    return named


def check_address(address: str) -> str:
    """Return the address if it is a path or of a harmless scheme.

    Raises:
        ValueError: any other scheme, such as `javascript:` or `data:`.
    """
    if address and not _LINK.match(address):
        raise ValueError("An address starts with /, ?, # or a scheme for web, mail or phone.")
    return address


def plain(markup: str) -> str:
    """Return the words of a piece of markup, for tests and spoken copies."""
    return unescape(_MARKUP.sub(" ", markup))
