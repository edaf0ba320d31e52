"""The demo on PostgreSQL: it starts, lets people in, and keeps its data."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import PASSWORD, Product
from tests.plugins.postgres import Server


class OnPostgres(Product):
    """The demo practice, kept in a database by address."""

    def __init__(self, folder: Path, url: str) -> None:
        """Name the database."""
        super().__init__(folder)
        self.url = url

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"PORTAL_DATABASE_URL": self.url}


@pytest.fixture
def product(tmp_path: Path, postgres: Server) -> Iterator[OnPostgres]:
    made = OnPostgres(tmp_path / "demo", postgres.create("demo"))
    try:
        made.start()
        yield made
    finally:
        made.stop()
        postgres.drop("demo")


def sign_in(client: httpx.Client) -> None:
    page = client.get("/sign-in").text
    token = re.search(r'name="token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="token"', page)
    assert token
    typed = {"email": "dana@demo.example", "password": PASSWORD, "token": token[1] or token[2]}
    answer = client.post("/sign-in", data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def browser(base: str) -> httpx.Client:
    return httpx.Client(base_url=base, headers={"Origin": base}, timeout=20)


def test_the_demo_runs_on_postgres_and_keeps_its_data(product: OnPostgres):
    assert not list(product.folder.glob("*.db"))
    with browser(product.base) as client:
        sign_in(client)
        home = client.get("/").headers["location"]
        assert re.fullmatch(r"/portal/[\w-]+/home", home)
        assert "Dana" in client.get(home).text
        product.command("audit", "verify")
        product.stop()
        product.start()
        assert httpx.get(f"{product.base}/readyz").json()["database"] == "ok"
        assert client.get("/").headers["location"] == home
    with browser(product.base) as client:
        sign_in(client)
        assert client.get("/").headers["location"] == home
