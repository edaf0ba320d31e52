"""Native form controls whose value lives on the server.

The browser owns what is shown: `defaultValue` is set once, and later re-drawing never touches
what a person is typing. Each input event tells the server, at most every 150 ms, and leaving the
field tells it at once, so that nothing is lost when a button is pressed right after typing.
"""

from collections.abc import Sequence
from typing import Any

from nicegui.events import GenericEventArguments

from portal_app.components.browser import call
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Handler, Tag, fire

_TELL = "(e) => emit(e.target.value, e.target.lwEpoch || 0)"
_TELL_CHECKED = "(e) => emit(e.target.checked)"
LONGEST = 40_000
THROTTLE = 0.15


class TextControl(Tag):
    """An `input` or `textarea`."""

    def __init__(
        self,
        tag: str = "input",
        *,
        value: str = "",
        on_change: Handler | None = None,
        on_leave: Handler | None = None,
        **attributes: Any,
    ) -> None:
        """Create the control.

        Args:
            tag: "input" or "textarea".
            value: what it holds at first.
            on_change: called with the text after each change.
            on_leave: called without arguments when the person leaves a changed field.
            attributes: `type_="email"`, `autocomplete=`, `placeholder=` and so on.
        """
        self._value, self._epoch = value, 0
        self._on_change, self._on_leave = on_change, on_leave
        super().__init__(tag, "lw-in", **attributes)
        dict.__setitem__(self._props, "defaultValue", value)
        self.on("input", self._heard, js_handler=_TELL, throttle=THROTTLE)
        self.on("change", self._left, js_handler=_TELL)

    @property
    def value(self) -> str:
        """What the control holds, as far as the server has heard."""
        return self._value

    @value.setter
    def value(self, value: str) -> None:
        if value != self._value:
            self.replace(None, value)

    def replace(self, old: str | None, new: str) -> None:
        """Set the text; with `old`, only where the page still holds that text.

        What the page says about earlier text is passed over from now on.
        """
        self._value = new
        self._epoch += 1
        dict.__setitem__(self._props, "defaultValue", new)
        call(self, "setValue", self.html_id, new, old, self._epoch)
        self._tell()

    def set_enabled(self, on: bool) -> None:
        """Allow or refuse typing."""
        self.set(disabled=not on)

    def _heard(self, event: GenericEventArguments) -> None:
        self._take(event.args)

    def _left(self, event: GenericEventArguments) -> None:
        self._take(event.args)
        fire(self, self._on_leave)

    def _take(self, told: Any) -> None:
        """Take over what the page says; a forged or outdated frame changes nothing."""
        match told:
            case [str() as text, int() as epoch] if epoch == self._epoch and len(text) <= LONGEST:
                if text != self._value:
                    self._value = text
                    dict.__setitem__(self._props, "defaultValue", text)
                    self._tell()

    def _tell(self) -> None:
        fire(self, self._on_change, self._value)


class SelectControl(Tag):
    """A native `select`."""

    def __init__(
        self,
        options: Sequence[tuple[str, str]],
        *,
        value: str = "",
        prompt: str = "",
        on_change: Handler | None = None,
        **attributes: Any,
    ) -> None:
        """Create the control.

        Args:
            options: (value, words), in order.
            value: what is chosen at first.
            prompt: words of a first entry that stands for nothing chosen.
            on_change: called with the chosen value.
            attributes: more attributes.
        """
        self._options, self._value, self._on_change = dict(options), value, on_change
        self._prompt = prompt
        super().__init__("select", "lw-in", **attributes)
        self._draw()
        self.on("change", self._heard, js_handler=_TELL)

    def _draw(self) -> None:
        # one element, however many can be chosen: a list of states is longer than a page
        entries = [("", self._prompt)] if self._prompt else []
        entries += self._options.items()
        chosen = self._value
        self.set_html(
            join(
                *(
                    fragment("option", "", words, value=key, selected=key == chosen)
                    for key, words in entries
                )
            )
        )

    @property
    def value(self) -> str:
        """The chosen value; "" for none."""
        return self._value

    @value.setter
    def value(self, value: str) -> None:
        if value != self._value:
            self._value = value
            call(self, "setValue", self.html_id, value, None, 0)
            self._tell()

    def set_options(self, options: Sequence[tuple[str, str]], value: str = "") -> None:
        """Replace what can be chosen."""
        self._options, self._value = dict(options), value
        self._draw()

    def _heard(self, event: GenericEventArguments) -> None:
        match event.args:
            case [str() as key, *_] if key in self._options or (not key and self._prompt):
                self._value = key
                self._tell()

    def _tell(self) -> None:
        fire(self, self._on_change, self._value)


class CheckControl(Tag):
    """A checkbox, or a switch that says so to screen readers."""

    def __init__(
        self,
        *,
        value: bool = False,
        switch: bool = False,
        on_change: Handler | None = None,
        **attributes: Any,
    ) -> None:
        """Create the control; `on_change` is called with True or False."""
        self._value, self._on_change = value, on_change
        super().__init__(
            "input",
            "lw-sw" if switch else "",
            type_="checkbox",
            role="switch" if switch else None,
            **attributes,
        )
        dict.__setitem__(self._props, "defaultChecked", value)
        self.on("change", self._heard, js_handler=_TELL_CHECKED)

    @property
    def value(self) -> bool:
        """Whether it is on."""
        return self._value

    @value.setter
    def value(self, value: bool) -> None:
        if value != self._value:
            self.put(value)
            self._tell()

    def put(self, value: bool) -> None:
        """Show the value without calling anyone: to flip back what could not be saved."""
        self._value = value
        call(self, "setChecked", self.html_id, value)

    def set_enabled(self, on: bool) -> None:
        """Allow or refuse changes."""
        self.set(disabled=not on)

    def _heard(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, bool):
            self._value = event.args
            self._tell()

    def _tell(self) -> None:
        fire(self, self._on_change, self._value)
