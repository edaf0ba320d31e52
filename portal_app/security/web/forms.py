"""Our own POST forms: a token beside the origin check, and addresses to go on to."""

import hmac
import re
import secrets

from portal_app.security.crypto import Keyring

_INSIDE = re.compile(r"/(?:portal|practice)(?:/[A-Za-z0-9_\-./]*)?(?:\?[A-Za-z0-9_\-=&%]*)?")


def form_token(keyring: Keyring, bound_to: str) -> str:
    """Make the token of a form for a session (or for the cookie of a visitor)."""
    salt = secrets.token_urlsafe(9)
    mac = keyring.mac("form", f"{salt}|{bound_to}".encode()).hex()
    return f"{salt}.{mac}"


def form_token_fits(keyring: Keyring, bound_to: str, token: str) -> bool:
    """Whether the token was made for that session or cookie."""
    salt, _, mac = token.partition(".")
    wanted = keyring.mac("form", f"{salt}|{bound_to}".encode()).hex()
    return bool(bound_to) and hmac.compare_digest(wanted.encode(), mac.encode())


def safe_next(value: str) -> str:
    """Give the address to go on to after sign-in: inside the portal or console, or nothing."""
    if ".." in value or "//" in value or not _INSIDE.fullmatch(value):
        return ""
    return value
