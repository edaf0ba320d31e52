"""What the sandbox is asked, and how it refuses."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_app.integrations.stripe_sandbox.state import Json


class StripeError(Exception):
    """What Stripe answers instead of an object."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        """Keep status and body."""
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"type": kind, "message": message, **more}}


def refuse(message: str, param: str = "", code: str = "", status: int = 400) -> StripeError:
    """Make the error of a request that can't be done."""
    more = {k: v for k, v in (("param", param), ("code", code)) if v}
    return StripeError(status, "invalid_request_error", message, **more)


def missing(kind: str, key: str) -> StripeError:
    """Make the error of an object that is not there."""
    return refuse(f"No such {kind}: '{key}'", "id", "resource_missing", 404)


@dataclass(frozen=True)
class Asked:
    """One request: what of, and with which parameters."""

    parameters: Json
    path: tuple[str, ...] = ()

    def text(self, name: str, default: str = "") -> str:
        """Give a parameter as text."""
        value = self.parameters.get(name, default)
        return value if isinstance(value, str) else default

    def flag(self, name: str) -> bool:
        """Give a parameter as yes or no."""
        return self.text(name).lower() == "true"

    def amount(self, value: Any, name: str = "amount") -> int:
        """Read an amount in minor units.

        Raises:
            StripeError: it is none.
        """
        if not isinstance(value, str) or not re.fullmatch(r"\d{1,8}", value) or int(value) < 1:
            raise refuse(f"Invalid positive integer: {name}", name, "parameter_invalid_integer")
        return int(value)

    def part(self, name: str) -> Json:
        """Give a nested parameter."""
        value = self.parameters.get(name)
        return value if isinstance(value, dict) else {}


def new_id(prefix: str) -> str:
    """Make an id as Stripe's look."""
    return f"{prefix}_{secrets.token_hex(12)}"


def nested(pairs: list[tuple[str, str]]) -> Json:
    """Read form fields such as ``a[b][0]`` as nested parameters."""
    made: Json = {}
    for name, value in pairs:
        keys = [k for k in re.split(r"[\[\]]+", name) if k]
        here: Any = made
        for key in keys[:-1]:
            here = here.setdefault(key, {})
            if not isinstance(here, dict):
                raise refuse(f"Invalid parameter: {name}")
        here[keys[-1] if keys else name] = value
    return {k: _lists(v) for k, v in made.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    inner = {k: _lists(v) for k, v in value.items()}
    if inner and all(k.isdigit() for k in inner):
        return [inner[k] for k in sorted(inner, key=int)]
    return inner
