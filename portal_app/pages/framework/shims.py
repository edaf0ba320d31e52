"""Small repairs of NiceGUI for speed; each does nothing when its ground is gone.

Tests in ``tests/pages/framework`` fail then, so that an update is noticed before a release.
"""

from collections.abc import Callable
from typing import Any

from nicegui import Client, app, background_tasks, helpers, ui

_remembered: dict[Any, bool] = {}


def remember_signatures() -> bool:
    """Ask once whether a method takes arguments, not for every element of every page."""
    original = getattr(helpers, "expects_arguments", None)
    if original is None or hasattr(original, "latchwell"):
        return original is not None

    def expects_arguments(function: Callable[..., Any]) -> bool:
        bound = getattr(function, "__func__", None)
        if bound is None:  # only methods: their number is bounded by the classes
            return bool(original(function))
        if bound not in _remembered:
            _remembered[bound] = bool(original(function))
        return _remembered[bound]

    expects_arguments.latchwell = True  # type: ignore[attr-defined]
    helpers.expects_arguments = expects_arguments  # type: ignore[assignment]
    return True


def wake_outbox(client: Client) -> bool:
    """Send what waits for a page as soon as it connects, not at the next tenth of a second."""
    name = f"outbox loop {client.id}"
    for task in list(background_tasks.running_tasks):
        if task.get_name() == name:
            task.cancel()
            background_tasks.create(client.outbox.loop(), name=name)
            return True
    return False


def wake_on_first_connect() -> None:
    """Wake the outbox of every page once."""
    woken: set[str] = set()

    def connected(client: Client) -> None:
        if client.id not in woken:
            woken.add(client.id)
            client.on_delete(lambda: woken.discard(client.id))
            wake_outbox(client)

    app.on_connect(connected)


def quiet_defaults() -> None:
    """Set what Quasar should look like where we use it, and keep its loading bar away."""
    ui.button.default_props("no-caps unelevated")
    app.config.quasar_config["loadingBar"]["skipHijack"] = True
