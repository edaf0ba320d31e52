"""Signing in through the practice's identity provider.

A person is known by issuer and subject. The first time, by an address that the provider has
verified, of somebody who has a sign-in here already; that is told to her by mail. It replaces the
password, never the second step.
"""

from collections.abc import Mapping

from sqlmodel import col, select

from portal_app.data.models import OidcIdentity, User
from portal_app.integrations.oidc import Identity, OidcError, Pending, Provider
from portal_app.rules import throttle as throttle_rule
from portal_app.rules.errors import InvalidError
from portal_app.security import access, throttle
from portal_app.security.access import Work
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import security_mail, sign_in
from portal_app.services.sign_in import Credentials

METHOD = "identity provider"
FAILED = "That did not work. Try again, or sign in with your password."
UNKNOWN = (
    "We do not know this account yet. Sign in with your password, or ask the practice to invite "
    "you with the same email."
)


def begin(provider: Provider) -> tuple[str, Pending]:
    """Give the provider's address, and what this browser has to bring back.

    Raises:
        InvalidError: the provider does not answer.
    """
    try:
        return provider.begin()
    except OidcError as error:
        raise InvalidError(FAILED) from error


def finish(
    sessions: Sessions,
    provider: Provider,
    answer: Mapping[str, str],
    pending: Pending,
    typed: Credentials,
) -> str:
    """Begin the session of whoever the provider has sent back.

    Raises:
        TooManyError: too many failures from this address.
        InvalidError: the answer does not hold, or nobody here is known by it.
        CodeNeededError: the second step is still to come.
    """
    keys = {throttle.address_key(typed.ip): throttle_rule.ADDRESS}
    sign_in.take_try(keys)
    try:
        identity = provider.finish(answer, pending, access.now().timestamp())
    except OidcError as error:
        raise InvalidError(FAILED) from error
    with open_system("a sign-in elsewhere is recognised", logged=True) as work:
        user = _known(work, identity) or _link(work, identity)
        if user is not None:
            throttle.give_back(work.session, keys, work.now)
    if user is None or user.disabled_at is not None:
        raise InvalidError(UNKNOWN)
    return sign_in.enter(sessions, user, typed, METHOD)


def _known(work: Work, identity: Identity) -> User | None:
    rows = (
        select(User)
        .join(OidcIdentity, col(OidcIdentity.user_id) == User.id)
        .where(OidcIdentity.issuer == identity.issuer, OidcIdentity.subject == identity.subject)
    )
    return work.session.exec(rows).first()


def _link(work: Work, identity: Identity) -> User | None:
    if not identity.email:
        return None
    index = work.keyring.index(identity.email)
    user = work.session.exec(select(User).where(User.email_index == index)).first()
    if user is None or user.disabled_at is not None:
        return None
    linked = select(OidcIdentity.id).where(
        OidcIdentity.user_id == user.id, OidcIdentity.issuer == identity.issuer
    )
    if work.session.exec(linked).first() is not None:
        # somebody else there has come to use her address
        return None
    row = OidcIdentity(issuer=identity.issuer, subject=identity.subject, user_id=user.id)
    work.session.add(row)
    work.session.flush()
    words = "Your sign-in was connected with an account at your practice’s identity provider."
    security_mail.plan(work, user, f"oidc:{row.id}", words)
    return user
