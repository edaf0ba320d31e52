"""One ZIP file with a whole record, in formats that people and programs read."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal_app.integrations.fhir.writer import write_bundle
from portal_app.integrations.outgoing import Outgoing

STORED = (".pdf", ".zip", ".png", ".jpg", ".jpeg", ".heic", ".docx")


@dataclass(frozen=True)
class Part:
    """One file of the ZIP."""

    path: str
    data: bytes


def pack(parts: Sequence[Part], made: datetime) -> bytes:
    """Put the parts into one file; no path leads out of it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for part in parts:
            path = part.path.replace("\\", "_").replace("..", "_").lstrip("/")
            is_packed = path.lower().endswith(STORED)
            way = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            packed.writestr(zipfile.ZipInfo(path, made.timetuple()[:6]), part.data, way)
    return out.getvalue()


def as_json(record: Outgoing) -> bytes:
    """Write a record as a FHIR bundle in JSON, piece by piece: one long call would hold up others."""
    return "".join(json.JSONEncoder(ensure_ascii=False).iterencode(write_bundle(record))).encode()
