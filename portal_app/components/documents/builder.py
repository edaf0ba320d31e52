"""The form builder: its list of questions, and the dialog in which one of them is written."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui.events import GenericEventArguments

from portal_app.components.browser import call
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.icons import icon_svg
from portal_app.components.note import note_html
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag, fire
from portal_app.data.schemas.definitions import (
    ASKED_AS,
    OPERATOR_WORDS,
    SEVERAL,
    ItemInput,
    input_of,
)
from portal_app.rules.documents.building import earlier, sections
from portal_app.rules.documents.questionnaire import (
    CHOICES,
    PREFILLS,
    Item,
    ItemKind,
    Questionnaire,
)
from portal_app.rules.errors import PortalError

_PRESSED = (
    "(e) => { const b = e.target.closest('button[data-act]');"
    " if (b && !b.disabled) emit([b.dataset.act, Number(b.dataset.n)]); }"
)
ACTS = {
    "edit": ("pen-line", "Edit"),
    "up": ("chevron-up", "Move up"),
    "down": ("chevron-down", "Move down"),
    "remove": ("trash-2", "Remove"),
}
WITH_OPTIONS = {"choice", SEVERAL, "open-choice"}
WITH_LIMITS = {"integer", "decimal", "quantity", "date"}
WITH_PREFILL = {"string", "date"}
PASSIVE = {"group", "display"}
_YES_NO = [("Yes", "Yes"), ("No", "No")]
Save = Callable[[ItemInput, str], Awaitable[PortalError | None]]


class ItemList(Tag):
    """The questions of a form in one element; a press on a row's button comes back as its act."""

    def __init__(self, on_act: Handler) -> None:
        """Create it empty; `on_act` is called with the act and the linkId."""
        super().__init__("ol", "lw-panel lw-build1", aria_label="Questions")
        self._on_act, self._links = on_act, tuple[str, ...]()
        self.on("click", self._pressed, js_handler=_PRESSED)

    def fill(self, form: Questionnaire, *, focus: tuple[str, str] | None = None) -> None:
        """Show a form; the focus goes to an act of a question, where one is named."""
        items = tuple(form.walk())
        self._links = tuple(item.link_id for item in items)
        self.show(on=bool(items))
        self.set_html(join(*(self._row(n, item, form) for n, item in enumerate(items))))
        if focus and focus[1] in self._links:
            call(self, "focus", self._id(self._links.index(focus[1]), focus[0]))

    def _row(self, n: int, item: Item, form: Questionnaire) -> Safe:
        inside = item.link_id in form.parents
        beside = form.by_link[form.parents[item.link_id]].items if inside else form.items
        ends = {"up": beside[0] is item, "down": beside[-1] is item}
        words = item.words or "Without words"
        return fragment(
            "li",
            "lw-in1" if inside else "",
            fragment(
                "div",
                "lw-grow",
                fragment("p", "lw-b", words[:160]),
                fragment("p", "lw-m", detail(item, form)),
            ),
            fragment(
                "div",
                "lw-acts",
                *(
                    fragment(
                        "button",
                        "lw-iconbtn",
                        icon_svg(icon),
                        type_="button",
                        id=self._id(n, act),
                        data_act=act,
                        data_n=str(n),
                        disabled=ends.get(act) or None,
                        aria_label=f"{name}: {words[:60]}",
                        title=name,
                    )
                    for act, (icon, name) in ACTS.items()
                ),
            ),
        )

    def _id(self, n: int, act: str) -> str:
        return f"{self.html_id}-{act}-{n}"

    def _pressed(self, event: GenericEventArguments) -> None:
        match event.args:
            case [str() as act, int() as n] if act in ACTS and 0 <= n < len(self._links):
                fire(self, self._on_act, act, self._links[n])


def detail(item: Item, form: Questionnaire) -> str:
    """Say how a question is answered, whether it must be, and when it is shown."""
    several = item.kind is ItemKind.CHOICE and item.repeats
    kinds = dict(ASKED_AS) | {"dateTime": "Date and time", "url": "Web address"}
    parts = [kinds[SEVERAL if several else item.kind.value]]
    if item.options:
        parts.append(f"{len(item.options)} answers")
    if item.required:
        parts.append("required")
    if item.hidden:
        parts.append("not shown")
    if item.enable:
        first = form.by_link[item.enable[0].question]
        more = f" and {len(item.enable) - 1} more" if len(item.enable) > 1 else ""
        parts.append(f"shown depending on “{first.words[:40]}”{more}")
    return ", ".join(parts)


