"""What setting up asks of the machine."""

from pathlib import Path

from tools.setup import FONTS, LETTERS, Letters, wide_font


def test_a_font_file_tells_its_letters():
    latin = Letters(FONTS / "truetype" / "dejavu" / "DejaVuSans.ttf")
    assert "ß" in latin
    assert not any(letter in latin for letter in LETTERS)
    assert wide_font()


def test_what_is_no_font_has_no_letters(tmp_path: Path):
    file = tmp_path / "a.ttf"
    for content in (b"", b"ttcf", b"\0\1\0\0\xff\xff" + b"cmap" * 9, bytes(range(256)) * 20):
        file.write_bytes(content)
        assert "a" not in Letters(file)
    assert "a" not in Letters(tmp_path / "missing.ttf")
