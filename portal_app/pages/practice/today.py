"""Today: what waits for a member of the practice."""

from portal_app import live
from portal_app.components.messages.listing import Queue
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.practice import TodayView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission
from portal_app.services import practice
from portal_app.services.messages.writing import INBOX_TOPIC
from portal_app.services.worker import run


@section(
    "practice",
    "/today",
    needs=Permission.PRACTICE_ENTER,
    title="Today",
    nav="today",
    load=practice.today,
)
def today_page(visit: Visit, view: TodayView) -> None:
    """Show what waits."""
    with Tag("div", "lw-page"):
        with Tag("div", "lw-page-h"), Tag("div"):
            wall = visit.wall
            h1(f"{wall.today:%A}, {wall.today:%B} {wall.today.day}")
            lead = Tag("p", "lw-lead", _lead(view))
        if view.messages is None:
            return
        with heading("Messages waiting", more=("Open inbox", "/practice/inbox")):
            queue = Queue("Messages waiting", lambda t: f"/practice/inbox/{t}", brief=True)
            none = Tag("p", "lw-soft", "Nobody is waiting for an answer.")
        queue.fill(view.messages, visit.wall)
        none.show(on=not view.messages)

        async def refresh() -> None:
            newer = await run(practice.today, visit.actor)
            lead.set_text(_lead(newer))
            queue.fill(newer.messages or (), visit.wall)
            none.show(on=not newer.messages)

        live.subscribe(INBOX_TOPIC, refresh)


def _lead(view: TodayView) -> str:
    if view.messages is None:
        return "The practice has not given you any tasks here yet."
    return "1 message waiting." if view.waiting == 1 else f"{view.waiting} messages waiting."
