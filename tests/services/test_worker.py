"""What the database gives up for another's sake is done again, at one place."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal_app.data.models import SavedReply
from portal_app.security.system import open_system
from portal_app.services.worker import TRIES, persist

pytestmark = pytest.mark.usefixtures("world_on_postgres")


def raise_in_database(state: str) -> None:
    """Let the real server end the transaction with that state."""
    with open_system("a reply is saved") as work:
        work.session.add(SavedReply(title="T", body="B"))
        work.session.flush()
        words = f"DO $$ BEGIN RAISE EXCEPTION 'given up' USING ERRCODE = '{state}'; END $$"
        work.session.connection().execute(text(words))


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_work_that_was_given_up_is_tried_again(state: str):
    tries = 0

    def service() -> str:
        nonlocal tries
        tries += 1
        if tries < TRIES:
            raise_in_database(state)
        return "done"

    assert persist(service) == "done"
    assert tries == TRIES


@pytest.mark.parametrize(("state", "most"), [("40P01", TRIES), ("23505", 1)])
def test_trying_has_an_end_and_is_for_chance_alone(state: str, most: int):
    tries = 0

    def service() -> None:
        nonlocal tries
        tries += 1
        raise_in_database(state)

    with pytest.raises(DBAPIError):
        persist(service)
    assert tries == most
