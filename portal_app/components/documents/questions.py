"""The questions of a form: one native control or one group of them each, errors beside it.

Radios and checkboxes of a question are one element with markup inside, so that a scale of twenty
questions stays cheap. What is chosen comes back as a number of the list, never as words.
"""

from collections.abc import Callable, Mapping

from nicegui.events import GenericEventArguments

from portal_app.components.browser import call, focus
from portal_app.components.field import Field
from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag, fire
from portal_app.rules.documents.answers import Answers, given_to, in_words, shown
from portal_app.rules.documents.questionnaire import (
    ANSWER_MOST,
    NUMBERS,
    Item,
    ItemKind,
    Option,
    Questionnaire,
    Value,
)

YES, NO = Option("yes", "Yes"), Option("no", "No")
LONG_LIST = 12
"""From so many answers on, one of them is chosen from a list that opens."""
SHORT = 34
"""Letters of an answer that can stand beside the others."""
_STYLES = {
    2: "lw-scale lw-of2",
    3: "lw-scale lw-of3",
    4: "lw-scale",
    5: "lw-scale lw-of5",
}
_CHOSEN = (
    "(e) => e.target.matches('input[type=radio],input[type=checkbox]')"
    " && emit([Number(e.target.value), e.target.checked])"
)
_INPUT = {
    ItemKind.DATE: "date",
    ItemKind.DATE_TIME: "datetime-local",
    ItemKind.TIME: "time",
    ItemKind.URL: "url",
    ItemKind.TEXT: "textarea",
}


