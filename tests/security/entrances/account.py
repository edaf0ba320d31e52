"""Account: a person's own sign-in and what belongs to it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
from sqlmodel import select

from portal_app.data.models import (
    Authenticator,
    EmailChange,
    Practice,
    RecoveryCode,
    TrustedDevice,
    User,
    UserSession,
)
from portal_app.pages.portal.account import PANELS
from portal_app.pages.practice.account import PANELS as STAFF_PANELS
from portal_app.security import crypto, passwords
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services.account import proving, sessions, signing_in, two_step
from portal_app.services.records import history
from tests.security.actors import ACTORS, HOME, STAFF
from tests.world import URL, World

PASSWORD = "four words in a row"
NEW = "quite other words now"
SIGNED_IN = set(ACTORS) - {"anonymous", "half", "disabled", "ended"}
WRITTEN = (Authenticator, EmailChange, RecoveryCode, TrustedDevice, UserSession)


def chart(world: World) -> str:
    return world.charts["alice"]


class SignIns:
    """Everybody has a password, an app, another browser; it is the demo, so that all may go without."""

    def __init__(self, world: World) -> None:
        self.sessions = Sessions(ThreadPoolExecutor(1))
        now = world.clock.now
        with open_system("sign-ins") as work:
            stored = passwords.hash_password(PASSWORD, work.keyring)
            practice = work.session.get_one(Practice, 1)
            practice.is_demo = True
            work.session.add(practice)
            for user in work.session.exec(select(User)).all():
                user.password_hash = stored
                work.session.add(user)
                work.session.add(
                    Authenticator(user_id=user.id, secret=pyotp.random_base32(), confirmed_at=now)
                )
                work.session.add(
                    UserSession(
                        id=f"elsewhere-{user.id}",
                        token_hash=crypto.hashed(f"elsewhere-{user.id}"),
                        user_id=user.id,
                        created_at=now,
                        last_event_at=now,
                        idle_seconds=1200,
                        absolute_until=now + timedelta(hours=1),
                    )
                )


def turned_on(actor, world, scene) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    key = two_step.begin(actor).key.replace(" ", "")
    code = pyotp.TOTP(key).at(world.clock.now)
    two_step.confirm(actor, code, scene.of(SignIns).sessions)


STAGED = {"account.": SignIns}
SECTIONS = {
    "/portal/{chart}/account": (HOME, {"chart": lambda w, _: chart(w)}),
    "/practice/account": (STAFF, {}),
}
ACTIONS = {
    "records.history.may_see": ({"alice"}, lambda a, w, _: history.may_see(a, chart(w))),
    "account.signing_in.look": (SIGNED_IN, lambda a, *_: signing_in.look(a)),
    "account.two_step.look": (SIGNED_IN, lambda a, *_: two_step.look(a)),
    "account.sessions.look": (SIGNED_IN, lambda a, *_: sessions.look(a)),
    "account.proving.prove": (SIGNED_IN, lambda a, *_: proving.prove(a, PASSWORD)),
    "account.signing_in.change_password": (
        SIGNED_IN,
        lambda a, _, s: signing_in.change_password(a, PASSWORD, NEW, s.of(SignIns).sessions),
    ),
    "account.signing_in.ask_email": (
        SIGNED_IN,
        lambda a, *_: signing_in.ask_email(a, "new@test.example", PASSWORD, URL),
    ),
    "account.two_step.begin": (SIGNED_IN, lambda a, *_: two_step.begin(a)),
    "account.two_step.confirm": (SIGNED_IN, turned_on),
    "account.two_step.new_codes": (SIGNED_IN, lambda a, *_: two_step.new_codes(a)),
    "account.two_step.turn_off": (
        SIGNED_IN,
        lambda a, _, s: two_step.turn_off(a, s.of(SignIns).sessions),
    ),
    "account.sessions.sign_out": (
        SIGNED_IN,
        lambda a, _, s: sessions.sign_out(a, "elsewher", s.of(SignIns).sessions),
    ),
    "account.sessions.sign_out_others": (
        SIGNED_IN,
        lambda a, _, s: sessions.sign_out_others(a, s.of(SignIns).sessions),
    ),
}
ROUTES = {
    "the panels of an account": (HOME, lambda a, w, _: PANELS.load(a, chart(w))),
    "the panels of a member's account": (STAFF, lambda a, *_: STAFF_PANELS.load(a)),
    "a new app": (SIGNED_IN, lambda a, *_: two_step.pending_or_new(a)),
}
