"""What a password must be. NIST SP 800-63B-4 3.1.1: length and a blocklist, no composition."""

import unicodedata
from collections.abc import Collection, Iterable

LEAST = 15
LEAST_WITH_SECOND_STEP = 8
MOST = 256


def normalised(password: str) -> str:
    """Bring equal-looking characters to one form."""
    return unicodedata.normalize("NFC", password)


def fault(
    password: str,
    *,
    second_step: bool,
    common: Collection[str],
    about: Iterable[str] = (),
) -> str:
    """Say in plain words what is wrong with a new password; empty when nothing is."""
    password = normalised(password)
    least = LEAST_WITH_SECOND_STEP if second_step else LEAST
    if len(password) < least:
        return f"Use at least {least} characters. A few words in a row work well."
    if len(password) > MOST:
        return f"Use at most {MOST} characters."
    folded = password.casefold()
    if folded in common or len(set(folded)) < 4:
        return "This password is used by many people. Choose another one."
    known = [a.casefold() for a in about if len(a) >= 4]
    if any(folded == a or folded.replace(a, "").strip(" 0123456789.-_!") == "" for a in known):
        return "Don’t use your own name, email or birth date as the password."
    return ""
