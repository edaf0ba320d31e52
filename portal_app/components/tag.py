"""The one element class of the kit: a native HTML tag that is cheap to build."""

from collections.abc import Callable
from typing import Any, Self

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import UiEventArguments, handle_event

from portal_app.components.safe import Attribute, Safe, attribute_names, plain

Handler = Callable[..., Any]


class Tag(TextElement):
    """A native tag with classes, text and attributes set at once.

    Stock elements announce each class and each attribute on its own; on a page of a hundred
    elements that is a third of the time. Use it as a context manager to put children inside.
    """

    def __init__(
        self,
        tag: str,
        cls: str = "",
        text: str = "",
        *,
        html: Safe | None = None,
        **attributes: Attribute,
    ) -> None:
        """Create the element inside the current slot.

        Args:
            tag: name of the HTML element.
            cls: class names separated by spaces.
            text: shown as text; NiceGUI never reads it as markup.
            html: markup of our own making, shown instead of text and children.
            attributes: `aria_label=`, `for_=`, `href=` and so on; see `attribute_names`.

        Raises:
            TypeError: `html` is a plain `str`.
            ValueError: an attribute that could run a script.
        """
        super().__init__(tag=tag, text=text)
        if cls:
            list.extend(self._classes, cls.split())
        if attributes:
            dict.update(self._props, attribute_names(attributes))
        if html is not None:
            dict.__setitem__(self._props, "innerHTML", _trusted(html))

    def _text_to_model_text(self, text: str) -> None:
        self._text = text or None

    def set(self, **attributes: Attribute) -> Self:
        """Change attributes; `None` and `False` remove one."""
        named = attribute_names(attributes)
        before = dict(self._props)
        for keyword in attributes:
            name = keyword.rstrip("_").replace("_", "-")
            if name not in named:
                dict.pop(self._props, name, None)
        dict.update(self._props, named)
        if before != self._props:
            self.update()
        return self

    def set_html(self, html: Safe) -> Self:
        """Replace the markup inside the element."""
        if self._props.get("innerHTML") != _trusted(html):
            self._props["innerHTML"] = html
        return self

    def mark_as(self, name: str, on: bool) -> Self:
        """Add or remove one class."""
        if on and name not in self._classes:
            self._classes.append(name)
        elif not on and name in self._classes:
            self._classes.remove(name)
        return self

    def show(self, on: bool) -> Self:
        """Show the element or take it out of the page and of the accessibility tree."""
        if self.visible != on:
            self.set_visibility(on)
        return self

    def on_click(self, handler: Handler) -> Self:
        """Call the handler on a click, without sending the details of the mouse."""
        return self.on("click", handler, args=[])

    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        shown = super()._displayed_contents(only_visible=only_visible)
        if html := self._props.get("innerHTML"):
            shown.append(plain(html))
        if label := self._props.get("aria-label"):
            shown.append(label)
        return shown


def fire(element: Element, handler: Handler | None, *arguments: object) -> None:
    """Call a callback from an element; a coroutine runs in the background, errors are reported."""
    if handler is None:
        return
    handle_event(
        lambda: handler(*arguments), UiEventArguments(sender=element, client=element.client)
    )


def _trusted(html: Safe) -> Safe:
    if not isinstance(html, Safe):
        raise TypeError("html takes Safe markup only; build it with fragment(), icons or markdown.")
    return html
