"""The settings of the machine, for services that look after it."""

from portal_app.config import Settings
from portal_app.security.access import NotConfiguredError


class _State:
    settings: Settings | None = None


def use(settings: Settings) -> None:
    """Name the settings; called once when the ground is laid."""
    _State.settings = settings


def settings() -> Settings:
    """Give the settings with which the data folder was opened."""
    if _State.settings is None:
        raise NotConfiguredError
    return _State.settings
