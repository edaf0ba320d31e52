"""A list in the settings whose rows are edited in a dialog and turned on and off."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.tag import Tag
from portal_app.pages.framework.visit import Visit
from portal_app.rules.errors import PortalError
from portal_app.security.actor import Actor
from portal_app.services.worker import run

C = TypeVar("C", bound=BaseModel)
Drawn = tuple[Mapping[str, Field], Callable[[], dict[str, Any]]]
"""The fields of the dialog, and what stands in no field."""


class Row(Protocol):
    """What a list shows of one thing."""

    @property
    def id(self) -> str:
        """Its public id."""

    @property
    def command(self) -> Any:
        """What the dialog edits; it has a name."""

    @property
    def is_active(self) -> bool:
        """Whether it is on."""


@dataclass(frozen=True)
class Kind(Generic[C]):
    """What is listed, and how it is read, drawn and saved."""

    title: str
    none: str
    schema: type[C]
    new: C
    read: Callable[[Actor], tuple[Any, ...]]
    save: Callable[..., Awaitable[Any]]
    switch: Callable[..., Awaitable[Any]]
    detail: Callable[[Any], str]
    draw: Callable[[C], Drawn]


class EditableList(Generic[C]):
    """The open list; it is drawn anew after each change."""

    def __init__(self, visit: Visit, kind: Kind[C], rows: tuple[Row, ...]) -> None:
        """Draw it, with its closed dialog."""
        self._visit, self._kind = visit, kind
        self._rows = Tag("ul", "lw-panel")
        self._none = Tag("p", "lw-soft", kind.none)
        self._dialog = Dialog(kind.title, keep=True)
        self._show(rows)

    def _show(self, found: tuple[Row, ...]) -> None:
        self._rows.clear()
        self._rows.show(on=bool(found))
        self._none.show(on=not found)
        with self._rows:
            for row in found:
                self._row(row)

    def _row(self, row: Row) -> None:
        name, words = row.command.name, "Turn off" if row.is_active else "Turn on"
        with Tag("li", "lw-row lw-edit1"):
            with Tag("div", "lw-grow"):
                Tag("p", "lw-b", name)
                Tag("p", "lw-m", self._kind.detail(row))
            if not row.is_active:
                chip("Off")
            Button(
                "Edit",
                lambda: self.edit(row),
                kind="txt",
                aria_label=f"Edit {name}",
                repeatable=True,
            )
            Button(words, lambda: self._switch(row), kind="txt", aria_label=f"{words} {name}")

    async def _refresh(self, said: str) -> None:
        self._dialog.close()
        self._visit.say(said)
        self._show(await run(self._kind.read, self._visit.actor))

    async def _switch(self, row: Row) -> None:
        work = self._kind.switch(self._visit.actor, row.id, active=not row.is_active)
        done, _ = await self._visit.attempt(work, lambda e: self._visit.say(e.message))
        if done:
            await self._refresh("Turned off" if row.is_active else "Turned on")

    def edit(self, row: Row | None = None) -> None:
        """Open the dialog on a row, or on a new one."""
        dialog, kind = self._dialog, self._kind
        dialog.body.clear()
        dialog.foot.clear()
        with dialog.body:
            note = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            with Tag("div", "lw-stack lw-gap5"):
                fields, rest = kind.draw(row.command if row else kind.new)
        form = Form(kind.schema, fields)

        def refuse(error: PortalError) -> None:
            if not form.refuse(error.field, error.message):
                note.set_html(note_html(error.message, "danger")).show(on=True)

        async def save() -> None:
            note.show(on=False)
            command = form.check(**rest())
            if command is None:
                return
            work = kind.save(self._visit.actor, row.id if row else "", command)
            done, _ = await self._visit.attempt(work, refuse)
            if done:
                await self._refresh("Saved")

        with dialog.foot:
            Button("Save", save)
            Button("Close", kind="sec", data_lw_close=True)
        dialog.open()
