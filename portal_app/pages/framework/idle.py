"""Warns two minutes before a session ends by itself."""

import asyncio

from nicegui import Client

from portal_app.components.dialog import Dialog
from portal_app.pages.framework.visit import House
from portal_app.security.sessions import WARNING

EVERY = 5.0


class IdleWatch:
    """Shows and hides the warning in every open page of a session."""

    def __init__(self, house: House) -> None:
        """Watch the sessions of this house."""
        self._house = house
        self._dialogs: dict[str, Dialog] = {}
        self._warned: set[str] = set()

    def watch(self, client: Client, dialog: Dialog) -> None:
        """Remember the warning of a page."""
        self._dialogs[client.id] = dialog
        client.on_delete(lambda: self._dialogs.pop(client.id, None))

    async def run(self) -> None:
        """Look every few seconds, as long as the server lives."""
        while True:
            await asyncio.sleep(EVERY)
            for session_id in self._house.clients.sessions():
                self._look(session_id)

    def _look(self, session_id: str) -> None:
        left = self._house.sessions.seconds_left(session_id)
        if left <= 0:
            self._house.clients.kick(session_id)
            self._warned.discard(session_id)
        elif left <= WARNING.total_seconds() and session_id not in self._warned:
            self._warned.add(session_id)
            self._each(session_id, shown=True)
        elif left > WARNING.total_seconds() and session_id in self._warned:
            self._warned.discard(session_id)
            self._each(session_id, shown=False)

    def _each(self, session_id: str, *, shown: bool) -> None:
        for client in self._house.clients.of_session(session_id):
            dialog = self._dialogs.get(client.id)
            if dialog is None:
                continue
            with client:
                if shown:
                    dialog.open()
                else:
                    dialog.close()
