"""The frame around every page: navigation, switchers, help, sign-out and live words."""

from portal_app.components.shell.console import ConsoleShell
from portal_app.components.shell.portal import PortalShell
from portal_app.components.shell.values import Brand, Choice, Help, Section, Viewing

__all__ = ["Brand", "Choice", "ConsoleShell", "Help", "PortalShell", "Section", "Viewing"]
