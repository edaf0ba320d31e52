"""Names: folded for finding, shortened for avatars, spoken."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.data.demo.people import PEOPLE, DemoPerson
from portal_app.rules import search
from portal_app.rules.names import fold, initials, possessive, search_name, spoken


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("José", "jose"),
        ("Jose\u0301", "jose"),
        ("Müller", "muller"),
        ("Łukasz Wałęsa", "lukasz walesa"),
        ("Sørensen", "sorensen"),
        ("Đorđević", "dordevic"),
        ("Strauß", "strauss"),
        ("STRAUẞ", "strauss"),
        ("Æsa Œuvre", "aesa oeuvre"),
        ("Þóra Guðmundsdóttir", "thora gudmundsdottir"),
        ("\u0130brahim Y\u0131ld\u0131z", "ibrahim yildiz"),
        ("Nguyễn Thị Ánh", "nguyen thi anh"),
        ("O’Connor", "o'connor"),
        ("O\u02bcconnor", "o'connor"),
        ("  Anna\u00a0 Maria\t", "anna maria"),
        ("\uff21\uff2c\uff29\uff23\uff25", "alice"),
        ("Иван Й", "иван и"),
        ("山田 太郎", "山田 太郎"),
        ("", ""),
    ],
)
def test_folding(written: str, typed: str):
    assert fold(written) == fold(typed) == typed


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str):
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_folding_knows_no_case_of_ascii_and_no_form(text: str):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
    ascii_only = text.encode("ascii", "ignore").decode()
    assert fold(ascii_only.upper()) == fold(ascii_only.lower())


@given(st.text(max_size=60))
def test_what_is_folded_has_single_spaces_and_no_accents(text: str):
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert not any(unicodedata.combining(c) for c in folded)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda p: p.key)
def test_everybody_of_the_demo_is_found_by_what_a_plain_keyboard_types(person: DemoPerson):
    plain = fold(f"{person.given} {person.family}")
    assert plain.isascii()
    assert plain == search_name(person.given, "", person.family)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Dana Whitfield", "DW"),
        ("Dr. Amara Osei", "AO"),
        ("Priya", "P"),
        ("Anna Maria von Berg", "AB"),
        ("inês carvalho", "IC"),
        ("Dr.", "D"),
        ("", "?"),
        ("   ", "?"),
        ("山田 太郎", "山太"),
    ],
)
def test_initials(name: str, letters: str):
    assert initials(name) == letters


@given(st.text(max_size=40))
def test_initials_are_one_or_two_letters(name: str):
    assert initials(name)
    assert len(name.split()) != 1 or initials(name) == name.split(maxsplit=1)[0][0].upper()


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("Theodore", "Theo", "Whitfield"), "Theo Whitfield"),
        (("Dana", "", "Whitfield"), "Dana Whitfield"),
        (("Madonna", "", ""), "Madonna"),
        (("", "", "Whitfield"), "Whitfield"),
    ],
)
def test_spoken(parts: tuple[str, str, str], name: str):
    assert spoken(*parts) == name


def test_possessive():
    assert possessive("Theo") == "Theo’s"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The pharmacy says NO.", {"the", "pharmacy", "says", "no"}),
        ("café-crème, s’il", {"cafe", "creme", "il"}),
        ("a b c", set()),
        ("75 mg twice_daily", {"75", "mg", "twice", "daily"}),
        ("x" * 50, {"x" * 32}),
        ("", set()),
    ],
)
def test_words_that_a_conversation_is_found_by(text: str, found: set[str]):
    assert search.words(text) == found


@given(st.text(max_size=200))
def test_a_text_is_found_by_every_word_of_its_own(text: str):
    found = search.words(text)
    assert all(search.words(word) == {word} for word in found)
    assert search.words(fold(text)) == found
    assert all(2 <= len(word) <= search.LONGEST for word in found)


@given(st.text(max_size=200))
def test_beginnings_are_beginnings(text: str):
    words = search.words(text)
    for start in search.prefixes(text):
        assert 3 <= len(start) <= 6
        assert any(w.startswith(start) and w != start for w in words)


def test_beginnings_of_one_word():
    assert search.prefixes("Refills") == {"ref", "refi", "refil", "refill"}
    assert search.prefixes("dose a day") == {"dos"}