class Questions:
    """An open form.

    `answers` is what has been answered as far as the server has heard, hidden questions included;
    a service checks it again and drops what does not count.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        answers: Answers | None = None,
        *,
        on_change: Handler | None = None,
        aside: Callable[[Item], None] | None = None,
        file: Callable[[Item, tuple[Value, ...]], None] | None = None,
        heading: str = "h2",
    ) -> None:
        """Draw it in the current slot.

        Args:
            questionnaire: what is asked.
            answers: what has been answered before.
            on_change: called with the linkId and the new answers to it.
            aside: draws something below a question, inside its box.
            file: draws where a file is added, with the ids of those that are there.
            heading: the tag of a group's heading.
        """
        self.questionnaire = questionnaire
        self.answers: dict[str, tuple[Value, ...]] = dict(answers or {})
        self._on_change, self._aside, self._file = on_change, aside, file
        self._heading = heading
        self._boxes: dict[str, Tag] = {}
        self._parts: dict[str, _Choice | Field] = {}
        with Tag("div", "lw-qs") as self.box:
            for item in questionnaire.items:
                self._item(item)
        self._show()

    def set_answer(self, link_id: str, values: tuple[Value, ...]) -> None:
        """Take an answer that was given elsewhere, such as an uploaded file."""
        item = self.questionnaire.by_link[link_id]
        self._changed(item, values)

    def show_faults(self, faults: Mapping[str, str]) -> bool:
        """Say what is wrong beside each question and go to the first; True if nothing is."""
        for link, part in self._parts.items():
            part.set_error(faults.get(link, ""))
        first = next((p for link, p in self._parts.items() if faults.get(link)), None)
        if first is not None:
            first.focus()
        return not faults

    # ------------------------------------------------------------ drawing
    def _item(self, item: Item) -> None:
        if item.hidden:
            return
        drawn = "lw-qgroup" if item.kind is ItemKind.GROUP else "lw-q"
        box = Tag("div", "lw-qtext" if item.kind is ItemKind.DISPLAY else drawn)
        self._boxes[item.link_id] = box
        with box:
            if item.kind is ItemKind.GROUP:
                if item.words:
                    Tag(self._heading, "lw-h2", item.words)
                if item.help:
                    Tag("p", "lw-soft", item.help)
            elif item.kind is ItemKind.DISPLAY:
                Tag("p", "", item.words)
            elif item.read_only:
                self._given(item)
            else:
                self._question(item)
            if self._aside:
                self._aside(item)
            for inner in item.items:
                self._item(inner)

    def _given(self, item: Item) -> None:
        words = ", ".join(in_words(item, v) for v in self.answers.get(item.link_id, item.initial))
        Tag("p", "lw-b", item.words)
        Tag("p", "", words or "–")

    def _question(self, item: Item) -> None:
        given = given_to(item, self.answers)
        if item.kind is ItemKind.ATTACHMENT:
            Tag("p", "lw-b", item.words)
            if self._file:
                self._file(item, given)
            else:
                Tag("p", "lw-soft", "A file is added here.")
        elif item.kind in {ItemKind.BOOLEAN, ItemKind.CHOICE, ItemKind.OPEN_CHOICE}:
            if item.kind is ItemKind.CHOICE and not item.repeats and len(item.options) > LONG_LIST:
                self._parts[item.link_id] = self._select(item, given)
            else:
                self._parts[item.link_id] = _Choice(item, given, lambda v: self._changed(item, v))
        else:
            self._parts[item.link_id] = self._field(item, given)

    def _select(self, item: Item, given: tuple[Value, ...]) -> Field:
        return Field(
            _label(item),
            str(given[0]) if given else "",
            kind="select",
            options=[(option.code, option.words) for option in item.options],
            prompt="Choose",
            help_text=item.help,
            optional=not item.required,
            on_input=lambda text: self._changed(item, (text,) if text else ()),
        )

    def _field(self, item: Item, given: tuple[Value, ...]) -> Field:
        most = item.most or ANSWER_MOST
        return Field(
            _label(item),
            _text(given[0]) if given else "",
            kind=_INPUT.get(item.kind, "text"),
            help_text=item.help,
            optional=not item.required,
            most=most if item.kind in {ItemKind.STRING, ItemKind.TEXT} else 0,
            count_from=most * 9 // 10 if item.kind is ItemKind.TEXT else 0,
            rows=4 if item.kind is ItemKind.TEXT else 0,
            inputmode="decimal" if item.kind in NUMBERS else None,
            aria_required=item.required or None,
            on_input=lambda text: self._changed(item, _typed(item, text)),
        )

    # ------------------------------------------------------------ changes
    def _changed(self, item: Item, values: tuple[Value, ...]) -> None:
        self.answers[item.link_id] = values
        part = self._parts.get(item.link_id)
        if part is not None and values:
            part.set_error("")
        self._show()
        fire(self.box, self._on_change, item.link_id, values)

    def _show(self) -> None:
        visible = shown(self.questionnaire, self.answers)
        for link, box in self._boxes.items():
            box.show(on=link in visible)


class _Choice:
    """Radios, or checkboxes where several answers may be given, in a group of the question's name."""

    def __init__(self, item: Item, given: tuple[Value, ...], on_change: Handler) -> None:
        self._item, self._on_change, self._error = item, on_change, ""
        self._options = (YES, NO) if item.kind is ItemKind.BOOLEAN else item.options
        self._chosen = {n for n, o in enumerate(self._options) if self._value(o) in given}
        other = [v for v in given if isinstance(v, str) and item.option(v) is None]
        role = None if item.repeats else "radiogroup"
        self.box = Tag("fieldset", "lw-qset", role=role, tabindex="-1")
        self.box.set_html(self._html())
        self._other = (
            Field(
                "Something else",
                other[0] if other else "",
                most=ANSWER_MOST,
                on_input=self._typed,
            )
            if item.kind is ItemKind.OPEN_CHOICE
            else None
        )
        self._message = Tag("p", "lw-msg").show(on=False)
        self.box.on("change", self._heard, js_handler=_CHOSEN)
        self._describe()

    def set_error(self, text: str) -> None:
        """Say what is wrong with the answer; empty words take it away."""
        if text == self._error:
            return
        self._error = text
        html = join(icon_svg("circle-alert", "s"), fragment("span", "", text)) if text else Safe()
        self._message.set_html(html).show(on=bool(text))
        self.box.mark_as("lw-err", on=bool(text))
        self._describe()

    def focus(self) -> None:
        """Go to the question."""
        focus(self.box)

    def _describe(self) -> None:
        parts = [self._hint_id if self._item.help else ""]
        parts.append(self._message.html_id if self._error else "")
        radios = not self._item.repeats
        self.box.set(
            aria_describedby=" ".join(p for p in parts if p) or None,
            aria_required=True if radios and self._item.required else None,
            aria_invalid=True if radios and self._error else None,
        )

    def _is_scale(self) -> bool:
        short = all(len(option.words) <= SHORT for option in self._options)
        return short and not self._item.repeats and len(self._options) in _STYLES

    @property
    def _hint_id(self) -> str:
        return f"{self.box.html_id}-hint"

    def _html(self) -> Safe:
        item, scale = self._item, self._is_scale()
        hint = fragment("p", "lw-hint", item.help, id=self._hint_id) if item.help else Safe()
        cls = _STYLES[len(self._options)] if scale else "lw-choices"
        labels = (self._label(n, option, scale=scale) for n, option in enumerate(self._options))
        return join(fragment("legend", "", _legend(item)), hint, fragment("div", cls, *labels))

    def _label(self, n: int, option: Option, *, scale: bool) -> Safe:
        control = fragment(
            "input",
            type_="checkbox" if self._item.repeats else "radio",
            name=f"q-{self.box.html_id}",
            value=str(n),
            checked=n in self._chosen or None,
        )
        words = fragment("span", "" if scale else "lw-grow", option.words)
        return fragment("label", "" if scale else "lw-check", control, words)

    def _value(self, option: Option) -> Value:
        return option is YES if self._item.kind is ItemKind.BOOLEAN else option.code

    def _heard(self, event: GenericEventArguments) -> None:
        match event.args:
            case [int() as n, bool() as on] if 0 <= n < len(self._options):
                self._choose(n, on=on)

    def _choose(self, n: int, *, on: bool) -> None:
        if not self._item.repeats:
            self._chosen = {n}
            if self._other is not None and self._other.value:
                self._other.set_value("")
        elif on:
            self._chosen.add(n)
        else:
            self._chosen.discard(n)
        self._tell()

    def _typed(self, text: str) -> None:
        if text.strip() and self._chosen and not self._item.repeats:
            self._chosen = set()
            call(self.box, "uncheck", self.box.html_id)
        self._tell()

    def _tell(self) -> None:
        values = [self._value(self._options[n]) for n in sorted(self._chosen)]
        if self._other is not None and (text := self._other.value.strip()):
            values = [*values, text] if self._item.repeats or not values else values
        fire(self.box, self._on_change, tuple(values))


