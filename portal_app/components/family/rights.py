"""The sixteen rights of the portal as a list of switches; each turns on what it needs."""

from portal_app.components.controls import CheckControl
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag, fire
from portal_app.rules.family import RIGHTS, switched
from portal_app.rules.permissions import Permission


class RightsList:
    """The open list; what is beyond the limit is shown and cannot be turned on."""

    def __init__(
        self,
        label: str,
        value: frozenset[Permission],
        limit: frozenset[Permission],
        *,
        why: str = "Off for the whole practice",
        hides: bool = False,
        on_change: Handler | None = None,
    ) -> None:
        """Draw it.

        Args:
            label: names the group for screen readers.
            value: what is on.
            limit: what can be on at all.
            why: says beside the others why they are off.
            hides: leave out what is beyond the limit.
            on_change: called with the new set after each change.
        """
        self.value, self._limit, self._on_change = value, limit, on_change
        self._controls: dict[Permission, CheckControl] = {}
        with Tag("div", "lw-panel lw-rights", role="group", aria_label=label):
            for right, (title, hint) in RIGHTS.items():
                allowed = right in limit
                if allowed or not hides:
                    self._row(right, title, hint if allowed else why, enabled=allowed)

    def _row(self, right: Permission, title: str, hint: str, *, enabled: bool) -> None:
        def change(on: object) -> None:
            self._change(right, on=bool(on))

        small = fragment("small", "", hint) if hint else Safe()
        with Tag("label", "lw-line"):
            words = fragment("span", "lw-b", title)
            Tag("span", "lw-grow", html=join(words, small))
            control = CheckControl(
                value=right in self.value and enabled, switch=True, on_change=change
            )
        control.set_enabled(enabled)
        self._controls[right] = control

    def _change(self, right: Permission, *, on: bool) -> None:
        self.put(switched(self.value, right, on=on) & self._limit)
        fire(self._controls[right], self._on_change, self.value)

    def put(self, value: frozenset[Permission]) -> None:
        """Show another set without calling anyone."""
        for right, control in self._controls.items():
            if control.value != (right in value):
                control.put(right in value)
        self.value = value
