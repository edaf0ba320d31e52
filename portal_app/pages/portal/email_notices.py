"""The panel "Email notices" of Account."""

from collections.abc import Awaitable
from typing import Any

from portal_app import live
from portal_app.components.notices import NoticeLine, PlainEmail, notice_lines
from portal_app.components.panel import panel
from portal_app.components.tag import Tag
from portal_app.data.schemas.notices import NoticesView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.account import PANELS
from portal_app.pages.routing import action
from portal_app.rules.notices import CONTENT_WORDS, EVENT_WORDS
from portal_app.rules.permissions import Permission
from portal_app.services.notices import choices, plain_email
from portal_app.services.worker import run

AGREE = action(plain_email.agree, needs=Permission.ACCOUNT)
WITHDRAW = action(plain_email.withdraw, needs=Permission.ACCOUNT)
CHOOSE = action(choices.choose, needs=Permission.ACCOUNT)
LEAD = "Plain email is not private. Other people could read it if they can open your inbox."


@PANELS.panel("notices", "Email notices", LEAD, needs=Permission.HOME, load=choices.view)
def email_notices(visit: Visit, view: NoticesView) -> None:
    """Draw the switch, the lines and the day of the consent; they follow every change."""
    outer = Tag("div")
    with outer:
        box = Tag("div")

    def show(newer: NoticesView) -> None:
        box.clear()
        with box:
            _draw(visit, newer)

    chart = visit.chart

    async def refresh() -> None:
        show(await run(choices.view, visit.actor, chart))

    show(view)
    with outer:
        live.subscribe(choices.topic(visit.actor.user_id), refresh)


def _draw(visit: Visit, view: NoticesView) -> None:
    async def change(work: Awaitable[Any]) -> None:
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            visit.say("Saved")

    with panel():
        PlainEmail(
            agreed=view.agreed_at is not None,
            warning=view.warning,
            without=view.without,
            having=view.having,
            on_agree=lambda: change(AGREE(visit.actor, view.text_version)),
            on_withdraw=lambda: change(WITHDRAW(visit.actor)),
        )
        lines = [
            NoticeLine(
                row.event.value,
                *EVENT_WORDS[row.event],
                tuple((c.value, CONTENT_WORDS[c]) for c in row.offered),
                row.chosen.value,
            )
            for row in view.rows
        ]
        notice_lines(lines, lambda key, value: change(CHOOSE(visit.actor, key, value)))
    if view.agreed_at is not None:
        wall = visit.wall
        day = view.agreed_at.astimezone(wall.zone).date()
        clock = wall.clock(view.agreed_at)
        words = f"You agreed on {day:%B} {day.day}, {day.year} at {clock}."
        Tag("p", "lw-soft lw-s14 lw-after", words)
    Tag("p", "lw-soft lw-s14 lw-after", "Notices about your sign-in are always sent.")
