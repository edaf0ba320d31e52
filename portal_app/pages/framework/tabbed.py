"""A section of several tabs: each declared where it is drawn, with what it needs and how it is read.

The tab stands in the query of the address. A tab without permission is absent; where none is left,
the whole section is not there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from portal_app.components.tabs import Tab, Tabs
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services import identity

V = TypeVar("V")


@dataclass(frozen=True)
class TabPage(Generic[V]):
    """One tab."""

    key: str
    label: str
    needs: Permission
    load: Callable[..., V]
    perform: Callable[..., Awaitable[V]]
    """The same as an action, for when it is opened in place."""
    draw: Callable[[Visit, V], None]


@dataclass(frozen=True)
class TabbedView:
    """The tabs that the person may see, and what the open one shows."""

    keys: tuple[str, ...]
    current: str
    view: Any


class Tabbed:
    """The tabs of one section."""

    def __init__(self, label: str, enter: Permission, order: tuple[str, ...]) -> None:
        """Create it empty.

        Args:
            label: name of the row of tabs for screen readers.
            enter: the permission with which the chart is opened to see what else is allowed.
            order: keys of the tabs, in order; the first that is allowed opens by itself.
        """
        self._label, self._enter, self._order = label, enter, order
        self._tabs: dict[str, TabPage[Any]] = {}

    def tab(
        self, key: str, label: str, *, needs: Permission, load: Callable[..., V]
    ) -> Callable[[Callable[[Visit, V], None]], Callable[[Visit, V], None]]:
        """Declare a tab; ``load`` is a service, called with the actor and the chart."""
        if key not in self._order:
            raise ValueError(key)
        perform = action(load, needs=needs)

        def declare(draw: Callable[[Visit, V], None]) -> Callable[[Visit, V], None]:
            self._tabs[key] = TabPage(key, label, needs, load, perform, draw)
            return draw

        return declare

    def load(self, actor: Actor, chart: str, tab: str = "") -> TabbedView:
        """Read the tab that was asked for, or the first one.

        Raises:
            NotFoundError: no tab is allowed, or the chart is out of reach.
        """
        held = identity.permissions(actor, self._enter, chart)
        keys = tuple(k for k in self._order if k in self._tabs and self._tabs[k].needs in held)
        if not keys:
            raise NotFoundError
        current = tab if tab in keys else keys[0]
        return TabbedView(keys, current, self._tabs[current].load(actor, chart))

    def draw(self, visit: Visit, view: TabbedView, base: str) -> None:
        """Draw the row of tabs and the open one; another tab is read and drawn in place."""
        keys = {f"{base}?tab={key}": key for key in view.keys}

        async def select(href: str) -> None:
            tab = self._tabs[keys[href]]
            done, found = await visit.attempt(
                tab.perform(visit.actor, visit.chart), lambda error: visit.say(error.message)
            )
            if done and tabs.current == href:
                tabs.panel.clear()
                with tabs.panel:
                    tab.draw(visit, found)

        tabs = Tabs(
            self._label,
            [Tab(self._tabs[k].label, href, k == view.current) for href, k in keys.items()],
            on_select=select,
        )
        with tabs.panel:
            self._tabs[view.current].draw(visit, view.view)