class ItemDialog:
    """Writes one question."""

    def __init__(self, save: Save) -> None:
        """Create it closed; `save` is given the question and its section, and gives a refusal."""
        self._save = save
        self._dialog = Dialog("Question", wide=True, keep=True)
        self._form: Questionnaire | None = None

    def open(self, form: Questionnaire, item: Item | None) -> None:
        """Open it on a question, or on a new one."""
        self._form = form
        dialog = self._dialog
        dialog.body.clear()
        dialog.foot.clear()
        held = input_of(item, form) if item else ItemInput.model_construct(words="")
        kept = item is not None and len(item.enable) > 1
        with dialog.body:
            note = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            with Tag("div", "lw-stack lw-gap5"):
                fields, required, section, when = self._draw(held, item, new=item is None)
                if kept:
                    when.show(on=False)
                    Tag("p", "lw-soft", "This question has several conditions. They stay.")

        async def save() -> None:
            note.show(on=False)
            command = Form(ItemInput, fields).check(required=required.value)
            if command is None:
                return
            refused = await self._save(command, section.value if section else "")
            if refused:
                note.set_html(note_html(refused.message, "danger")).show(on=True)
            else:
                dialog.close()

        with dialog.foot:
            Button("Save question", save)
            Button("Close", kind="sec", data_lw_close=True)
        dialog.open()

    def _draw(
        self, held: ItemInput, item: Item | None, *, new: bool
    ) -> tuple[dict[str, Field], Any, Field | None, Tag]:
        form = self._form or Questionnaire("")
        info = ItemInput.model_fields
        fields: dict[str, Field] = {}

        def text(name: str, **more: Any) -> Field:
            fields[name] = Field(str(info[name].title), str(getattr(held, name)), **more)
            return fields[name]

        text("words", kind="textarea", rows=2)
        text("asked_as", kind="select", options=self._kinds(held), on_input=lambda _: adapt())
        options = text(
            "options",
            kind="textarea",
            rows=5,
            help_text="For a score write what each counts, such as: Several days = 1",
        )
        hint = text("help", optional=True)
        unit = text("unit", optional=True)
        low, high = text("low", optional=True), text("high", optional=True)
        prefill = text("prefill", kind="select", options=[("", "Nothing"), *PREFILLS.items()])
        required = check_field("An answer is required", value=held.required)
        box = required.parent_slot.parent if required.parent_slot else None
        groups = sections(form) if new else ()
        section = (
            Field(
                "Stands in",
                kind="select",
                options=[("", "No section"), *((g.link_id, g.words or "Section") for g in groups)],
            )
            if groups
            else None
        )
        with Tag("div", "lw-stack lw-gap5") as when:
            self._condition(held, item, fields)

        def adapt() -> None:
            kind = fields["asked_as"].value
            options.show(on=kind in WITH_OPTIONS)
            unit.show(on=kind == "quantity")
            low.show(on=kind in WITH_LIMITS)
            high.show(on=kind in WITH_LIMITS)
            prefill.show(on=kind in WITH_PREFILL)
            hint.show(on=kind != "display")
            if isinstance(box, Tag):
                box.show(on=kind not in PASSIVE)

        adapt()
        return fields, required, section, when

    def _kinds(self, held: ItemInput) -> Sequence[tuple[str, str]]:
        known = dict(ASKED_AS)
        own = [] if held.asked_as in known else [(held.asked_as, held.asked_as)]
        return [*ASKED_AS, *own]

    def _condition(self, held: ItemInput, item: Item | None, fields: dict[str, Field]) -> None:
        form = self._form or Questionnaire("")
        before = earlier(form, item.link_id if item else "")
        info = ItemInput.model_fields
        choices = [("", "Always"), *((q.link_id, q.words[:80]) for q in before)]
        fields["when"] = Field(
            str(info["when"].title),
            held.when,
            kind="select",
            options=choices,
            on_input=lambda _: adapt(""),
        )
        fields["operator"] = Field(
            str(info["operator"].title),
            held.operator,
            kind="select",
            options=OPERATOR_WORDS,
            on_input=lambda _: adapt(fields["answer"].value),
        )
        box = Tag("div")

        def adapt(answer: str) -> None:
            question = form.by_link.get(fields["when"].value)
            compares = question is not None and fields["operator"].value != "exists"
            fields["operator"].show(on=question is not None)
            box.clear()
            box.show(on=compares)
            with box:
                fields["answer"] = _answer_field(question, answer)

        adapt(held.answer)


def _answer_field(question: Item | None, answer: str) -> Field:
    title = str(ItemInput.model_fields["answer"].title)
    options: list[tuple[str, str]] = []
    if question and question.kind is ItemKind.BOOLEAN:
        options = _YES_NO
    elif question and question.kind in CHOICES:
        options = [(o.words, o.words) for o in question.options]
    if options:
        known = answer if answer in dict(options) else options[0][0]
        return Field(title, known, kind="select", options=options)
    return Field(title, answer)
