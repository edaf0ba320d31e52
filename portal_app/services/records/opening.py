"""Opens a file with health records, whatever it is called: its bytes say what it is."""

import zlib

from portal_app.integrations.fhir.records import read_record
from portal_app.integrations.records import RecordFile
from portal_app.rules.errors import InvalidError

LOOKED_AT = 4096
NEITHER = "This file holds no health record that can be read: it is neither FHIR nor C-CDA."


def read_file(data: bytes) -> RecordFile:
    """Read a FHIR R4 bundle (JSON, also gzipped) or a C-CDA document (XML).

    Raises:
        InvalidError: neither of the two, damaged, too big, or about no one person.
    """
    if not data:
        raise InvalidError("This file is empty.")
    start = _start(data)
    if start[:1] in {"{", "["}:
        return read_record(data)
    raise InvalidError(NEITHER)


def _start(data: bytes) -> str:
    """Give the first characters, out of whatever wrapping and encoding."""
    if data[:2] == b"\x1f\x8b":
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, LOOKED_AT)
        except zlib.error as error:
            raise InvalidError("This file is damaged: it can’t be unpacked.") from error
    head = data[:LOOKED_AT]
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in head[:4]:
        head = head.replace(b"\x00", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return head.decode("utf-8-sig", "replace").lstrip()
