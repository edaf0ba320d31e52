"""Who is acting: what a session row says, and nothing that a browser says."""

from dataclasses import dataclass

from portal_app.data.types import UserId


@dataclass(frozen=True)
class Actor:
    """The person behind a request or an event; ``user_id`` is ``None`` for anonymous."""

    user_id: UserId | None = None
    session_id: str = ""
    ip: str = ""

    @property
    def signed_in(self) -> bool:
        """Whether there is a session at all; the gate asks the database whether it still holds."""
        return self.user_id is not None


ANONYMOUS = Actor()
