"""What may go with a message, told by its bytes."""

import io
import warnings
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal_app.integrations.sniffing import KINDS, PIXELS_MOST, display_name, inspect
from portal_app.rules.errors import InvalidError
from tests.integrations import corpus

MOST = 10 * 1024 * 1024


@pytest.mark.parametrize("name", corpus.TAKEN)
def test_what_is_taken(name: str):
    data, kind, kept = corpus.TAKEN[name]
    clean = inspect(name, data, MOST)
    assert (clean.media_type, clean.name) == (kind, kept)
    if not kind.startswith("image/"):
        assert clean.data == data


@pytest.mark.parametrize("name", corpus.REFUSED)
@pytest.mark.parametrize("disguise", ["", "scan.pdf", "photo.jpg", "note.txt", "letter.docx"])
def test_what_is_refused_whatever_it_is_called(name: str, disguise: str):
    shown = disguise or name
    with pytest.raises(InvalidError) as refused:
        inspect(shown, corpus.REFUSED[name], MOST)
    assert refused.value.field == "file"
    assert str(refused.value) == f"{shown} can’t be added. {KINDS}"


def test_empty_and_big():
    with pytest.raises(InvalidError, match="empty"):
        inspect("note.txt", b"", MOST)
    assert inspect("note.txt", b"x" * MOST, MOST).data == b"x" * MOST
    with pytest.raises(InvalidError, match=r"note\.txt is too big\. Choose one under 10 MB"):
        inspect("note.txt", b"x" * (MOST + 1), MOST)


@pytest.mark.parametrize(
    "data",
    [corpus.telling_png(), corpus.telling_jpeg(), corpus.heic()],
    ids=["png", "jpeg", "heic"],
)
def test_a_picture_does_not_say_where_it_was_taken(data: bytes):
    canary = corpus.GPS_CANARY.encode()
    assert canary in data
    clean = inspect("picture", data, MOST)
    assert canary not in clean.data
    with Image.open(io.BytesIO(clean.data)) as seen:
        assert dict(seen.getexif()) == {}
        assert not {"exif", "xmp", "icc_profile", "comment", "Author"} & set(seen.info)


@pytest.mark.parametrize(
    ("orientation", "dark"),
    [
        (1, "left"),
        (2, "right"),
        (3, "right"),
        (4, "left"),
        (5, "top"),
        (6, "top"),
        (7, "bottom"),
        (8, "bottom"),
    ],
)
def test_a_picture_stands_upright_afterwards(orientation: int, dark: str):
    clean = inspect("photo.jpg", corpus.telling_jpeg(orientation), MOST)
    with Image.open(io.BytesIO(clean.data)) as seen:
        grey = seen.convert("L")
        wide, high = grey.size
        at = {
            "left": (1, high // 2),
            "right": (wide - 2, high // 2),
            "top": (wide // 2, 1),
            "bottom": (wide // 2, high - 2),
        }
        lightness = {side: grey.getpixel(place) for side, place in at.items()}
    assert (wide > high) == (dark in {"left", "right"})
    assert lightness[dark] < 64
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[dark]
    assert lightness[opposite] > 192


def test_a_photo_whose_camera_wrote_nonsense_is_still_taken():
    data = corpus.telling_jpeg(6).replace(b"\x00\x02\x00\x00\x00\x0b", b"\x00\x09\x00\x00\x00\x0b")
    clean = inspect("photo.jpg", data, MOST)
    with Image.open(io.BytesIO(clean.data)) as seen:
        assert seen.height > seen.width


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_hides_behind_a_picture_is_gone(kind: str):
    hidden = corpus.packed({"A.class": b"payload"}, squeeze=False)
    data = corpus.picture(kind) + hidden
    assert zipfile.is_zipfile(io.BytesIO(data))
    clean = inspect("photo", data, MOST)
    assert b"payload" not in clean.data
    assert not zipfile.is_zipfile(io.BytesIO(clean.data))


@pytest.mark.parametrize("side", [7_072, 9_500, 20_000, 60_000])
def test_a_picture_that_would_fill_the_memory(side: int):
    assert side * side > PIXELS_MOST
    with warnings.catch_warnings():
        # Pillow warns of some of them before the size is judged
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with pytest.raises(InvalidError, match=r"^photo\.png "):
            inspect("photo.png", corpus.png_claiming(side, side), MOST)


@pytest.mark.parametrize("name", ["card.png", "card.jpg", "phone.heic", "letter.docx", "scan.pdf"])
def test_a_file_that_is_cut_off_is_refused_by_name(name: str):
    data, kind, _ = corpus.TAKEN[name]
    for part in corpus.cuts(data):
        try:
            clean = inspect(name, part, MOST)
        except InvalidError as refused:
            assert name in str(refused)  # noqa: PT017 - some of what is left still reads
        else:
            assert clean.media_type in {kind, "text/plain"}
            assert kind.startswith("image/")


SEEDS = [
    corpus.picture("PNG"),
    corpus.telling_png(),
    corpus.picture("JPEG"),
    corpus.telling_jpeg(6),
    corpus.heic(),
    corpus.docx(),
    corpus.pdf(),
    b"words",
]
changes = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=12)


@settings(max_examples=300)
@given(st.sampled_from(SEEDS), changes, st.integers(0, 64))
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
def test_damage_is_refused_or_harmless_and_never_an_error(
    data: bytes, spots: list[tuple[int, int]], less: int
):
    damaged = bytearray(data)
    for place, value in spots:
        damaged[place % len(damaged)] = value
    try:
        clean = inspect("file", bytes(damaged[: len(damaged) - less]), MOST)
    except InvalidError as refused:
        assert refused.field == "file"  # noqa: PT017 - both outcomes are right
    else:
        assert clean.media_type in {kind for _, kind, _ in corpus.TAKEN.values()}
        assert corpus.GPS_CANARY.encode() not in clean.data


@given(st.binary(min_size=1, max_size=300))
def test_noise_is_refused_or_text(data: bytes):
    try:
        clean = inspect("noise", data, MOST)
    except InvalidError:
        return
    assert clean.media_type == "text/plain"
    assert clean.data.decode("utf-8-sig").isascii() or clean.data.decode()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\scan.pdf", "scan.pdf"),
        ("scan\u202efdp.exe", "scanfdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf".replace(" x", ": x")),
        ("zero\u200bwidth.txt", "zerowidth.txt"),
        ("  many   spaces .txt", "many spaces .txt"),
        ("Überweisung.pdf", "Überweisung.pdf"),
        (".hidden", "hidden"),
        ("...", "file"),
        ("", "file"),
        ("x" * 200 + ".pdf", "x" * 80 + ".pdf"),
        ("x" * 200, "x" * 80),
    ],
)
def test_names(name: str, shown: str):
    assert display_name(name) == shown


@given(st.text(max_size=300))
def test_no_name_can_leave_its_place_or_its_line(name: str):
    shown = display_name(name)
    assert 0 < len(shown) <= 89
    assert shown.isprintable() or all(c.isprintable() or c == "\u3000" for c in shown)
    assert not {"/", "\\", "\0", "\u202e"} & set(shown)
    assert not shown.startswith(".")
