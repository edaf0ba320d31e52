"""Checking a dropped file in public: nothing is kept, and nothing is told but what it holds."""

from portal_app.data.schemas.consents import Checked
from portal_app.integrations import pdf
from portal_app.rules.errors import InvalidError, TooManyError
from portal_app.rules.throttle import Limit
from portal_app.security import access, sealing, throttle
from portal_app.security.system import open_system

FILE_MOST = 25 * 1024 * 1024
CHECKS = Limit(per_hour=120, grows=False)
"""Files from one network address."""


def check(data: bytes, ip: str) -> Checked:
    """Tell whether this practice's server has signed exactly these bytes.

    Raises:
        InvalidError: no file, or one that is too big.
        TooManyError: too many files from one address.
    """
    if not data:
        raise InvalidError("Choose a file.", field="file")
    if len(data) > FILE_MOST:
        raise InvalidError("This file is too big. A signed document is smaller.", field="file")
    _count(ip)
    if not sealing.is_genuine(access.keyring(), data):
        return Checked(genuine=False)
    try:
        # only bytes of our own making are read at all
        said, pages = pdf.facts_of(data)
    except pdf.PdfError:
        return Checked(genuine=True)
    return Checked(
        genuine=True,
        title=said.get("Title", ""),
        signed=said.get("SignedOn", ""),
        practice=said.get("Author", ""),
        pages=pages,
    )


def _count(ip: str) -> None:
    with open_system("a signed document is checked") as work:
        key = f"verify:{throttle.address_key(ip)}"
        wait = throttle.take(work.session, {key: CHECKS}, work.now)
    if wait:
        minutes = -(-int(wait.total_seconds()) // 60)
        raise TooManyError(f"Too many files were checked from here. Try again in {minutes} min.")
