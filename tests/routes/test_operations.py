"""Health for machines, and the demo's mail for people."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from portal_app.integrations.mail import Catcher, Mail
from portal_app.routes import operations
from portal_app.security import access
from tests.world import World

AT = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@asynccontextmanager
async def machine(
    late: Callable[[], list[str]] = list, catcher: Catcher | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(operations.router(late, catcher))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.mark.usefixtures("world")
async def test_all_is_well():
    async with machine() as client:
        health, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (health.status_code, health.json()) == (200, {"status": "ok"})
    assert ready.status_code == 200
    assert ready.json() == {"database": "ok", "migrations": "ok", "jobs": "ok"}


@pytest.mark.usefixtures("world")
async def test_a_late_job_is_named():
    async with machine(lambda: ["mail", "files"]) as client:
        ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["jobs"] == "late: mail, files"


@pytest.mark.sqlite_only
async def test_a_database_that_is_gone_is_said(world: World):
    access.database().close()
    file = world.foundation.settings.data_dir / "latchwell.db"
    file.rename(file.with_suffix(".away"))
    file.mkdir()
    async with machine() as client:
        ready, health = await client.get("/readyz"), await client.get("/healthz")
    assert ready.status_code == 503
    assert ready.json() == {"database": "unreachable", "migrations": "unknown", "jobs": "ok"}
    assert health.status_code == 200, "the process itself is well"


async def test_mail_is_shown_only_where_it_is_caught():
    async with machine() as client:
        assert (await client.get("/demo/mail")).status_code == 404


async def test_the_mail_page_shows_words_as_words(tmp_path: Path):
    catcher = Catcher(tmp_path / "mail")
    async with machine(catcher=catcher) as client:
        assert "No mail yet." in (await client.get("/demo/mail")).text
        for number in range(32):
            subject = f"<script>{number}</script>"
            text = f"</pre><img src=x onerror=alert({number})>"
            mail = Mail("a@test.example", subject, text, f"<id{number}@portal.example>", at=AT)
            catcher.send(mail)
        page = (await client.get("/demo/mail")).text
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;31" in page
    assert "alert(31)" in page
    assert "alert(1)" not in page, "only the newest thirty"
    assert page.index("alert(31)") < page.index("alert(30)")
