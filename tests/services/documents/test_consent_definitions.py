"""Consents of the practice: what is taken as a PDF, and what is not."""

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from portal_app.data.models import ConsentSource, DocumentDefinition
from portal_app.data.schemas.consents import ConsentInput
from portal_app.integrations import pdf
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.services.documents.consents import definitions, signing
from tests.consent_world import (
    all_of,
    assign,
    blank,
    data_of,
    define,
    view,
    wish,
    worded,
    written,
)
from tests.world import World, picture

pytestmark = pytest.mark.seed("S30")


@pytest.fixture(scope="module", autouse=True)
def process():
    pdf.warm().result(60)
    yield
    pdf.stop()


def upload(world: World, data: bytes, name: str = "form.pdf") -> str:
    return definitions.upload(world["owner"], name, data, ConsentInput())


def test_an_uploaded_pdf_is_shown_byte_by_byte(world: World):
    data = worded("First page", "Second page")
    document = assign(world, upload(world, data, "Our rules.pdf"))
    shown = view(world, document)
    assert (shown.title, shown.pages, shown.is_read) == ("Our rules", 2, False)
    assert "First page" in shown.parts[0]
    assert data_of(world, shown.file) == data
    signing.sign(world["alice"], world.charts["alice"], document, wish(shown))
    signed = data_of(world, view(world, document).signed_file)
    one, two = PdfReader(io.BytesIO(data)), PdfReader(io.BytesIO(signed))
    for mine, other in zip(one.pages, two.pages, strict=False):
        first, second = mine["/Contents"].get_object(), other["/Contents"].get_object()
        assert first._data == second._data  # type: ignore[attr-defined]


def test_pages_without_words_have_to_be_downloaded(world: World):
    document = assign(world, upload(world, blank(2)))
    shown = view(world, document)
    assert shown.must_download
    with pytest.raises(InvalidError):
        signing.sign(world["alice"], world.charts["alice"], document, wish(shown))
    data_of(world, shown.file)
    signing.sign(world["alice"], world.charts["alice"], document, wish(shown))


def named(**entries: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{k}"): v for k, v in entries.items()})


def hostile(kind: str) -> bytes:  # noqa: C901 - one case after the other
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    root = writer._root_object
    script = named(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert(1)"))
    launch = named(S=NameObject("/Launch"), F=TextStringObject("calc"))
    match kind:
        case "script":
            root[NameObject("/OpenAction")] = script
        case "script in names":
            root[NameObject("/Names")] = named(JavaScript=named(Names=ArrayObject()))
        case "file":
            writer.add_attachment("a.txt", b"x")
        case "launch":
            page[NameObject("/Annots")] = ArrayObject(
                [named(Type=NameObject("/Annot"), Subtype=NameObject("/Link"), A=launch)]
            )
        case "action on open":
            page[NameObject("/AA")] = named(O=launch)
        case "form":
            root[NameObject("/AcroForm")] = named(Fields=ArrayObject())
        case "locked":
            writer.encrypt("secret")
        case "long":
            for _ in range(60):
                writer.add_blank_page(9, 9)
        case "movie":
            page[NameObject("/Annots")] = ArrayObject([named(Subtype=NameObject("/RichMedia"))])
        case "hidden in an array":
            root[NameObject("/X")] = ArrayObject([NumberObject(1), ArrayObject([script])])
    return written(writer)


@pytest.mark.parametrize(
    "kind",
    [
        "script",
        "script in names",
        "file",
        "launch",
        "action on open",
        "form",
        "locked",
        "long",
        "movie",
        "hidden in an array",
    ],
)
def test_a_pdf_that_holds_more_than_pages_is_refused(world: World, kind: str):
    with pytest.raises(InvalidError, match=r"form\.pdf") as refused:
        upload(world, hostile(kind))
    assert refused.value.field == "file"
    assert all_of(DocumentDefinition) == all_of(ConsentSource) == []


@pytest.mark.parametrize(
    "data",
    [b"", b"words", b"%PDF-1.7\nrubbish\n%%EOF", picture(), worded.__doc__.encode()],  # type: ignore[union-attr]
)
def test_what_is_no_pdf_is_refused(world: World, data: bytes):
    with pytest.raises(InvalidError):
        upload(world, data)


def test_a_cut_pdf_is_refused(world: World):
    with pytest.raises(InvalidError):
        upload(world, blank()[:-40] + b"\n%%EOF\n")


def test_words_are_asked_for_and_a_change_is_a_new_version(world: World):
    owner = world["owner"]
    for command in (
        ConsentInput(title="", markdown="x"),
        ConsentInput(title="x", markdown=" "),
        ConsentInput(title="x", markdown="{{nothing}}"),
    ):
        with pytest.raises(InvalidError):
            definitions.write(owner, command)
    first = definitions.write(owner, ConsentInput(title="A", markdown="One", countersign=True))
    second = definitions.write(owner, ConsentInput(title="B", markdown="Two"), first)
    assert [(c.title, c.version) for c in definitions.consents(owner)] == [("B", 2)]
    with pytest.raises(NotFoundError):
        definitions.source(owner, first)
    definitions.retire(owner, second)
    assert definitions.consents(owner) == ()


def test_an_uploaded_consent_gets_other_terms_and_keeps_its_pages(world: World):
    data = worded("First page", "Second page")
    first = upload(world, data, "Our rules.pdf")
    before = assign(world, first)
    command = ConsentInput(title="House rules", countersign=True, minor_signs=True)
    second = definitions.change_terms(world["owner"], command, first)
    (row,) = definitions.consents(world["own"])
    assert (row.id, row.title, row.version, row.pages) == (second, "House rules", 2, 2)
    assert row.countersign
    assert definitions.source(world["owner"], second).minor_signs
    shown = view(world, assign(world, second))
    assert data_of(world, shown.file) == data
    assert view(world, before).title == "Our rules"
    with pytest.raises(InvalidError):
        definitions.change_terms(world["owner"], ConsentInput(), second)
    with pytest.raises(NotFoundError):
        definitions.change_terms(world["owner"], command, first)
    with pytest.raises(NotFoundError):
        definitions.change_terms(world["owner"], command, define(world))
