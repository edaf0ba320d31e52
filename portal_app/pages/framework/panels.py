"""A section of panels one below the other: each declared where it is drawn, with what it needs.

A panel without permission is absent; a panel whose service says "not found" is, too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from portal_app.components.account import setting
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services import identity

V = TypeVar("V")


@dataclass(frozen=True)
class Panel(Generic[V]):
    """One heading with what belongs to it."""

    key: str
    title: str
    lead: str
    needs: Permission
    load: Callable[..., V]
    draw: Callable[[Visit, V], object]


@dataclass(frozen=True)
class PanelsView:
    """What each panel shows that the person may see, in order."""

    views: tuple[tuple[str, Any], ...]


class Panels:
    """The panels of one section."""

    def __init__(self, enter: Permission, order: tuple[str, ...]) -> None:
        """Create it empty.

        Args:
            enter: the permission with which the chart is opened to see what else is allowed.
            order: keys of the panels, from top to bottom.
        """
        self._enter, self._order = enter, order
        self._panels: dict[str, Panel[Any]] = {}

    def panel(
        self, key: str, title: str, lead: str = "", *, needs: Permission, load: Callable[..., V]
    ) -> Callable[[Callable[[Visit, V], object]], Callable[[Visit, V], object]]:
        """Declare a panel; ``load`` is a service, called with the actor and the chart."""
        if key not in self._order:
            raise ValueError(key)
        action(load, needs=needs)  # it is read again in place, too

        def declare(draw: Callable[[Visit, V], object]) -> Callable[[Visit, V], object]:
            self._panels[key] = Panel(key, title, lead, needs, load, draw)
            return draw

        return declare

    def load(self, actor: Actor, chart: str = "") -> PanelsView:
        """Read every panel that the person may see, of a chart or of the person alone.

        Raises:
            NotFoundError: the chart is out of reach.
        """
        held = identity.permissions(actor, self._enter, chart) | {Permission.ACCOUNT}
        views = []
        for key in self._order:
            panel = self._panels.get(key)
            if panel is None or panel.needs not in held:
                continue
            try:
                views.append((key, panel.load(actor, chart)))
            except NotFoundError:
                continue
        return PanelsView(tuple(views))

    def draw(self, visit: Visit, view: PanelsView) -> None:
        """Draw them one below the other."""
        for key, found in view.views:
            panel = self._panels[key]
            with setting(panel.title, panel.lead):
                panel.draw(visit, found)
