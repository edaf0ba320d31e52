"""Tells by its content which reader a file with health records is for, and reads it."""

import zlib

from portal_app.integrations.ccda import read_ccda
from portal_app.integrations.fhir.records import read_record
from portal_app.integrations.records import RecordFile
from portal_app.rules.errors import InvalidError

LOOKED_AT = 20_000


def kind_of(data: bytes) -> str:
    """Tell a file's format, whatever its name says: ``fhir``, ``ccda``, or empty."""
    head = data[:LOOKED_AT]
    if head[:2] == b"\x1f\x8b":
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, LOOKED_AT)
        except zlib.error:
            return ""
        return "fhir" if _begins(head) == b"{" else ""
    if _begins(head) == b"<":
        return "ccda" if b"ClinicalDocument" in head.replace(b"\0", b"") else ""
    return "fhir" if _begins(head) == b"{" else ""


def _begins(head: bytes) -> bytes:
    """Give the first sign of a text in any encoding of Unicode."""
    for mark in (b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip()[:1]


def read_file(data: bytes) -> RecordFile:
    """Read a file with health records of one person.

    Raises:
        InvalidError: of no format that is read, damaged, or not of one person.
    """
    if not data:
        raise InvalidError("This file is empty.")
    kind = kind_of(data)
    if kind == "ccda":
        return read_ccda(data)
    if kind == "fhir":
        return read_record(data)
    raise InvalidError("This file holds no health record in FHIR R4 or C-CDA.")
