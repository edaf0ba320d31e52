"""Files inside a document: the body of an unstructured one, pictures of a section.

What a file is, its bytes decide. One that would not open is told, not kept.
"""

import base64
import binascii
import io
import zlib
from dataclasses import dataclass

import pypdf
from PIL import Image
from pypdf.errors import PyPdfError

from portal_app.integrations.ccda.markup import Element, attribute, every, one, walk
from portal_app.integrations.ccda.narrative import clean
from portal_app.integrations.sniffing import PDF, PIXELS_MOST, display_name
from portal_app.rules.records import EmbeddedFile

UNPACKED_MOST = 20 * 1024 * 1024
FILES_MOST = 50
SUFFIX = {
    PDF: ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/tiff": ".tif",
    "text/rtf": ".rtf",
    "text/plain": ".txt",
}
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "TIFF": "image/tiff"}
ELSEWHERE = "It stands outside of this file, and nothing is fetched."
BROKEN = "It is damaged, or of a kind that can’t be opened."


@dataclass(frozen=True)
class Body:
    """A file or clean HTML, or why it is neither."""

    file: EmbeddedFile | None = None
    html: str = ""
    why: str = ""


def unstructured(body: Element, title: str) -> Body:
    """Read the body of an unstructured document."""
    text = one(body, "text")
    if text is None:
        return Body(why="It is empty.")
    return _read(text, title)


def media(section: Element, document: str) -> list[Body]:
    """Read the pictures that a section itself holds (``observationMedia``)."""
    found = []
    own = [m for e in every(section, "entry") for m in walk(e, "observationMedia")]
    for number, element in enumerate(own[:FILES_MOST]):
        name = attribute(element, "ID") or f"Picture {number + 1}"
        body = _read(one(element, "value"), name)
        if body.file:
            key = f"{document}/media-{attribute(one(section, 'code'), 'code')}-{name}"
            body = Body(EmbeddedFile(body.file.name, body.file.media_type, body.file.data, key))
        found.append(body)
    if len(own) > FILES_MOST:
        found.append(Body(why="There are too many of them."))
    return found


def _read(element: Element | None, name: str) -> Body:
    words = "" if element is None else "".join(element.itertext())
    if element is None or not words.strip():
        return Body(why=ELSEWHERE if one(element, "reference") is not None else "It is empty.")
    data = _unwrapped(element, words)
    if attribute(element, "mediaType").lower() in {"text/html", "application/xhtml+xml"}:
        return _html(data)
    if (true := _kind(data)) is None:
        return Body(why=BROKEN)
    stem = display_name(name).removesuffix(SUFFIX[true])
    return Body(EmbeddedFile(f"{stem}{SUFFIX[true]}", true, data))


def _unwrapped(element: Element, words: str) -> bytes:
    """Give the bytes of a file; none where they are damaged."""
    if element.get("representation") != "B64":
        return words.encode()
    try:
        data = base64.b64decode("".join(words.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return _unpacked(data) if element.get("compression") else data


def _unpacked(data: bytes) -> bytes:
    for wbits in (47, -15):  # gzip or zlib by their heads, else bare
        try:
            unpacker = zlib.decompressobj(wbits=wbits)
            made = unpacker.decompress(data, UNPACKED_MOST)
        except zlib.error:
            continue
        if unpacker.eof:
            return made
    return b""


def _html(data: bytes) -> Body:
    html = clean(data.decode("utf-8", errors="replace"))
    return Body(html=html) if html else Body(why="It is empty.")


def _kind(data: bytes) -> str | None:
    if data.startswith(b"%PDF-"):
        return PDF if _opens(data) else None
    if data.startswith(b"{\\rtf"):
        return "text/rtf"
    try:
        with Image.open(io.BytesIO(data), formats=list(PICTURES)) as picture:
            fits = picture.width * picture.height <= PIXELS_MOST
            picture.verify()
            return PICTURES[str(picture.format)] if fits else None
    except Exception:  # noqa: BLE001 - the decoders answer broken pictures with every kind of error
        return _plain(data)


def _opens(data: bytes) -> bool:
    try:
        return len(pypdf.PdfReader(io.BytesIO(data)).pages) > 0
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        return False


def _plain(data: bytes) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if any(ord(c) < 32 and c not in "\t\r\n\f" for c in text):
        return None
    return "text/plain" if text.strip() else None
