"""What a person is told by mail: the switch of plain email, and a line for each kind of event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal_app.components.button import Button
from portal_app.components.controls import CheckControl, SelectControl
from portal_app.components.dialog import Dialog
from portal_app.components.field import switch_row
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Handler, Tag, fire
from portal_app.components.text import paragraph

SWITCH = "Send me plain, unencrypted email"


@dataclass(frozen=True)
class NoticeLine:
    """One kind of event: its words, what can be chosen, and what is."""

    key: str
    title: str
    detail: str
    options: Sequence[tuple[str, str]]
    chosen: str


class PlainEmail:
    """The switch, and the question with both versions of a mail before it is turned on."""

    def __init__(
        self,
        *,
        agreed: bool,
        warning: str,
        without: str,
        having: str,
        on_agree: Handler,
        on_withdraw: Handler,
    ) -> None:
        """Draw the switch; the question opens when it is turned on.

        Args:
            agreed: whether it is on.
            warning: the words that are agreed to.
            without: a mail as it goes out without consent.
            having: the same mail with it.
            on_agree: called without arguments by "I agree".
            on_withdraw: called without arguments when the switch is turned off.
        """
        self._agreed, self._on_withdraw = agreed, on_withdraw
        self.control: CheckControl = switch_row(
            SWITCH,
            value=agreed,
            help_text="I agree, and I know it is not fully private. I can turn this off at any "
            "time.",
            on_change=self._turned,
        )
        self._said = False
        self._on_agree = on_agree
        self._dialog = self._question(warning, without, having)

    def _question(self, warning: str, without: str, having: str) -> Dialog:
        dialog = Dialog("Send you plain, unencrypted email?", wide=True, on_close=self._closed)
        with dialog.body:
            paragraph(warning)
            with Tag("div", "lw-two-mails"):
                _mail("As it is now", without)
                _mail("If you agree", having)
        with dialog.foot:
            Button("I agree", self._agree, data_lw_close=True)
            Button("Keep it private", kind="sec", data_lw_close=True)
        return dialog

    def _turned(self, on: bool) -> None:
        if on:
            self._said = False
            self._dialog.open()
        elif self._agreed:
            fire(self.control, self._on_withdraw)

    def _agree(self) -> None:
        self._said = True
        fire(self.control, self._on_agree)

    def _closed(self) -> None:
        if not self._said and not self._agreed:
            self.control.put(value=False)


def _mail(title: str, text: str) -> None:
    with Tag("figure", "lw-mail"):
        Tag("figcaption", "lw-b", title)
        Tag("div", "", html=join(*(fragment("p", "", line) for line in text.split("\n") if line)))


def notice_lines(lines: Sequence[NoticeLine], on_choose: Callable[[str, str], object]) -> None:
    """Draw a line with a list of choices for each kind of event.

    Args:
        lines: the kinds of events.
        on_choose: called with the key of a line and of what was chosen.
    """
    for line in lines:
        with Tag("div", "lw-line lw-setline"):
            with Tag("div", "lw-grow"):
                name = Tag("label", "lw-b", line.title)
                hint = Tag("small", "", line.detail)
            control = SelectControl(
                line.options,
                value=line.chosen,
                on_change=lambda value, key=line.key: on_choose(key, value),
                aria_describedby=hint.html_id,
            )
            control.set(id=control.html_id)
        name.set(for_=control.html_id)
