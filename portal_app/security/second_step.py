"""The second step of a sign-in: codes of an app, and recovery codes. Each counts once.

That a code counts once is settled by the database: of any number who use it at the same moment,
one changes the row and the others change none.
"""

import hmac
import io
import secrets
from datetime import datetime
from typing import cast

import pyotp
import segno
from sqlalchemy import CursorResult
from sqlmodel import Session, col, delete, select, update

from portal_app.data.models import Authenticator, RecoveryCode
from portal_app.data.types import UserId
from portal_app.security.crypto import Keyring

STEP = 30
DIGITS = 6
CODES = 10
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUP, GROUPS = 4, 4
"""Sixteen characters of thirty-two: 80 bits, written in groups."""


def new_secret() -> str:
    """Make the secret of an app: 160 bits."""
    return pyotp.random_base32()


def qr(secret: str, email: str, practice: str) -> str:
    """Draw what an app reads from the screen, here, as an SVG."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=practice)
    out = io.BytesIO()
    segno.make(uri, error="m").save(
        out, kind="svg", scale=5, border=4, xmldecl=False, svgns=True, dark="#000", light="#fff"
    )
    return out.getvalue().decode()


def step_of(secret: str, code: str, now: datetime) -> int:
    """Give the step to which a code belongs: this one or one beside it; 0 for a wrong code."""
    typed = "".join(code.split())
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return 0
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    found = 0
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp.generate_otp(step), typed):
            found = step
    return found


def active(session: Session, user: UserId) -> Authenticator | None:
    """Give the app that counts for a person."""
    rows = select(Authenticator).where(
        Authenticator.user_id == user, col(Authenticator.confirmed_at).is_not(None)
    )
    return session.exec(rows).first()


def use_code(session: Session, app: Authenticator, code: str, now: datetime) -> bool:
    """Use a code of the app; a code, and whatever is older than it, counts once."""
    step = step_of(app.secret, code, now)
    if not step:
        return False
    used = session.exec(
        update(Authenticator)
        .where(col(Authenticator.id) == app.id, col(Authenticator.last_step) < step)
        .values(last_step=step)
    )
    return cast("CursorResult[object]", used).rowcount == 1


def hashed_code(keyring: Keyring, user: UserId, code: str) -> bytes:
    """Hash a recovery code for one person, with a key that is not in the database."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    return keyring.mac("pepper", f"recovery code|{user}|{plain}".encode())


def use_recovery_code(
    session: Session, keyring: Keyring, user: UserId, code: str, now: datetime
) -> bool:
    """Use one of the person's recovery codes."""
    used = session.exec(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.user_id) == user,
            col(RecoveryCode.code_hash) == hashed_code(keyring, user, code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    return cast("CursorResult[object]", used).rowcount == 1


def new_recovery_codes(session: Session, keyring: Keyring, user: UserId) -> tuple[str, ...]:
    """Make ten new codes; the older ones stop working."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user))
    codes = tuple(_code() for _ in range(CODES))
    for code in codes:
        session.add(RecoveryCode(user_id=user, code_hash=hashed_code(keyring, user, code)))
    return codes


def left(session: Session, user: UserId) -> int:
    """Count the recovery codes that can still be used."""
    rows = select(RecoveryCode.id).where(
        RecoveryCode.user_id == user, col(RecoveryCode.used_at).is_(None)
    )
    return len(session.exec(rows).all())


def forget(session: Session, user: UserId) -> None:
    """Take the app and the codes of a person away."""
    session.exec(delete(Authenticator).where(col(Authenticator.user_id) == user))
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user))


def _code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(GROUP * GROUPS))
    return "-".join(letters[i : i + GROUP] for i in range(0, len(letters), GROUP))
