"""What a file really is, told by its bytes, and cleaned of what should not travel."""

import io
import unicodedata
import zipfile
from dataclasses import dataclass

import filetype
import pillow_heif
from PIL import Image

from portal_app.rules.errors import InvalidError

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
IMAGES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/heic": "JPEG"}
SUFFIX = {
    PDF: ".pdf",
    DOCX: ".docx",
    "text/plain": ".txt",
    "image/png": ".png",
    "image/jpeg": ".jpg",
}
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PIXELS_MOST = 50_000_000
UNPACKED_MOST = 100 * 1024 * 1024
KINDS = "Choose a PDF, PNG, JPEG, HEIC, TXT or DOCX file."

pillow_heif.register_heif_opener()


@dataclass(frozen=True)
class CleanFile:
    """A file that may be kept."""

    name: str
    media_type: str
    data: bytes


def inspect(name: str, data: bytes, most: int) -> CleanFile:
    """Check size and true kind, take the place and camera out of pictures, tidy the name.

    Raises:
        InvalidError: too big, empty, broken, or of a kind that is not taken; names the file.
    """
    shown = display_name(name)
    if not data:
        raise InvalidError(f"{shown} is empty. Choose another file.", field="file")
    if len(data) > most:
        size = most // (1024 * 1024)
        raise InvalidError(f"{shown} is too big. Choose one under {size} MB.", field="file")
    kind = _kind(data)
    if kind is None:
        raise InvalidError(f"{shown} can’t be added. {KINDS}", field="file")
    if kind in IMAGES:
        data, kind = _redrawn(shown, data, kind)
    return CleanFile(_with_suffix(shown, SUFFIX[kind]), kind, data)


def _kind(data: bytes) -> str | None:
    guess = filetype.guess_mime(data)
    if guess == "image/heif":
        guess = "image/heic"
    if guess in IMAGES:
        return str(guess)
    if data.startswith(b"%PDF-"):
        # a second format hidden inside is refused, whatever reader it is meant for
        trailer = data.rstrip().endswith(b"%%EOF") and not zipfile.is_zipfile(io.BytesIO(data))
        return PDF if trailer and b"<html" not in data[:1024].lower() else None
    if zipfile.is_zipfile(io.BytesIO(data)):
        return DOCX if data.startswith(b"PK\x03\x04") and _is_docx(data) else None
    # some magic numbers are two letters, and a text may begin with them
    letters = guess in {None, "image/bmp", "application/x-msdownload"}
    return "text/plain" if letters and _is_text(data) else None


def _is_docx(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {i.filename for i in archive.infolist()}
            unpacked = sum(i.file_size for i in archive.infolist())
    except Exception:  # noqa: BLE001 - a broken directory fails in many ways
        return False
    if unpacked > UNPACKED_MOST or len(names) > 5000:
        return False
    macros = any("vbaproject" in n.lower() or "activex" in n.lower() for n in names)
    return {"[Content_Types].xml", "word/document.xml"} <= names and not macros


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    start = text.lstrip().lower()
    if start.startswith(("<!doctype", "<html", "<svg", "<?xml", "<script", "%pdf-")):
        return False
    return not any(ord(c) < 32 and c not in "\t\r\n\f" for c in text)


def _redrawn(shown: str, data: bytes, kind: str) -> tuple[bytes, str]:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            fits = picture.width * picture.height <= PIXELS_MOST
            drawn = _drawn(picture, kind) if fits else None
    except Exception as error:
        # the decoders answer broken pictures with nearly every kind of error there is
        raise InvalidError(f"{shown} is damaged or no picture.", field="file") from error
    if drawn is None:
        raise InvalidError(f"{shown} has too many pixels. Choose a smaller one.", field="file")
    return drawn


def _drawn(picture: Image.Image, kind: str) -> tuple[bytes, str]:
    upright = _upright(picture)
    upright.info.clear()
    out = io.BytesIO()
    if IMAGES[kind] == "JPEG":
        upright.convert("RGB").save(out, "JPEG", quality=90, optimize=True)
        return out.getvalue(), "image/jpeg"
    upright.save(out, "PNG")
    return out.getvalue(), "image/png"


def _upright(picture: Image.Image) -> Image.Image:
    # ImageOps.exif_transpose writes the whole EXIF again, and fails where a camera wrote it badly
    turn = TURNS.get(picture.getexif().get(ORIENTATION, 1))
    return picture.transpose(turn) if turn is not None else picture.copy()


def display_name(name: str) -> str:
    """Make a file's name harmless to show: no folders, no control or direction marks, not long."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base if unicodedata.category(c)[0] != "C")
    kept = " ".join(kept.split()).strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    if not dot:
        stem, suffix = kept, ""
    short = f"{stem[:80]}.{suffix[:8]}" if dot else stem[:80]
    return short or "file"


def _with_suffix(name: str, suffix: str) -> str:
    stem, dot, old = name.rpartition(".")
    if dot and f".{old.lower()}" in {suffix, ".jpeg" if suffix == ".jpg" else suffix}:
        return name
    return f"{stem if dot else name}{suffix}"
