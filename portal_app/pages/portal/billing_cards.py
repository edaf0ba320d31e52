"""The saved cards of a chart's patient."""

from portal_app import live
from portal_app.components.billing.cards import card_row, title
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog, confirm
from portal_app.components.field import Field
from portal_app.components.icons import icon
from portal_app.components.panel import section as heading
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.data.schemas.payments import CardsView, CardView, LabelInput
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.billing import TABS
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.services.billing import cards
from portal_app.services.billing.books import topic
from portal_app.services.worker import run

ADD = action(cards.add, needs=cards.NEEDS)
NAME = action(cards.name, needs=cards.NEEDS)
DEFAULT = action(cards.make_default, needs=cards.NEEDS)
REMOVE = action(cards.remove, needs=cards.NEEDS)
LABEL_MOST = 40


@TABS.tab("cards", "Credit cards", needs=cards.NEEDS, load=cards.overview)
def cards_tab(visit: Visit, view: CardsView) -> None:
    """Show them."""
    CardsTab(visit, view)


class CardsTab:
    """The open tab."""

    def __init__(self, visit: Visit, view: CardsView) -> None:
        """Draw it."""
        self._visit, self._chart = visit, visit.chart
        words = "A card that you save here makes paying two clicks."
        self._none = empty("No cards yet", words, "credit-card", level=2)
        with heading("Your cards") as self._box:
            self._list = Tag("ul", "lw-panel")
        self._error = Tag("p", "lw-note lw-danger", role="alert").show(on=False)
        if view.is_available:
            self._add = Button(
                "Add a card", self._begin, kind="sec", icon="plus", cls="lw-card-add"
            )
        else:
            Tag("p", "lw-soft", "Please pay at the practice, or ask us how.")
        with Tag("p", "lw-soft lw-s14 lw-cards-foot"):
            icon("lock", "s")
            Tag("span", "", f"Cards are kept by Stripe. {view.practice} never sees the number.")
        self._dialogs = Tag("div")
        self._show(view)
        live.subscribe(topic(self._chart), self.refresh)

    def _show(self, view: CardsView) -> None:
        self._none.show(on=not view.cards)
        self._box.show(on=bool(view.cards))
        self._list.clear()
        with self._list:
            for card in view.cards:
                card_row(card, edit=self._edit, default=self._default, remove=self._remove)

    async def refresh(self) -> None:
        """Read them again."""
        found = await run(cards.overview, self._visit.actor, self._chart)
        if not self._list.is_deleted:
            self._show(found)

    def _refuse(self, error: PortalError) -> None:
        self._error.set_text(error.message).show(on=True)

    async def _begin(self) -> None:
        self._error.show(on=False)
        with self._add.busy("Opening"):
            work = ADD(self._visit.actor, self._chart)
            done, url = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.go(url)

    async def _default(self, card: CardView) -> None:
        work = DEFAULT(self._visit.actor, self._chart, card.id)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say(f"{title(card)} is the default now.")

    def _edit(self, card: CardView) -> None:
        self._dialogs.clear()
        with self._dialogs:
            box = Dialog("Edit card", keep=True)
            with box.body:
                field = Field(
                    "Name of this card",
                    card.label,
                    optional=True,
                    most=LABEL_MOST,
                    help_text="Such as “HSA card” or “Mom’s card”.",
                )

            async def save() -> None:
                if len(field.value.strip()) > LABEL_MOST:
                    field.set_error("Use at most 40 characters.")
                    return
                wish = LabelInput(label=field.value)
                work = NAME(self._visit.actor, self._chart, card.id, wish)
                done, _ = await self._visit.attempt(work, self._refuse)
                if done:
                    box.close()
                    self._visit.say("Saved")

            with box.foot:
                Button("Save", save)
                Button("Cancel", kind="sec", data_lw_close=True)
        box.open()

    def _remove(self, card: CardView) -> None:
        async def gone() -> None:
            work = REMOVE(self._visit.actor, self._chart, card.id)
            done, _ = await self._visit.attempt(work, self._refuse)
            if done:
                self._visit.say(f"{title(card)} is removed.")

        self._dialogs.clear()
        with self._dialogs:
            hint = "The next card becomes the default." if card.is_default else ""
            box = confirm(
                "Remove this card?",
                "It can’t be used for payments any more. What was paid with it stays.",
                detail=title(card),
                yes="Remove card",
                no="Keep card",
                on_yes=gone,
                hint=hint,
                danger=True,
            )
        box.open()
