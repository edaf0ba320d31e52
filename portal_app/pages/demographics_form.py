"""The form of who a patient is, as both sides open it: read, kept while typed, saved, kept live."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from portal_app import live
from portal_app.components.demographics.changes import History
from portal_app.components.demographics.form import Calls, DemographicsForm, Words
from portal_app.components.tag import Tag
from portal_app.data.schemas.demographics import DemographicsView, Saved
from portal_app.integrations import phones
from portal_app.pages.framework.drafts import DraftKeeper
from portal_app.pages.framework.visit import Visit
from portal_app.rules.errors import ConflictError, InvalidError, PortalError
from portal_app.security.actor import Actor
from portal_app.services.worker import run

Call = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Services:
    """What one side may do; each is called with the actor and the chart."""

    load: Callable[[Actor, str], DemographicsView]
    keep: Call
    save: Call
    take_back: Call | None = None


class DemographicsPage:
    """The open form."""

    def __init__(
        self, visit: Visit, view: DemographicsView, services: Services, words: Words, upload: str
    ) -> None:
        """Draw it with what was typed before.

        Args:
            visit: the open page.
            view: what was read.
            services: what this side may do.
            words: what the parts of the form say of themselves.
            upload: first part of the address to which photos are posted.
        """
        self._visit, self._chart, self._services = visit, visit.chart, services
        self._view, self._overtaken = view, False
        self._box = Tag("div")
        self._keeper = DraftKeeper(self._keep, self._kept)
        calls = Calls(
            check_phone=lambda text: _phone_fault(text, view.country),
            typed=self._keeper.typed,
            save=self._save,
            discard=self._discard,
            photo=self.refresh,
            take_back=self._take_back if services.take_back else None,
        )
        with self._box:
            self.form = DemographicsForm(view, words, visit.wall, f"{upload}/{self._chart}", calls)
            self._history = History()
            self._history.fill(view.history, visit.wall)
            live.subscribe(view.topic, self.refresh)

    async def refresh(self) -> None:
        """Read it again; what is being typed stays."""
        view = await run(self._services.load, self._visit.actor, self._chart)
        if not self._box.is_deleted and view != self._view:
            self._show(view)

    def _show(self, view: DemographicsView, *, rebase: bool = False) -> None:
        self._view = view
        self.form.show(view, rebase=rebase)
        self._history.fill(view.history, self._visit.wall)

    async def _keep(self) -> None:
        # the fields are still there when the part of the page that holds them is left
        await self._services.keep(self._visit.actor, self._chart, self.form.changed())

    def _kept(self) -> None:
        self.form.kept()

    async def _discard(self) -> None:
        self._keeper.forget()
        work = self._services.keep(self._visit.actor, self._chart, {})
        await self._visit.attempt(work, self._refuse)
        view = await run(self._services.load, self._visit.actor, self._chart)
        self._view = view
        self.form.reset(view)
        self._visit.say("Changes discarded")

    async def _save(self) -> None:
        if not self.form.valid():
            return
        typed = self.form.changed()
        if not typed:
            self._visit.say("Nothing has changed")
            return
        with self.form.save_button.busy("Saving"):
            work = self._services.save(self._visit.actor, self._chart, typed)
            done, saved = await self._visit.attempt(work, self._refuse)
            if not done:
                await self._catch_up()
                return
            self._keeper.forget()
            view = await run(self._services.load, self._visit.actor, self._chart)
        if self._box.is_deleted:
            return
        later = {k: v for k, v in self.form.changed().items() if typed.get(k) != v}
        if later:
            self._show(view)
            self._keeper.typed()
        else:
            self._view = view
            self.form.reset(view)
            self._history.fill(view.history, self._visit.wall)
        self._visit.say(_words(saved, view.practice))

    async def _take_back(self, change: str) -> None:
        if self._services.take_back is None:
            return
        work = self._services.take_back(self._visit.actor, self._chart, change)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("Taken back")
        await self.refresh()

    def _refuse(self, error: PortalError) -> None:
        self.form.refuse(error.message, error.field)
        self._overtaken = isinstance(error, ConflictError)

    async def _catch_up(self) -> None:
        """Let what is typed stand against what the person has just been told."""
        if not self._overtaken:
            return
        self._overtaken = False
        view = await run(self._services.load, self._visit.actor, self._chart)
        if not self._box.is_deleted:
            self._show(view, rebase=True)


def _phone_fault(text: str, country: str) -> str:
    try:
        phones.canonical(text, country)
    except InvalidError as error:
        return error.message
    return ""


def _words(saved: Saved, practice: str) -> str:
    if saved.waiting:
        return f"Saved. {practice} will check it."
    return "Saved" if saved.direct else "Nothing has changed"
