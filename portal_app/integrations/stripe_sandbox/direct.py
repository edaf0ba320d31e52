"""The sandbox without a line: what the real SDK asks is answered in the same process."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from portal_app.integrations.stripe_sandbox.api import Api
from portal_app.integrations.stripe_sandbox.state import State
from portal_app.integrations.stripe_sandbox.web import exchange


class Direct(stripe.HTTPClient):
    """Carries the requests of the SDK to a state, while no server answers yet."""

    name = "direct"

    def __init__(
        self, state: State, public_url: str, before: Callable[[str], None] | None = None
    ) -> None:
        """Ask that state; ``before`` is called with each path, and may break the line."""
        super().__init__()
        self._api = Api(state, f"{public_url}/sandbox/stripe")
        self._before = before

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Ask, and hand back body, status and headers."""
        parts = urlsplit(url)
        path = parts.path.split("/v1/", 1)[1]
        if self._before:
            self._before(path)
        named = {k.lower(): v for k, v in (headers or {}).items()}
        text = parts.query if method.upper() == "GET" else post_data or ""
        told = exchange(self._api, method.upper(), path, text, named)
        if told is None:
            raise stripe.APIConnectionError("the line broke", should_retry=False)  # type: ignore[no-untyped-call]
        status, body, answer = told
        return json.dumps(body), status, answer

    def close(self) -> None:
        """There is nothing to close."""
