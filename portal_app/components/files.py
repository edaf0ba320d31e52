"""Choosing and sending files: a real file chooser in the user's own click, one POST per file."""

from collections.abc import Awaitable, Callable
from gettext import gettext as _
from typing import Any, cast

from fastapi import HTTPException, Request
from nicegui import app
from nicegui.elements.upload_files import FileUpload, create_file_upload
from nicegui.events import GenericEventArguments
from starlette.datastructures import UploadFile

from portal_app.components.button import Button, IconButton
from portal_app.components.icons import icon_svg
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Handler, Tag, fire

OnFile = Callable[[FileUpload], Awaitable[str]]
_TELL = "(e) => emit(e.detail)"
STATES = frozenset({"started", "sent", "failed", "too_big"})


class FileInput(Tag):
    """The hidden input behind a button. Its address dies with it, like that of `ui.upload`.

    The path is NiceGUI's own upload path of this client, so the gate in front of it (owner of the
    page, size of the body) covers it. Size, kind and number are checked again by the service.
    """

    def __init__(
        self, on_file: OnFile, *, accept: str, most_bytes: int, on_state: Handler | None = None
    ) -> None:
        """Create the input.

        Args:
            on_file: awaited with each file; returns why it was refused, or "".
            accept: kinds the chooser offers (".pdf,.png").
            most_bytes: larger files are not even sent.
            on_state: called with (name, state, reason); states are `STATES`.
        """
        super().__init__(
            "input",
            type_="file",
            accept=accept,
            multiple=True,
            hidden=True,
            tabindex="-1",
            aria_hidden=True,
            data_lw_most=most_bytes,
        )
        self._on_file, self._on_state = on_file, on_state
        self._reason = ""
        self._address = f"/_nicegui/client/{self.client.id}/upload/{self.id}"
        self.set(data_lw_upload=self._address)
        app.post(self._address, include_in_schema=False)(self._receive)
        self.on("lwfile", self._heard, js_handler=_TELL)

    async def _receive(self, request: Request) -> dict[str, str]:
        if self.is_ignoring_events:
            raise HTTPException(status_code=403)
        async with request.form() as form:
            sent = [part for part in form.values() if isinstance(part, UploadFile)]
            files = [await create_file_upload(cast("Any", part)) for part in sent]
        for file in files:
            if reason := await self.take(file):
                raise HTTPException(status_code=422, detail=reason)
        return {"upload": "success"}

    async def take(self, file: FileUpload) -> str:
        """Hand one file to the callback in the page's own context; returns its refusal or ""."""
        with self:
            self._reason = await self._on_file(file)
        return self._reason

    def _heard(self, event: GenericEventArguments) -> None:
        match event.args:
            case {"state": str() as state, "name": str() as name} if state in STATES:
                reason = self._reason if state == "failed" else ""
                fire(self, self._on_state, name, state, reason)

    def _handle_delete(self) -> None:
        app.remove_route(self._address)
        super()._handle_delete()


def attach_button(
    on_file: OnFile,
    *,
    label: str = "Attach a file",
    accept: str = ".pdf,.png,.jpg,.jpeg,.heic,.txt,.docx",
    most_bytes: int = 10_000_000,
    on_state: Handler | None = None,
    icon_only: bool = False,
) -> FileInput:
    """Draw a button that opens the file chooser; see `FileInput` for the callbacks."""
    control = FileInput(on_file, accept=accept, most_bytes=most_bytes, on_state=on_state)
    if icon_only:
        IconButton("paperclip", label, data_lw_pick=control.html_id)
    else:
        Button(label, kind="sec", icon="paperclip", data_lw_pick=control.html_id)
    return control


class FileChips:
    """The files that go with a message, each with a button that takes it away."""

    def __init__(self, on_remove: Handler) -> None:
        """Create the empty list; `on_remove` is called with a file's key."""
        self._on_remove = on_remove
        self._chips: dict[str, Tag] = {}
        self._list = Tag("ul", "lw-files", aria_label=_("Files in this message")).show(on=False)

    def add(self, key: str, name: str, size: str = "") -> None:
        """Show a file that is stored; `size` is written out ("1.2 MB")."""
        self.remove(key)
        with self._list, Tag("li", "lw-filechip") as chip:
            words = f"{name} ({size})" if size else name
            Tag("span", "lw-clip", words)
            IconButton("x", _("Remove {name}").format(name=name), lambda: self._taken(key))
        self._chips[key] = chip
        self._list.show(on=True)

    def wait(self, name: str) -> None:
        """Show a file that is on its way."""
        self.remove(_waiting(name))
        with self._list:
            words = _("Sending {name}").format(name=name)
            html = join(icon_svg("upload", "s"), fragment("span", "lw-clip", words))
            self._chips[_waiting(name)] = Tag("li", "lw-filechip lw-pad2", html=html)
        self._list.show(on=True)

    def arrived(self, name: str) -> None:
        """Take away the mark of a file that was on its way."""
        self.remove(_waiting(name))

    def remove(self, key: str) -> None:
        """Take a file out of the list."""
        if chip := self._chips.pop(key, None):
            chip.delete()
        self._list.show(on=bool(self._chips))

    def clear(self) -> None:
        """Empty the list."""
        for key in list(self._chips):
            self.remove(key)

    def _taken(self, key: str) -> Any:
        self.remove(key)
        return self._on_remove(key)


def _waiting(name: str) -> str:
    return f"waiting:{name}"


def refusal(name: str, state: str, reason: str, most: str = "10 MB") -> str:
    """Return the sentence for a file that did not arrive."""
    if state == "too_big":
        return _("{name} is too big. Choose one under {most}.").format(name=name, most=most)
    return reason or _("{name} was not sent. Try again.").format(name=name)
