"""The product, with pages that go wrong and a page that counts, to see what of it a stranger gets."""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import app, ui

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from portal_app.app import create
from portal_app.cli import main
from portal_app.components.tag import Tag
from portal_app.pages.framework.clients import Owner
from portal_app.pages.framework.entry import session_of
from portal_app.pages.framework.visit import House
from portal_app.services.foundation import Foundation

WORDS = "zebra words of a patient"
ran: Counter[str] = Counter()


def counting(name: str) -> Callable[[], None]:
    def count() -> None:
        ran[name] += 1

    return count


def fail() -> None:
    raise ValueError(WORDS)


def add_pages(house: House) -> None:
    @ui.page("/wrong/page")
    async def wrong_page() -> None:
        fail()

    @ui.page("/wrong/nobody")
    async def page_without_owner() -> None:
        Tag("button", "", "Nobody’s").on_click(counting("nobody"))

    @ui.page("/wrong/counter")
    async def counter(request: Request) -> None:
        info = await session_of(house, request)
        house.clients.own(ui.context.client, Owner(info.id if info else ""))
        for name in ("first", "second"):
            Tag("button", "", name).on_click(counting(name))
        Tag("button", "", "fails").on_click(fail)

    app.add_api_route("/wrong/route", fail)
    app.add_api_route("/wrong/redirect", lambda: RedirectResponse("/sign-in"))
    app.add_api_route("/wrong/ran", lambda: dict(ran))


def serve(foundation: Foundation, host: str, port: int, demo: bool) -> None:
    made = create(foundation, host=host, port=port, demo=demo)
    add_pages(made.house)
    ui.run(**made.options)


if __name__ in {"__main__", "__mp_main__"}:
    main(serve)
