"""Which open page belongs to which session, so that ending one empties the others."""

import asyncio
from dataclasses import dataclass

from nicegui import Client, background_tasks

AWAY = (
    "document.getElementById('pre')?.remove();"
    "document.getElementById('app').style.display='none';"
    # the tab that is signing out is on its way already
    "if(!window.lw?.leaving)location.replace('/sign-in?ended=1');"
)


@dataclass(frozen=True)
class Owner:
    """The session that a page was built for; empty for a public page."""

    session_id: str = ""
    ip: str = ""


class Clients:
    """The open pages of this process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._owners: dict[str, Owner] = {}

    def own(self, client: Client, owner: Owner) -> None:
        """Remember who a page was built for, as long as the page lives."""
        self._owners[client.id] = owner
        client.on_delete(lambda: self._owners.pop(client.id, None))

    def owner(self, client_id: str) -> Owner | None:
        """Say who a page was built for; ``None`` for a page that nobody knows."""
        return self._owners.get(client_id)

    def of_session(self, session_id: str) -> list[Client]:
        """List the open pages of a session."""
        ids = [c for c, owner in self._owners.items() if owner.session_id == session_id]
        return [Client.instances[c] for c in ids if c in Client.instances]

    def sessions(self) -> set[str]:
        """List the sessions that have a page open."""
        return {o.session_id for o in self._owners.values() if o.session_id}

    def kick(self, session_id: str) -> None:
        """Empty every page of a session and send it to the sign-in; on the event loop."""
        for client in self.of_session(session_id):
            self._owners[client.id] = Owner(session_id="ended")
            client.run_javascript(AWAY)
            background_tasks.create(_delete_soon(client), name="page of an ended session")


async def _delete_soon(client: Client) -> None:
    # the words that empty the page have to leave first
    await asyncio.sleep(0.5)
    client.delete()