def answer_list(questionnaire: Questionnaire, answers: Answers) -> Tag:
    """Draw the questions that were shown, with their answers, to be read."""
    visible = shown(questionnaire, answers)
    rows = [
        join(fragment("dt", "", _label(item)), fragment("dd", "", _answered(item, answers)))
        for item in questionnaire.walk()
        if item.link_id in visible and item.kind not in {ItemKind.GROUP, ItemKind.DISPLAY}
    ]
    return Tag("dl", "lw-answers", html=join(*rows))


def _answered(item: Item, answers: Answers) -> str:
    return ", ".join(in_words(item, v) for v in given_to(item, answers)) or "–"


def _label(item: Item) -> str:
    return f"{item.prefix} {item.words}".strip() + (f" ({item.unit})" if item.unit else "")


def _legend(item: Item) -> Safe:
    number = fragment("span", "", item.prefix) if item.prefix else Safe()
    optional = Safe() if item.required else fragment("small", "lw-opt", "(optional)")
    return join(number, fragment("b", "", item.words), " ", optional)


def _text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _typed(item: Item, text: str) -> tuple[Value, ...]:
    if not text.strip():
        return ()
    if item.kind not in NUMBERS:
        return (text,)
    try:
        return (float(text.replace(",", ".")),)
    except ValueError:
        return (text,)
