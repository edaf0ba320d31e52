"""Fields that belong together: label above, help before the control, error and length after it.

The browser owns what stands in a field; the server hears of it a little later. An update of the
page therefore never writes into a field, or it would take back what was typed meanwhile.
"""

from collections.abc import Callable, Sequence
from gettext import gettext as _
from typing import Any, Self

from portal_app.components.browser import focus
from portal_app.components.controls import THROTTLE, CheckControl, SelectControl, TextControl
from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag, fire

__all__ = ["THROTTLE", "Field", "check_field", "length_words", "switch_row"]

Check = Callable[[str], str]


class Field(Tag):
    """A label, a native control, help, count and error.

    With `check`, the error is shown when the person leaves the field, and from then on after each
    change.
    """

    control: TextControl | SelectControl

    def __init__(
        self,
        label: str,
        value: str = "",
        *,
        kind: str = "text",
        help_text: str = "",
        optional: bool = False,
        most: int = 0,
        count_from: int = 0,
        options: Sequence[tuple[str, str]] = (),
        prompt: str = "",
        rows: int = 0,
        check: Check | None = None,
        on_input: Handler | None = None,
        cls: str = "",
        **attributes: Any,
    ) -> None:
        """Create the field.

        Args:
            label: what stands above the control; its accessible name.
            value: what stands in it at first.
            kind: an input type, "textarea" or "select".
            help_text: one line under the label.
            optional: write "(optional)" after the label.
            most: characters that fit; more are kept, and said to be too many. 0 for no limit.
            count_from: characters from which the count shows; 0 for never.
            options: (value, words) of a select.
            prompt: first entry of a select, for nothing chosen.
            rows: height of a textarea at first.
            check: gives the error for a text, or "".
            on_input: called with the text while it is typed, a few times a second.
            cls: more class names of the box ("lw-sp3").
            attributes: more attributes of the control, such as `autocomplete=`.
        """
        super().__init__("div", f"lw-field {cls}")
        self.label, self._check, self._on_input = label, check, on_input
        self._most, self._count_from, self._touched = most, count_from, False
        self.error = ""
        with self:
            name = Tag("label", html=_label_html(label, optional=optional))
            hint = Tag("span", "lw-hint", help_text) if help_text else None
            if kind == "select":
                self.control = SelectControl(
                    options, value=value, prompt=prompt, on_change=self._changed, **attributes
                )
            else:
                self.control = self._text_control(kind, value, rows, attributes)
            with Tag("div", "lw-field-foot"):
                self._message = Tag("span", "lw-msg").show(on=False)
                self._count = Tag("span", "lw-count").show(on=False) if count_from else None
        self.control_id = self.control.html_id
        name.set(for_=self.control_id)
        self._hint_id = hint.html_id if hint else ""
        self._describe()
        self._show_count(value)

    def _text_control(
        self, kind: str, value: str, rows: int, attributes: dict[str, Any]
    ) -> TextControl:
        area = kind == "textarea"
        return TextControl(
            "textarea" if area else "input",
            value=value,
            on_change=self._changed,
            on_leave=self._left,
            type_=None if area else kind,
            rows=rows or None,
            **attributes,
        )

    @property
    def value(self) -> str:
        """The text or the chosen value, as far as the server has heard."""
        return self.control.value

    @value.setter
    def value(self, value: str) -> None:
        self.control.value = value

    @property
    def reader(self) -> str:
        """The script that hands over what stands in the field at this moment."""
        return "document.getElementById('" + self.control_id + "').value"

    def set_value(self, value: str, *, only_if: str | None = None) -> None:
        """Write into the field; with `only_if`, only where it still holds that text."""
        if isinstance(self.control, TextControl):
            self.control.replace(only_if, value)
        else:
            self.control.value = value

    def set_error(self, text: str) -> None:
        """Say what is wrong with it; empty words take the error away."""
        if text == self.error:
            return
        self.error = text
        self.mark_as("lw-err", on=bool(text))
        html = join(icon_svg("circle-alert", "s"), fragment("span", "", text)) if text else Safe()
        self._message.set_html(html).show(on=bool(text))
        self._describe()

    def validate(self) -> bool:
        """Check the value now and show what is wrong; True if nothing is."""
        self._touched = True
        self.set_error(self._find_error(self.value))
        return not self.error

    def focus(self) -> Self:
        """Put the cursor into the field."""
        focus(self.control)
        return self

    def _left(self) -> None:
        if self._check:
            self.validate()

    def _find_error(self, value: str) -> str:
        if self._most and len(value) > self._most:
            return _("Use at most {count} characters.").format(count=f"{self._most:,}")
        return self._check(value) if self._check else ""

    def _changed(self, value: str) -> None:
        self._show_count(value)
        if self._touched:
            self.validate()
        fire(self, self._on_input, value)

    def _describe(self) -> None:
        parts = [self._hint_id, self._message.html_id if self.error else ""]
        self.control.set(
            aria_describedby=" ".join(part for part in parts if part) or None,
            aria_invalid=True if self.error else None,
        )

    def _show_count(self, value: str) -> None:
        if self._count is None:
            return
        due = len(value) >= self._count_from
        self._count.show(on=due)
        if due:
            self._count.set_text(length_words(len(value), self._most))
            self._count.mark_as("lw-over", on=len(value) > self._most)


def length_words(length: int, most: int) -> str:
    """Return "9,120 of 10,000 characters"."""
    return _("{length} of {most} characters").format(length=f"{length:,}", most=f"{most:,}")


def _label_html(label: str, *, optional: bool) -> Safe:
    if not optional:
        return join(label)
    return join(label, " ", fragment("span", "lw-opt", _("(optional)")))


def check_field(
    label: str, *, value: bool = False, help_text: str = "", on_change: Handler | None = None
) -> CheckControl:
    """Draw a checkbox whose label is part of the target."""
    with Tag("label", "lw-check"):
        control = CheckControl(value=value, on_change=on_change)
        small = fragment("small", "", help_text) if help_text else Safe()
        Tag("span", "lw-grow", html=join(label, small))
    return control


def switch_row(
    label: str, *, value: bool = False, help_text: str = "", on_change: Handler | None = None
) -> CheckControl:
    """Draw a line with a switch that takes effect at once.

    Say "Saved" in the live region afterwards; `control.put(...)` flips it back where it failed.
    """
    with Tag("div", "lw-line"):
        with Tag("div", "lw-grow"):
            name = Tag("label", "lw-b", label)
            hint = Tag("small", "", help_text) if help_text else None
        control = CheckControl(value=value, switch=True, on_change=on_change)
    name.set(for_=control.html_id)
    return control.set(aria_describedby=hint.html_id if hint else None)
