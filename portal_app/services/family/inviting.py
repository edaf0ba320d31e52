"""The link with which somebody comes to act for a patient."""

from dataclasses import dataclass
from datetime import datetime

from portal_app.data.schemas.invitations import Wish
from portal_app.rules.errors import InvalidError
from portal_app.security.access import Work
from portal_app.services import invitations
from portal_app.services.addresses import checked


@dataclass(frozen=True)
class Terms:
    """What somebody is to be allowed, why, and until when."""

    relationship: str
    basis: str
    scopes: tuple[str, ...]
    until: datetime | None = None
    follows_age: bool = False


def send(work: Work, terms: Terms, to: str, name: str, public_url: str) -> str:
    """Make the link for the open chart and owe the mail with it; an older link ends.

    Raises:
        InvalidError: no e-mail address, a block, or nobody who can be invited.
    """
    if work.patient.no_proxy_since is not None:
        raise InvalidError("Nobody can be invited at the moment. Ask the practice.")
    row, token = invitations.make(
        work,
        work.chart,
        Wish(
            email=checked(to),
            relationship=terms.relationship,
            name=name.strip(),
            way="mail",
            basis=terms.basis,
            scopes=terms.scopes,
            grant_until=terms.until,
            follows_age=terms.follows_age,
        ),
    )
    invitations.mail(work, row, token, public_url)
    return f"{public_url}/invite/{token}"
