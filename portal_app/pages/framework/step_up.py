"""Asks for the password again where a service wants it, and then goes on with what was begun.

The service decides: it opens the gate with ``step_up=True``. A page only asks.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.text import paragraph
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError, StepUpError
from portal_app.rules.permissions import Permission
from portal_app.services.account import proving

PROVE = action(proving.prove, needs=Permission.ACCOUNT)
Begin = Callable[[], Awaitable[Any]]
Then = Callable[[Any], object]
Refuse = Callable[[PortalError], None]


class StepUp:
    """The dialog of one page, or one part of it; closed until it is needed."""

    def __init__(self, visit: Visit) -> None:
        """Draw it closed."""
        self._visit = visit
        self._begun: tuple[Begin, Then, Refuse] | None = None
        self._dialog = Dialog("Enter your password again", keep=True)
        with self._dialog.body:
            paragraph("This keeps others from doing it while you are away.", "lw-soft")
            self._password = Field("Password", kind="password", autocomplete="current-password")
        with self._dialog.foot:
            self._go = Button("Continue", self._prove)
            Button("Cancel", kind="sec", data_lw_close=True)

    async def attempt(self, begin: Begin, then: Then, refuse: Refuse | None = None) -> None:
        """Do something, asking for the password first where the service wants it.

        Args:
            begin: makes the work; called again once the password was given.
            then: called with what the work gives.
            refuse: called with a refusal; by default it is said.
        """
        visit = self._visit
        said = refuse or (lambda error: visit.say(error.message))
        asked = False

        def refused(error: PortalError) -> None:
            nonlocal asked
            if isinstance(error, StepUpError):
                asked = True
                self._ask(begin, then, said)
            else:
                said(error)

        done, result = await visit.attempt(begin(), refused)
        if done and not asked:
            held = then(result)
            if isinstance(held, Awaitable):
                await held

    def _ask(self, begin: Begin, then: Then, refuse: Refuse) -> None:
        self._begun = (begin, then, refuse)
        self._password.set_value("")
        self._password.set_error("")
        self._dialog.open()

    async def _prove(self) -> None:
        visit, begun = self._visit, self._begun
        if begun is None:
            return
        if not self._password.value:
            self._password.set_error("Enter your password.")
            self._password.focus()
            return
        with self._go.busy("Checking"):
            done, _ = await visit.attempt(
                PROVE(visit.actor, self._password.value),
                lambda error: self._password.set_error(error.message),
            )
        if done:
            self._begun = None
            self._password.set_value("")
            self._dialog.close()
            await self.attempt(*begun)
