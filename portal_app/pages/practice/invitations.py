"""Patients, Invitations: who has come how far, and inviting many at once."""

from portal_app import live
from portal_app.components.button import Button
from portal_app.components.controls import CheckControl
from portal_app.components.dialog import confirm
from portal_app.components.panel import panel, row
from portal_app.components.safe import fragment
from portal_app.components.states import empty
from portal_app.components.tabs import Tab, folders
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.invitations import BoardRow, BoardView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.roster_views import roster_views
from portal_app.pages.routing import action, section
from portal_app.services import invitations, inviting
from portal_app.services.worker import run

MANY = action(inviting.invite_many, needs=inviting.NEEDS)
ALL = action(inviting.invite_all, needs=inviting.NEEDS)


@section(
    "practice",
    "/patients/invitations",
    needs=inviting.NEEDS,
    title="Invitations",
    nav="patients",
    load=inviting.board,
    query=("state",),
)
def invitations_page(visit: Visit, view: BoardView) -> None:
    """Show the board; it follows what people do with their links."""
    with Tag("div", "lw-page"):
        roster_views(visit, "/invitations")
        with Tag("div", "lw-page-h"):
            h1("Invitations")
        outer = Tag("div")
    with outer:
        box = Tag("div", "lw-stack lw-gap5 lw-board")
    state = view.status

    def show(newer: BoardView) -> None:
        box.clear()
        with box:
            _draw(visit, newer)

    async def refresh() -> None:
        show(await run(inviting.board, visit.actor, state))

    show(view)
    with outer:
        live.subscribe(invitations.TOPIC, refresh)


def _draw(visit: Visit, view: BoardView) -> None:
    folders(
        "How far",
        [
            Tab(
                state.capitalize(),
                f"/practice/patients/invitations?state={state.replace(' ', '%20')}",
                state == view.status,
                number,
            )
            for state, number in view.counts
        ],
    )
    boxes: dict[str, CheckControl] = {}
    if view.rows:
        with panel(tag="ul"):
            for patient in view.rows:
                _row(patient, boxes)
    else:
        empty("Nobody here.", "Choose another group above.", "users-round")
    if view.more:
        Tag("p", "lw-soft", "The first 20 are shown. The search finds the others.")
    if boxes or view.mailable:
        with Tag("div", "lw-actions"):
            _buttons(visit, view, boxes)


def _row(patient: BoardRow, boxes: dict[str, CheckControl]) -> None:
    born = (
        f"Born {patient.born:%B} {patient.born.day}, {patient.born.year}." if patient.born else ""
    )
    words = f"{born} {patient.detail}".strip()
    if not patient.may_be_mailed:
        row(patient.name, f"/practice/patients/{patient.chart}", words)
        return
    with Tag("li", "lw-row"):
        boxes[patient.chart] = CheckControl(aria_label=f"Choose {patient.name}")
        link = fragment("a", "lw-t", patient.name, href=f"/practice/patients/{patient.chart}")
        with Tag("div", "lw-grow"):
            Tag("div", html=link)
            Tag("p", "lw-m", words)


def _buttons(visit: Visit, view: BoardView, boxes: dict[str, CheckControl]) -> None:
    url = visit.house.public_url

    async def chosen() -> None:
        charts = [chart for chart, box in boxes.items() if box.value]
        if not charts:
            visit.say("Choose somebody first.")
            return
        done, number = await visit.attempt(
            MANY(visit.actor, charts, url), lambda e: visit.say(e.message)
        )
        if done:
            visit.say(_sent(number))

    async def everybody() -> None:
        done, number = await visit.attempt(ALL(visit.actor, url), lambda e: visit.say(e.message))
        if done:
            visit.say(_sent(number))

    if boxes:
        Button("Invite selected", chosen)
    if view.mailable and view.status == "not invited":
        question = confirm(
            f"Invite all {view.mailable}?",
            "Everybody with an email who was not invited yet gets a link. Fifty mails leave in an "
            "hour. Who shares an address gets one mail for the whole family.",
            yes="Invite all",
            no="Not now",
            on_yes=everybody,
        )
        Button(
            f"Invite all {view.mailable}", kind="sec", repeatable=True, data_lw_open=question.opener
        )


def _sent(number: int) -> str:
    return "1 invitation is on its way" if number == 1 else f"{number} invitations are on their way"
