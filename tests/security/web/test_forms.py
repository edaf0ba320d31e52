"""Tokens of forms and addresses to go on to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.security.web.forms import form_token, form_token_fits, safe_next
from tests.world import World

INSIDE = (
    "/portal",
    "/practice",
    "/portal/iIyMqPWNgTsnD87L/home",
    "/portal/x/messages?view=archived",
    "/practice/inbox?queue=mine",
    "/practice/settings/messages",
)
OUTSIDE = (
    "",
    "/",
    "//evil.example",
    "///evil.example",
    "https://evil.example",
    "http:evil.example",
    "//evil.example/portal",
    "/\\evil.example",
    "\\\\evil.example",
    "/portal//evil.example",
    "/portal/../..//evil.example",
    "/portal/..",
    "/portal\\..\\evil",
    "/portal@evil.example",
    "/portal.evil.example",
    "/portal:80@evil.example",
    "portal",
    "portal/x",
    " /portal",
    "/portal ",
    "/portal\n",
    "/portal\r\nSet-Cookie: a=b",
    "/portal/x\nLocation: https://evil.example",
    "/portal/\x00",
    "/portal/%0d%0aLocation:%20//evil.example",
    "/portal/%2e%2e/evil",
    "/portal%2f%2fevil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/sign-out",
    "/wrong/route",
    "/files/x",
    "/portal?next=//evil.example",
    "/portal?next=https://evil.example",
    "/portal#//evil.example",
    "/practice/inbox?queue=<script>",
    "/portal/x?a=b&c=//evil",
    "/Portal/x",
    "/portal/é",
    "\uff0fportal",
    "/portalx",
    "/practices",
)


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_kept(address: str):
    assert safe_next(address) == address


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_outside_are_dropped(address: str):
    assert safe_next(address) == ""


@given(st.one_of(st.text(), st.sampled_from(INSIDE).flatmap(lambda p: st.text().map(p.__add__))))
def test_whatever_is_kept_is_a_path_of_ours(address: str):
    kept = safe_next(address)
    assert kept in {"", address}
    if kept:
        assert kept.isascii()
        assert kept.isprintable()
        assert kept.startswith(("/portal", "/practice"))
        assert not {"//", "..", "\\", ":", "@"} & {
            kept[i : i + n] for i in range(len(kept)) for n in (1, 2)
        }


def test_a_token_fits_its_own_session_only(world: World):
    keyring = world.foundation.keyring
    token = form_token(keyring, "session-alice")
    assert form_token_fits(keyring, "session-alice", token)
    assert token != form_token(keyring, "session-alice"), "no two are the same"
    salt, _, mac = token.partition(".")
    others = (
        "",
        ".",
        token[:-1],
        f"{token}0",
        f"x{token}",
        f"{salt}.{'0' * len(mac)}",
        f"{salt}.{mac.upper()}",
        f"{salt}.é",
        mac,
        form_token(keyring, "session-bob"),
    )
    assert [o for o in others if form_token_fits(keyring, "session-alice", o)] == []
    assert not form_token_fits(keyring, "session-bob", token)
    assert not form_token_fits(keyring, "", form_token(keyring, ""))
