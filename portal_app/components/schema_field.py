"""Fields drawn from a schema and bound to a draft.

The schema (a SQLModel or pydantic model without a table) says label, help, length and rules; the
draft is a bindable dataclass of strings. Live table rows are never bound.
"""

from collections.abc import Mapping
from gettext import gettext as _
from typing import Any

from nicegui import binding
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from portal_app.components.field import Field
from portal_app.components.safe import Attribute
from portal_app.components.tag import Handler

_SENTENCES = {
    "missing": "Enter this.",
    "string_too_short": "Enter this.",
    "string_too_long": "Use at most {max_length} characters.",
    "string_pattern_mismatch": "Check how this is written.",
}


def schema_field(
    schema: type[BaseModel],
    draft: object,
    name: str,
    *,
    on_change: Handler | None = None,
    cls: str = "",
    **attributes: Attribute,
) -> Field:
    """Draw the field `name` of a schema and keep it and the draft equal.

    Args:
        schema: `title` is the label, `description` the help, `max_length` the limit;
            `json_schema_extra` may hold `kind`, `choices`, `prompt`, `count_from`, `autocomplete`
            and `error` (the sentence for anything wrong).
        draft: a bindable dataclass with an attribute of that name.
        name: of the field.
        on_change: called with the value after it stands in the draft.
        cls: class names of the box.
        attributes: attributes of the control; they win over the schema's.
    """
    info = schema.model_fields[name]
    extra = _extra(info)
    if "autocomplete" in extra:
        attributes.setdefault("autocomplete", str(extra["autocomplete"]))

    def write(value: str) -> None:
        if getattr(draft, name) != value:
            setattr(draft, name, value)
        if on_change:
            return on_change(value)
        return None

    choices = extra.get("choices")
    field = Field(
        info.title or name.replace("_", " ").capitalize(),
        value=str(getattr(draft, name) or ""),
        kind=str(extra.get("kind", "text")),
        choices=choices if isinstance(choices, Mapping) else None,
        prompt=str(extra.get("prompt", "")),
        help_text=info.description or "",
        optional=not info.is_required() and bool(extra.get("optional", True)),
        longest=longest(info),
        count_from=int(extra.get("count_from", 0)),
        check=lambda value: error_of(schema, name, value),
        on_change=write,
        cls=cls,
        **attributes,
    )
    binding.bind_from(field.control, "value", draft, name, lambda value: str(value or ""))
    return field


def longest(info: FieldInfo) -> int:
    """Return the most characters that the field takes; 0 for no limit."""
    return next((int(m.max_length) for m in info.metadata if hasattr(m, "max_length")), 0)


def error_of(schema: type[BaseModel], name: str, value: str) -> str:
    """Return what is wrong with one value, in plain words, or "".

    An empty value stands for nothing entered, so an optional field takes it.
    """
    info = schema.model_fields[name]
    if not value.strip():
        return _("Enter this.") if info.is_required() else ""
    try:
        schema.__pydantic_validator__.validate_assignment(schema.model_construct(), name, value)
    except ValidationError as refused:
        return _sentence(refused, info, name)
    return ""


def _sentence(refused: ValidationError, info: FieldInfo, name: str) -> str:
    own = [error for error in refused.errors() if error["loc"][:1] in {(name,), ()}]
    if not own:
        return ""
    error = own[0]
    if words := _extra(info).get("error"):
        return str(words)
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    sentence = _SENTENCES.get(error["type"], "Check this.")
    return _(sentence).format(**error.get("ctx", {}))


def _extra(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
