"""One open page: who looks, at what, and how its handlers reach the services."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import Client, ui

from portal_app.components.shell.frame import Frame
from portal_app.integrations.files import FileStore
from portal_app.pages.framework.clients import Clients
from portal_app.pages.framework.presence import Presence
from portal_app.rules.errors import NotFoundError, OnlyLookingError, PortalError, SignedOutError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.security.crypto import Keyring
from portal_app.security.sessions import Sessions


@dataclass(frozen=True)
class House:
    """What every page needs and nobody may change."""

    sessions: Sessions
    clients: Clients
    keyring: Keyring
    store: FileStore
    public_url: str
    secure: bool
    demo: bool
    presence: Presence = field(default_factory=Presence)


@dataclass
class Visit:
    """One open page of a signed-in person."""

    house: House
    client: Client
    session_id: str
    ip: str
    zone: str = "UTC"
    person: str = ""
    practice: str = ""
    permissions: frozenset[Permission] = frozenset()
    params: dict[str, str] = field(default_factory=dict)
    shell: Frame | None = None
    refresh_badges: Callable[[], Awaitable[None]] | None = None

    @property
    def actor(self) -> Actor:
        """Who acts, as the session stands at this moment."""
        return self.house.sessions.actor(self.session_id, self.ip)

    @property
    def wall(self) -> Wall:
        """The practice's clock at this moment."""
        return Wall(ZoneInfo(self.zone), access.now())

    @property
    def chart(self) -> str:
        """Public id of the open chart."""
        return self.params.get("chart", "")

    def say(self, text: str) -> None:
        """Show and announce what has been done."""
        if self.shell:
            self.shell.toasts.say(text)

    def go(self, path: str) -> None:
        """Open another section in place."""
        with self.client:
            ui.navigate.to(path)

    async def attempt(
        self, work: Awaitable[Any], refuse: Callable[[PortalError], None]
    ) -> tuple[bool, Any]:
        """Do something that may be refused; (done, result). A lost session leads to the sign-in."""
        try:
            return True, await work
        except SignedOutError:
            self.house.clients.kick(self.session_id)
        except OnlyLookingError as error:
            refuse(error)
        except NotFoundError:
            refuse(PortalError("This is not available any more. Nothing was sent."))
        except PortalError as error:
            refuse(error)
        return False, None
