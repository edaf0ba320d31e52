"""What runs in the rendering process with PDFs that exist already: looked at, joined, read."""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

PAGES_MOST = 60
OBJECTS_MOST = 50_000
PAGE_TEXT_MOST = 20_000
KEPT_ACTIONS = {"/GoTo", "/URI", "/Named"}
"""Places in the document and on the web; every other action is refused."""
REFUSED_KEYS = {
    "/JavaScript": "a script",
    "/JS": "a script",
    "/AA": "an action that runs by itself",
    "/EmbeddedFiles": "another file",
    "/EF": "another file",
    "/AF": "another file",
    "/RichMedia": "sound or moving pictures",
    "/XFA": "a form to fill in",
    "/AcroForm": "a form to fill in",
}
REFUSED_KINDS = {
    "/FileAttachment": "another file",
    "/Movie": "sound or moving pictures",
    "/Sound": "sound or moving pictures",
    "/Screen": "sound or moving pictures",
    "/RichMedia": "sound or moving pictures",
    "/Widget": "a form to fill in",
    "/3D": "sound or moving pictures",
}


def look(data: bytes) -> tuple[str, ...] | str:
    """Give the words of each page of a harmless PDF; the words of a refusal instead."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            return "is locked with a password. Save it without one"
        count = len(reader.pages)
        if not 1 <= count <= PAGES_MOST:
            return f"has {count} pages. {PAGES_MOST} can be taken"
        if found := _unwanted(reader):
            return f"holds {found}. Print it to a new PDF and choose that one"
        return tuple((page.extract_text() or "")[:PAGE_TEXT_MOST] for page in reader.pages)
    except RecursionError:
        return "is nested too deeply"
    except Exception:  # noqa: BLE001 - a broken file fails in many ways, and none is worth more
        return "can’t be read. Save it again and choose that one"


def _unwanted(reader: PdfReader) -> str:
    """Name the first thing that could act by itself or bring something along; "" for none."""
    opens = reader.root_object.get("/OpenAction")
    if opens is not None and isinstance(opens.get_object(), DictionaryObject):
        return "an action that runs by itself"
    for holder in _dictionaries(reader):
        for key, words in REFUSED_KEYS.items():
            if key in holder:
                return words
        if kind := REFUSED_KINDS.get(str(_plain(holder.get("/Subtype")))):
            return kind
        action = _plain(holder.get("/S"))
        acts = holder.get("/Type") == "/Action" or "/Next" in holder
        if acts and str(action) not in KEPT_ACTIONS and str(action).startswith("/"):
            return "an action"
        link = _plain(holder.get("/A"))
        if isinstance(link, DictionaryObject):
            inner = str(_plain(link.get("/S")))
            if inner.startswith("/") and inner not in KEPT_ACTIONS and "/S" in link:
                return "an action"
    return ""


def _plain(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Go through everything that can be reached from the file's root, each object once."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.trailer]
    steps = 0
    while waiting:
        steps += 1
        if steps > OBJECTS_MOST:
            msg = "too many objects"
            raise ValueError(msg)
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            if (value.idnum, value.generation) in seen:
                continue
            seen.add((value.idnum, value.generation))
            value = value.get_object()
        if isinstance(value, DictionaryObject):
            yield value
            waiting.extend(v for v in value.values() if not isinstance(v, (str, bytes, int, float)))
        elif isinstance(value, ArrayObject):
            waiting.extend(v for v in value if not isinstance(v, (str, bytes, int, float)))


def join(first: bytes, then: bytes, facts: dict[str, str]) -> bytes:
    """Put the pages of a second PDF after those of the first, which stay as they are."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(first)))
    writer.append(PdfReader(io.BytesIO(then)), import_outline=False)
    writer.add_metadata({f"/{name}": value for name, value in facts.items()})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def count_pages(data: bytes) -> int:
    """Count the pages of a PDF of ours."""
    return len(PdfReader(io.BytesIO(data)).pages)


def facts_of(data: bytes) -> tuple[dict[str, str], int]:
    """Give what the file says of itself, and how many pages it has."""
    reader = PdfReader(io.BytesIO(data))
    said = {str(k).lstrip("/"): str(v) for k, v in (reader.metadata or {}).items()}
    return said, len(reader.pages)
