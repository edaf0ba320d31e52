"""The objects of the sandbox, as Stripe lists and shows them."""

import time
from collections.abc import Callable
from typing import Any

from portal_app.integrations.stripe_sandbox.asked import Asked, missing, new_id
from portal_app.integrations.stripe_sandbox.state import Json, State

VERSION = "2026-10-28.endive"
PAGE = 10


class Objects:
    """What the account holds. One call is one transaction of the state."""

    def __init__(self, state: State, base: str) -> None:
        """Work on a state; hosted pages stand under ``base``."""
        self.state, self.base = state, base

    def need(self, kind: str, key: str) -> Json:
        """Find an object.

        Raises:
            StripeError: there is none.
        """
        found = self.state.get(kind, key)
        if found is None:
            raise missing(kind, key)
        return self._aged(kind, found)

    def _aged(self, _kind: str, body: Json) -> Json:
        """Let time have its effect on an object."""
        return body

    def _reader(self, kind: str) -> Callable[[Asked], Json]:
        def read(asked: Asked) -> Json:
            return self._expanded(self.need(kind, asked.path[0]), asked)

        return read

    def _lister(self, kind: str, path: str) -> Callable[[Asked], Json]:
        def read(asked: Asked) -> Json:
            rows = self.state.all(kind)
            for name in ("customer", "payment_intent", "charge", "type", "payment_method"):
                if asked.text(name):
                    rows = [r for r in rows if r.get(name) == asked.text(name)]
            return self._listed(rows, asked, path)

        return read

    def _listed(self, rows: list[Json], asked: Asked, path: str) -> Json:
        for bound, value in asked.part("created").items():
            moment = int(value)
            keeps: dict[str, Callable[[int, int], bool]] = {
                "gte": lambda at, edge: at >= edge,
                "gt": lambda at, edge: at > edge,
                "lte": lambda at, edge: at <= edge,
                "lt": lambda at, edge: at < edge,
            }
            rows = [r for r in rows if keeps[bound](r["created"], moment)]
        ids = [r["id"] for r in rows]
        if (after := asked.text("starting_after")) in ids:
            rows = rows[ids.index(after) + 1 :]
        elif (before := asked.text("ending_before")) in ids:
            rows = rows[: ids.index(before)]
        most = min(100, max(1, int(asked.text("limit", str(PAGE)))))
        page = [self._expanded(r, asked) for r in rows[:most]]
        more = len(rows) > most
        return {"object": "list", "url": f"/v1/{path}", "has_more": more, "data": page}

    def _expanded(self, body: Json, asked: Asked) -> Json:
        wanted = asked.parameters.get("expand", [])
        for name in wanted if isinstance(wanted, list) else []:
            field = name.removeprefix("data.").split(".")[0]
            kind = {"latest_charge": "charge"}.get(field, field)
            if isinstance(body.get(field), str):
                body = {**body, field: self.state.get(kind, body[field])}
        return body

    def _new(self, kind: str, prefix: str, **fields: Any) -> Json:
        body = {"id": new_id(prefix), "object": kind, "created": int(time.time())}
        return self.state.put(kind, {**body, "livemode": False, **fields})

    def event(self, name: str, body: Json) -> None:
        """Say that something has happened."""
        made = self._new(
            "event",
            "evt",
            api_version=VERSION,
            type=name,
            data={"object": body},
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
        )
        self.state.announce(made)
