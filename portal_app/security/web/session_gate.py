"""What the web shell needs to know about sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class SessionInfo:
    """A session as the event loop sees it."""

    id: str
    user_id: str
    kind: str
    idle_until: datetime
    absolute_until: datetime
    needs_second_step: bool = False


class SessionGate(Protocol):
    """Finds and extends sessions."""

    async def resolve(self, token: str | None) -> SessionInfo | None:
        """Find the session of a cookie, off the event loop."""
        ...

    def alive(self, session_id: str) -> bool:
        """Whether the session still holds; memory only."""
        ...

    def touch(self, session_id: str) -> None:
        """A person did something."""
        ...


def cookie_name(*, secure: bool) -> str:
    """Name the session cookie; over https the prefix binds it to this host and to TLS."""
    return "__Host-latchwell" if secure else "latchwell"
