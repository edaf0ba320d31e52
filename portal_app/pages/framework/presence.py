"""Who of the practice is writing in a conversation at this moment; memory only, gone in seconds."""

import time

from portal_app import live

SECONDS = 20.0


class Presence:
    """Names of the people who are typing, by conversation."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._typing: dict[str, dict[str, tuple[str, float]]] = {}

    def topic(self, thread: str) -> str:
        """Name the topic that tells of changes in a conversation."""
        return f"typing:{thread}"

    def typed(self, thread: str, who: str, name: str) -> None:
        """Note that somebody types; the others hear of it once, not at every key."""
        people = self._typing.setdefault(thread, {})
        known = self.others(thread, "")
        people[who] = (name, time.monotonic())
        if name not in known:
            live.publish(frozenset({self.topic(thread)}))

    def left(self, thread: str, who: str) -> None:
        """Note that somebody has sent or gone."""
        if self._typing.get(thread, {}).pop(who, None):
            live.publish(frozenset({self.topic(thread)}))
        if not self._typing.get(thread):
            self._typing.pop(thread, None)

    def others(self, thread: str, who: str) -> list[str]:
        """List who else is typing there."""
        latest = time.monotonic() - SECONDS
        people = self._typing.get(thread, {})
        return [n for key, (n, at) in people.items() if key != who and at > latest]
