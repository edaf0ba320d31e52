"""The account at Stripe that this installation uses, where there is one."""

from portal_app.integrations.stripe import Stripe
from portal_app.rules.errors import ConflictError

NONE = "Cards can’t be used here. Please pay at the practice."
LATER = "We can’t reach the card service now. Nothing was charged. Try again in a minute."


class _State:
    stripe: Stripe | None = None
    public_url: str = ""


def use(account: Stripe | None, public_url: str) -> None:
    """Name the account and where the portal is reached; called once at the start."""
    _State.stripe, _State.public_url = account, public_url


def is_there() -> bool:
    """Whether cards can be used."""
    return _State.stripe is not None


def account() -> Stripe:
    """Give the account.

    Raises:
        ConflictError: there is none.
    """
    if _State.stripe is None:
        raise ConflictError(NONE)
    return _State.stripe


def mode() -> str:
    """Tell how cards are used: none, sandbox, test or live."""
    return _State.stripe.mode if _State.stripe else "none"


def address(path: str) -> str:
    """Give the whole address of a path of the portal."""
    return f"{_State.public_url}{path}"
