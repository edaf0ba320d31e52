"""One file with a whole record: what is in it, and that no name leads out of it."""

import io
import json
import zipfile
from datetime import datetime

import pytest

from portal_app.integrations.fhir.writer import write_bundle
from portal_app.integrations.record_zip import Part, as_json, pack
from tests.integrations.leaving import full

MADE = datetime(2026, 11, 24, 10, 0, 30)  # noqa: DTZ001 - the format knows no zone


def opened(*parts: Part) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(pack(parts, MADE)))


def test_each_part_comes_out_as_it_went_in():
    text, scan = Part("README.txt", b"words " * 1000), Part("files/a.pdf", b"%PDF- " * 1000)
    with opened(text, scan) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["README.txt", "files/a.pdf"]
        assert packed.read("README.txt") == text.data
        assert packed.read("files/a.pdf") == scan.data
        one, two = packed.infolist()
    assert one.compress_size < one.file_size
    assert two.compress_size == two.file_size
    assert one.date_time == (2026, 11, 24, 10, 0, 30)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a\\..\\b.txt", "files/../../x"]
)
def test_no_name_leads_out_of_it(name: str):
    with opened(Part(name, b"x")) as packed:
        (kept,) = packed.namelist()
    assert not kept.startswith("/")
    assert ".." not in kept
    assert "\\" not in kept


def test_the_bundle_is_written_piece_by_piece_and_whole():
    record = full()
    assert json.loads(as_json(record)) == json.loads(json.dumps(write_bundle(record)))
