"""Pages, sections and actions: declared here with what they need, and mounted once.

Nothing is registered with NiceGUI at import: the list is a value, and the sweep test runs through
it against every kind of actor. ``needs`` has no default.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, TypeVar

from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services.worker import run

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")


@dataclass(frozen=True)
class Section(Generic[V]):
    """A place inside a shell: how it is read, and how what was read is drawn."""

    side: str
    path: str
    needs: Permission
    title: str
    nav: str
    load: Callable[..., V]
    draw: Callable[[Any, V], None]
    query: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The whole path with its placeholders."""
        return f"/{self.side}{self.path}"


@dataclass(frozen=True)
class Page:
    """A page without a shell."""

    path: str
    needs: Permission
    draw: Callable[..., Any]


@dataclass(frozen=True)
class Registry:
    """Every entrance of the pages."""

    sections: list[Section[Any]] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    actions: dict[str, tuple[Permission, Callable[..., Any]]] = field(default_factory=dict)


REGISTRY = Registry()


def section(
    side: str,
    path: str,
    *,
    needs: Permission,
    title: str,
    nav: str,
    load: Callable[..., V],
    query: tuple[str, ...] = (),
) -> Callable[[Callable[[Any, V], None]], Callable[[Any, V], None]]:
    """Declare a section of the portal or the console.

    Args:
        side: "portal" or "practice".
        path: after the side, with ``{name}`` for what ``load`` is given.
        needs: the permission; the service behind ``load`` asks the gate for the same.
        title: words of the browser's title.
        nav: key of the navigation entry that is marked.
        load: a service; called with the actor, the placeholders and the query's values.
        query: names of the query parameters that matter.
    """

    def declare(draw: Callable[[Any, V], None]) -> Callable[[Any, V], None]:
        known = [s for s in REGISTRY.sections if (s.side, s.path) != (side, path)]
        REGISTRY.sections[:] = [*known, Section(side, path, needs, title, nav, load, draw, query)]
        return draw

    return declare


def page(path: str, *, needs: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a page without a shell."""

    def declare(draw: Callable[P, R]) -> Callable[P, R]:
        known = [p for p in REGISTRY.pages if p.path != path]
        REGISTRY.pages[:] = [*known, Page(path, needs, draw)]
        return draw

    return declare


def action(service: Callable[..., R], *, needs: Permission) -> Callable[..., Awaitable[R]]:
    """Declare something that a click may do: a service that asks the gate for the permission.

    The result is called with the actor first and runs off the event loop.
    """
    name = f"{service.__module__.rsplit('services.', 1)[-1]}.{service.__name__}"
    REGISTRY.actions[name] = (needs, service)

    async def perform(actor: Actor, *args: Any, **kwargs: Any) -> R:
        return await run(service, actor, *args, **kwargs)

    return perform


def match(side: str, path: str) -> tuple[Section[Any], dict[str, str]] | None:
    """Find the section of a path (without the side) and the values of its placeholders.

    A word stands before a placeholder: ``messages/new`` is not the conversation ``new``.
    """
    parts = path.strip("/").split("/")
    ranked = sorted(REGISTRY.sections, key=lambda s: s.path.count("{"))
    for candidate in ranked:
        wanted = candidate.path.strip("/").split("/")
        if candidate.side != side or len(wanted) != len(parts):
            continue
        pairs = list(zip(wanted, parts, strict=True))
        if all(w == p or (w.startswith("{") and p) for w, p in pairs):
            return candidate, {w[1:-1]: p for w, p in pairs if w.startswith("{")}
    return None
