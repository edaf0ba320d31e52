"""Fields over one input schema: a checked command, or what is wrong and where."""

from collections.abc import Callable, Mapping, Sequence
from gettext import gettext as _
from typing import Any, Generic, TypeVar

from nicegui import binding
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from portal_app.components.browser import focus
from portal_app.components.field import Field
from portal_app.components.icons import icon_svg
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Handler, Tag

S = TypeVar("S", bound=BaseModel)


class ErrorSummary(Tag):
    """The box at the top of a form that lists what to fix, with links to the fields."""

    def __init__(self) -> None:
        """Create the hidden box."""
        super().__init__("div", "lw-note lw-danger", role="alert", tabindex="-1")
        self.show(on=False)

    def list_errors(self, fields: Sequence[Field]) -> bool:
        """List the fields that have an error and move the focus here; True if there are none."""
        wrong = [field for field in fields if field.error]
        self.show(on=bool(wrong))
        if not wrong:
            return True
        head = _("Fix 1 thing to save.") if len(wrong) == 1 else _("Fix {count} things to save.")
        lines = [
            fragment("a", "", f"{field.label}: {field.error}", href=f"#{field.control_id}")
            for field in wrong
        ]
        body = join(
            fragment("b", "", head.format(count=len(wrong))),
            *(part for line in lines for part in (fragment("br"), line)),
        )
        self.set_html(join(icon_svg("circle-alert"), fragment("span", "", body)))
        focus(self)
        return False


class Form(Generic[S]):
    """Fields by their names in a schema."""

    def __init__(
        self, schema: type[S], fields: Mapping[str, Field], summary: ErrorSummary | None = None
    ) -> None:
        """Name the field of each of the schema's names; the summary is for longer forms."""
        self._schema, self.fields, self._summary = schema, dict(fields), summary

    def check(self, **more: Any) -> S | None:
        """Give the command, or nothing after marking what has to be mended.

        `more` are values that stand in no field, such as the chart.
        """
        for field in self.fields.values():
            field.set_error("")
        values = {name: field.value for name, field in self.fields.items()}
        try:
            command = self._schema.model_validate({**values, **more})
        except ValidationError as error:
            self._mark(error)
            return None
        if self._summary:
            self._summary.list_errors([])
        return command

    def refuse(self, name: str, text: str) -> bool:
        """Show the service's refusal at its field; says whether there is such a field."""
        if field := self.fields.get(name):
            field.set_error(text)
            field.focus()
            return True
        return False

    def _mark(self, refused: ValidationError) -> None:
        for fault in refused.errors(include_url=False, include_input=False):
            name = str(fault["loc"][0]) if fault["loc"] else ""
            field = self.fields.get(name)
            if field and not field.error:
                field.set_error(sentence_for(self._schema.model_fields[name], fault))
        wrong = [field for field in self.fields.values() if field.error]
        if self._summary:
            self._summary.list_errors(wrong)
        elif wrong:
            wrong[0].focus()


def schema_field(
    schema: type[BaseModel],
    draft: object,
    name: str,
    *,
    on_input: Handler | None = None,
    options: Sequence[tuple[str, str]] | None = None,
    check: Callable[[str], str] | None = None,
    cls: str = "",
    **attributes: Any,
) -> Field:
    """Draw the field `name` of a schema and keep it and a draft equal.

    Live table rows are never bound; the draft is a bindable dataclass of strings, so that no
    polling link is made.

    Args:
        schema: `title` is the label, `description` the help, `max_length` the limit;
            `json_schema_extra` may hold `kind`, `options`, `prompt`, `count_from`, `optional`,
            `autocomplete`, `missing` (the sentence for nothing entered) and `error` (the sentence
            for anything wrong).
        draft: has an attribute of that name.
        name: of the field.
        on_input: called with the value after it stands in the draft.
        options: what can be chosen, where that is not the same everywhere.
        check: what else is wrong with a text that the schema takes, or "".
        cls: class names of the box.
        attributes: attributes of the control; they win over the schema's.
    """
    info = schema.model_fields[name]
    extra = _extra(info)
    if "autocomplete" in extra:
        attributes.setdefault("autocomplete", str(extra["autocomplete"]))

    def write(value: str) -> object:
        if getattr(draft, name) != value:
            setattr(draft, name, value)
        return on_input(value) if on_input else None

    field = Field(
        info.title or name.replace("_", " ").capitalize(),
        str(getattr(draft, name) or ""),
        kind=str(extra.get("kind", "text")),
        options=[(str(key), str(words)) for key, words in options or extra.get("options", ())],
        prompt=str(extra.get("prompt", "")),
        help_text=info.description or "",
        optional=bool(extra.get("optional", False)),
        most=longest(info),
        count_from=int(extra.get("count_from", 0)),
        check=lambda value: error_of(schema, name, value) or (check(value) if check else ""),
        on_input=write,
        cls=cls,
        **attributes,
    )
    binding.bind_from(field.control, "value", draft, name, lambda value: str(value or ""))
    return field


def longest(info: FieldInfo) -> int:
    """Return the most characters that the field takes; 0 for no limit."""
    return next((int(rule.max_length) for rule in info.metadata if hasattr(rule, "max_length")), 0)


def error_of(schema: type[BaseModel], name: str, value: str) -> str:
    """Return what is wrong with one value, in plain words, or "".

    An empty value stands for nothing entered, so a field that is not required takes it.
    """
    info = schema.model_fields[name]
    if not value.strip() and not info.is_required():
        return ""
    try:
        schema.__pydantic_validator__.validate_assignment(schema.model_construct(), name, value)
    except ValidationError as refused:
        for fault in refused.errors(include_url=False, include_input=False):
            if fault["loc"][:1] == (name,):
                return sentence_for(info, fault)
    return ""


def sentence_for(info: FieldInfo, fault: Mapping[str, Any]) -> str:
    """Say in plain words what pydantic found wrong with a field."""
    extra = _extra(info)
    if words := extra.get("error"):
        return str(words)
    title = info.title or _("this")
    context = fault.get("ctx") or {}
    if fault["type"] in {"missing", "string_too_short"}:
        if words := extra.get("missing"):
            return str(words)
        return _("Fill in “{title}”.").format(title=title)
    if fault["type"] == "string_too_long":
        most = int(context.get("max_length", 0))
        return _("Use at most {count} characters.").format(count=f"{most:,}")
    if fault["type"] == "value_error":
        return str(context["error"])
    return _("Check “{title}”.").format(title=title)


def _extra(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
