import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.passwords import fault, normalised
from portal_app.security import passwords

COMMON = frozenset({"passwordpassword1", "correcthorsebattery"})
ABOUT = ("Alice Adams", "alice@test.example", "1985-03-14")


def judged(password: str, *, second_step: bool = False) -> str:
    return fault(password, second_step=second_step, common=COMMON, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "four words in a row",
        "ein Pferd im Schnee",
        "ééééééé ààààààà ù",
        "東京都 大阪府 京都府 北海道 沖縄",
        "a" * 100 + "bcd",
    ],
)
def test_length_is_enough(password: str):
    assert judged(password) == ""


@pytest.mark.parametrize(("second_step", "least"), [(False, 15), (True, 8)])
def test_the_shortest_password(second_step: bool, least: int):
    password = "zebra quilt nomad"
    assert judged(password[:least], second_step=second_step) == ""
    assert f"at least {least}" in judged(password[: least - 1], second_step=second_step)


def test_the_longest_password():
    password = ("window " * 40)[:256]
    assert judged(password) == ""
    assert "at most 256" in judged(password + "w")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword1",
        "PasswordPassword1",
        "a" * 15,
        "abababababababab",
        "\uff41" * 15,
    ],
)
def test_what_many_people_use(password: str):
    assert "many people" in judged(password)


@pytest.mark.parametrize(
    "password",
    [
        "alice@test.example",
        "Alice@Test.Example",
        "alice@test.example2026",
        "Alice Adams 2026!",
        "1985-03-14 1985-03-14",
        "...alice adams...",
    ],
)
def test_what_everybody_knows_about_the_person(password: str):
    assert "Don’t use your own" in judged(password)


def test_a_sentence_may_hold_the_own_name():
    assert judged("alice adams likes long walks") == ""


@given(st.text(max_size=300), st.booleans())
def test_equal_looking_passwords_are_judged_alike(password: str, second_step: bool):
    forms = {unicodedata.normalize(form, password) for form in ("NFC", "NFD")}
    assert len({normalised(form) for form in forms}) == 1
    assert len({judged(form, second_step=second_step) for form in forms}) == 1


@given(st.text(max_size=300))
def test_what_passes_is_long_enough_and_no_answer_repeats_the_password(password: str):
    answer = judged(password)
    if not answer:
        assert 15 <= len(normalised(password)) <= 256
    elif len(password) >= 15:
        assert password not in answer


def test_the_list_of_common_passwords_is_folded_and_long():
    common = passwords.common()
    assert len(common) > 1000
    assert {"password", "12345678"} <= {p for p in common if p}
    assert all(p == p.casefold() for p in common)
