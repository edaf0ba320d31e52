"""The place in a shell where sections appear: guarded, read off the loop, drawn at once."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import background_tasks, ui
from nicegui.page_arguments import RouteMatch

from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.pages.framework.drafts import settled
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import REGISTRY, Section, match
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.services.worker import run

Enter = Callable[[Section[Any], dict[str, str]], Awaitable[None]]


class Sections(ui.sub_pages):
    """Shows the section of the address; what is out of reach looks like what does not exist."""

    def __init__(self, visit: Visit, side: str, first: Any, enter: Enter) -> None:
        """Show the first section from what has been read already.

        Args:
            visit: the open page.
            side: "portal" or "practice".
            first: what the first section's ``load`` has given.
            enter: called before a later section is drawn, to bring the shell along.
        """
        self._visit, self._side, self._enter = visit, side, enter
        self._first: list[Any] = [first]
        routes = {s.path: _nothing for s in REGISTRY.sections if s.side == side}
        super().__init__(routes, root_path=f"/{side}", show_404=True)

    def _render_page(self, match: RouteMatch) -> bool:
        self._rendered_path = f"{self._root_path or ''}{match.path}"
        found = self._found(match)
        if found is None or match.remaining_path:
            return False
        section, params = found
        if self._first:
            self._visit.params = params
            section.draw(self._visit, self._first.pop())
            return True
        self._handle_scrolling(match, behavior="instant")
        task = background_tasks.create(self._change(section, params), name="section", context=self)
        self._active_tasks.add(task)
        task.add_done_callback(self._active_tasks.discard)
        return True

    def draw_again(self) -> None:
        """Read and draw the open section anew; what is out of reach by now is not there."""
        found = self._found(self._match) if self._match else None
        if found is not None:
            task = background_tasks.create(self._change(*found), name="section", context=self)
            self._active_tasks.add(task)
            task.add_done_callback(self._active_tasks.discard)

    def _found(self, route: RouteMatch) -> tuple[Section[Any], dict[str, str]] | None:
        found = match(self._side, route.path)
        if found is None:
            return None
        section, params = found
        return section, params | {
            name: route.query_params[name] for name in section.query if name in route.query_params
        }

    def _required_query_params_changed(self, route_match: RouteMatch) -> bool:
        found = match(self._side, route_match.path)
        if found is None or self._match is None:
            return True
        old, new = self._match.query_params, route_match.query_params
        return any(old.get(name) != new.get(name) for name in found[0].query)

    async def _change(self, section: Section[Any], params: dict[str, str]) -> None:
        visit = self._visit
        try:
            await settled(self.client)
            reading = run(section.load, visit.actor, **params)
            _, view = await asyncio.gather(self._enter(section, params), reading)
            visit.params = params
            with self.clear():
                section.draw(visit, view)
        except SignedOutError:
            visit.house.clients.kick(visit.session_id)
            return
        except NotFoundError:
            with self.clear():
                self._render_404()
        except Exception as error:  # noqa: BLE001 - half a page must not stay
            with self.clear():
                self._render_error(error)
            self.client.handle_exception(error)
        if visit.shell:
            visit.shell.arrived(f"{section.title} – {visit.practice}")

    def _render_404(self) -> None:
        with Tag("div", "lw-page"):
            h1("We can’t find this page")
            empty("Nothing here", "It may have moved, or it is not yours to see.", "search")

    def _render_error(self, _: Exception) -> None:
        with Tag("div", "lw-page"):
            h1("Something went wrong on our side")
            reference = secrets.token_hex(4)
            empty("Nothing is lost", f"Try again in a minute. Reference: {reference}", "info")


def _nothing() -> None:
    """Stand in for a builder; sections are drawn by ``_render_page``."""
