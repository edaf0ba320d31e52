"""A labelled field: label above, help before the control, error and length after it."""

from collections.abc import Callable, Mapping
from gettext import gettext as _

from portal_app.components.browser import focus
from portal_app.components.controls import CheckControl, SelectControl, TextControl
from portal_app.components.icons import icon_svg
from portal_app.components.safe import Attribute, Safe, fragment, join
from portal_app.components.tag import Handler, Tag, fire

Check = Callable[[str], str]


class Field:
    """A text field, text area or choice with everything around it.

    The error is shown when the person leaves the field, and from then on after each change.
    """

    control: TextControl | SelectControl

    def __init__(
        self,
        label: str,
        *,
        value: str = "",
        kind: str = "text",
        choices: Mapping[str, str] | None = None,
        prompt: str = "",
        help_text: str = "",
        optional: bool = False,
        longest: int = 0,
        count_from: int = 0,
        check: Check | None = None,
        on_change: Handler | None = None,
        cls: str = "",
        **attributes: Attribute,
    ) -> None:
        """Create the field.

        Args:
            label: its visible label and accessible name.
            value: what it holds at first.
            kind: "area" for several lines, "select" for `choices`, else the type of the input.
            choices: value to words, for a select.
            prompt: first entry of a select, for nothing chosen.
            help_text: shown between label and control.
            optional: write "(optional)" after the label.
            longest: most characters; 0 for no limit.
            count_from: show the length from here on; 0 for never.
            check: gives the error for a text, or "".
            on_change: called with the value after each change.
            cls: more class names of the box ("lw-sp3").
            attributes: attributes of the control, such as `autocomplete=`.
        """
        self.label, self._check, self._on_change = label, check, on_change
        self._longest, self._count_from, self._touched = longest, count_from, False
        with Tag("div", f"lw-field {cls}") as self.box:
            name = Tag("label", html=_label_html(label, optional=optional))
            hint = Tag("span", "lw-hint", help_text) if help_text else None
            if kind == "select":
                self.control = SelectControl(
                    choices or {}, value=value, prompt=prompt, on_change=self._changed, **attributes
                )
            else:
                attributes.setdefault("type_", None if kind == "area" else kind)
                self.control = TextControl(
                    "textarea" if kind == "area" else "input",
                    value=value,
                    on_change=self._changed,
                    on_leave=self.validate,
                    **attributes,
                )
            with Tag("div", "lw-field-foot"):
                self._message = Tag("span", "lw-msg").show(on=False)
                self._count = Tag("span", "lw-count").show(on=False)
        name.set(for_=self.control.html_id)
        self._hint_id = hint.html_id if hint else ""
        self._describe()
        self._show_count(value)

    @property
    def value(self) -> str:
        """The text or the chosen value."""
        return self.control.value

    @value.setter
    def value(self, value: str) -> None:
        self.control.value = value

    @property
    def error(self) -> str:
        """The error that is shown, or ""."""
        return self._error

    _error = ""

    def set_error(self, error: str) -> None:
        """Show an error under the control; "" takes it away."""
        if error == self._error:
            return
        self._error = error
        self.box.mark_as("lw-err", on=bool(error))
        html = join(icon_svg("circle-alert", "s"), fragment("span", "", error)) if error else Safe()
        self._message.set_html(html).show(on=bool(error))
        self._describe()

    def validate(self) -> bool:
        """Check the value now and show what is wrong; True if nothing is."""
        self._touched = True
        self.set_error(self._find_error(self.value))
        return not self._error

    def focus(self) -> None:
        """Move the focus into the field."""
        focus(self.control)

    def _find_error(self, value: str) -> str:
        if self._longest and len(value) > self._longest:
            return _("Use at most {count} characters.").format(count=f"{self._longest:,}")
        return self._check(value) if self._check else ""

    def _changed(self, value: str) -> None:
        self._show_count(value)
        if self._touched:
            self.validate()
        fire(self.control, self._on_change, value)

    def _describe(self) -> None:
        parts = [self._hint_id, self._message.html_id if self._error else ""]
        self.control.set(
            aria_describedby=" ".join(part for part in parts if part) or None,
            aria_invalid=True if self._error else None,
        )

    def _show_count(self, value: str) -> None:
        due = bool(self._count_from) and len(value) >= self._count_from
        self._count.show(on=due)
        if due:
            self._count.set_text(length_words(len(value), self._longest))
            self._count.mark_as("lw-over", on=len(value) > self._longest)


def length_words(length: int, longest: int) -> str:
    """Return "9,120 of 10,000 characters"."""
    return _("{length} of {longest} characters").format(length=f"{length:,}", longest=f"{longest:,}")


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
        small = fragment("small", "", help_text) if help_text else Safe()
        with Tag("div", "lw-grow"):
            name = Tag("label", "lw-b", label)
            hint = Tag("span", "", html=small)
        control = CheckControl(value=value, switch=True, on_change=on_change)
    name.set(for_=control.html_id)
    return control.set(aria_describedby=hint.html_id if help_text else None)


class ErrorSummary:
    """The box at the top of a form that lists what to fix, with links to the fields."""

    def __init__(self) -> None:
        """Create the hidden box."""
        self.box = Tag("div", "lw-note lw-danger", role="alert", tabindex="-1").show(on=False)

    def show(self, fields: list[Field]) -> None:
        """List the fields that have an error and move the focus here; none hides the box."""
        wrong = [field for field in fields if field.error]
        self.box.show(on=bool(wrong))
        if not wrong:
            return
        head = _("Fix 1 thing to save.") if len(wrong) == 1 else _("Fix {count} things to save.")
        lines = [
            fragment("a", "", f"{field.label}: {field.error}", href=f"#{field.control.html_id}")
            for field in wrong
        ]
        body = join(
            fragment("b", "", head.format(count=len(wrong))),
            *(part for line in lines for part in (fragment("br"), line)),
        )
        self.box.set_html(join(icon_svg("circle-alert"), fragment("span", "", body)))
        focus(self.box)
