"""The product, with pages that go wrong and a page that counts, to see what of it a stranger gets."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import Client, app, binding, core, helpers, ui

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from portal_app import live
from portal_app.app import create
from portal_app.cli import main
from portal_app.components.tag import Tag
from portal_app.pages.framework.clients import Owner
from portal_app.pages.framework.entry import session_of
from portal_app.pages.framework.visit import House
from portal_app.security.web import head
from portal_app.services.foundation import Foundation

WORDS = "zebra words of a patient"
ran: Counter[str] = Counter()
matches: list[head.Matches] = []
_rewrite, _expects = head.rewrite, helpers.expects_arguments


def noted_rewrite(html: str, given: head.Head, nonce: str) -> tuple[str, head.Matches]:
    text, found = _rewrite(html, given, nonce)
    matches.append(found)
    return text, found


def noted_question(function: Callable[..., object]) -> bool:
    ran["signatures"] += 1
    return _expects(function)


def inside() -> dict[str, object]:
    """What an update of the framework could change without a word."""
    return {
        "matches": asdict(matches[-1]) if matches else {},
        "links": len(binding.active_links),
        "topics": {topic: live.listeners(topic) for topic in live._topics},
        "guarded": sorted(n for n, h in core.sio.handlers["/"].items() if h.__name__ == "guarded"),
        "handlers": sorted(core.sio.handlers["/"]),
        "signatures": ran["signatures"],
        "pages": len(Client.instances),
    }


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

    @ui.page("/wrong/upload")
    async def upload() -> None:
        house.clients.own(ui.context.client, Owner())
        ui.upload(on_upload=lambda _: counting("upload")())

    app.add_api_route("/wrong/route", fail)
    app.add_api_route("/wrong/redirect", lambda: RedirectResponse("/sign-in"))
    app.add_api_route("/wrong/ran", lambda: dict(ran))
    app.add_api_route("/wrong/inside", inside)


def serve(foundation: Foundation, host: str, port: int, demo: bool) -> None:
    head.rewrite = noted_rewrite
    helpers.expects_arguments = noted_question
    made = create(foundation, host=host, port=port, demo=demo)
    add_pages(made.house)
    ui.run(**made.options)


if __name__ == "__main__":  # the process that makes PDFs looks at this file too
    main(serve)
