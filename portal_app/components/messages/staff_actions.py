"""What the practice does with a conversation beside answering it."""

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.menu import Item, Menu, menu_button
from portal_app.components.tag import Handler, Tag, fire
from portal_app.components.text import paragraph


@dataclass(frozen=True, slots=True)
class SavedReply:
    """A text that is used often."""

    key: str
    title: str


class StaffActions:
    """The buttons "Mark done", "Assign" and "Add internal note" with their dialogs."""

    def __init__(
        self,
        people: Sequence[tuple[str, str]],
        *,
        assignee: str = "",
        done: bool = False,
        on_done: Handler,
        on_assign: Handler,
        on_note: Handler,
    ) -> None:
        """Draw the buttons; put them into the thread's `actions`.

        Args:
            people: (key, name) of those who can look after it.
            assignee: key of who does now.
            done: it is done; the button says "Open again".
            on_done: called with True for done, False for open again.
            on_assign: called with the key of a person; "" for nobody.
            on_note: called with the text of an internal note.
        """
        self._on_done, self._on_assign, self._on_note = on_done, on_assign, on_note
        self._is_done = done
        self._done = Button(
            self._done_words(), self._toggle_done, kind="sec", icon="check", cls="lw-fold"
        )
        self._assign = self._assign_dialog(people, assignee)
        self._note = self._note_dialog()

    def set_done(self, *, done: bool) -> None:
        """Say whether it is done."""
        self._is_done = done
        self._done.set_words(self._done_words())

    def set_assignee(self, key: str) -> None:
        """Say who looks after it now."""
        self._person.value = key

    def _done_words(self) -> str:
        return _("Open again") if self._is_done else _("Mark done")

    def _toggle_done(self) -> object:
        return self._on_done(not self._is_done)

    def _assign_dialog(self, people: Sequence[tuple[str, str]], assignee: str) -> Dialog:
        dialog = Dialog(_("Assign this conversation"))
        Button(_("Assign"), kind="sec", icon="user-round-plus", data_lw_open=dialog.opener)
        with dialog.body:
            self._person = Field(
                _("Person"), kind="select", options=people, value=assignee, prompt=_("Nobody")
            )
        with dialog.foot:
            Button(_("Assign"), lambda: self._on_assign(self._person.value), data_lw_close=True)
            Button(_("Cancel"), kind="sec", data_lw_close=True)
        return dialog

    def _note_dialog(self) -> Dialog:
        dialog = Dialog(_("Add internal note"), keep=True)
        Button(_("Add internal note"), kind="sec", icon="notebook-pen", data_lw_open=dialog.opener)
        with dialog.body:
            paragraph(_("Only the practice sees this note. The patient never does."), "lw-soft")
            self._text = Field(
                _("Text"),
                kind="textarea",
                check=lambda text: "" if text.strip() else _("Write the note first."),
            )
        with dialog.foot:
            Button(_("Add note"), self._add_note)
            Button(_("Cancel"), kind="sec", data_lw_close=True)
        return dialog

    def _add_note(self) -> None:
        if not self._text.validate():
            self._text.focus()
            return
        text = self._text.value
        self._text.value = ""
        self._note.close()
        fire(self._note, self._on_note, text)


def saved_replies_menu(replies: Sequence[SavedReply], on_choose: Handler) -> Menu:
    """Draw the button "Saved replies"; `on_choose` is called with a reply's key."""
    return menu_button(
        _("Saved replies"),
        [Item(reply.title, key=reply.key) for reply in replies],
        on_choose=on_choose,
        kind="txt",
    )


def replying_note(name: str) -> Tag:
    """Draw the notice that a colleague writes at the same time."""
    words = _("{name} is replying.").format(name=name)
    return Tag("p", "lw-muted lw-s14", words, role="status")
