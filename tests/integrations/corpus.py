"""Files of every kind, real, disguised and broken, made on the spot."""

import io
import struct
import tarfile
import wave
import zipfile
import zlib
from collections.abc import Iterable

import pillow_heif
from PIL import Image, PngImagePlugin

GPS_CANARY = "Canary-Camera-51.5007N"
EICAR = "X5O!P%@AP[4" + chr(92) + "PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test string of the virus scanners; harmless, and plain text."""


def picture(
    kind: str, mode: str = "RGB", size: tuple[int, int] = (16, 8), **options: object
) -> bytes:
    """A picture with a dark left half, so that turning it shows."""
    image = Image.new("RGB", size, "white")
    image.paste("black", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def heic() -> bytes:
    image = Image.new("RGB", (64, 64), "teal")
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=50, exif=exif())
    return out.getvalue()


def exif(orientation: int = 1) -> bytes:
    """A camera, an artist, a place, and which side is up."""
    tags = Image.Exif()
    tags[0x010F] = GPS_CANARY
    tags[0x013B] = GPS_CANARY
    tags[0x0112] = orientation
    place = tags.get_ifd(0x8825)
    place[1], place[2] = "N", (51.0, 30.0, 2.5)
    place[29] = "2026:11:24"
    return tags.tobytes()


def telling_png() -> bytes:
    """A PNG with words, EXIF, XMP and a colour profile that hold the canary."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", GPS_CANARY)
    words.add_itxt("XML:com.adobe.xmp", f"<x>{GPS_CANARY}</x>")
    return picture("PNG", pnginfo=words, exif=exif(), icc_profile=GPS_CANARY.encode())


def telling_jpeg(orientation: int = 1) -> bytes:
    """A JPEG with EXIF, XMP, a comment and a colour profile that hold the canary."""
    return picture(
        "JPEG",
        exif=exif(orientation),
        comment=GPS_CANARY,
        icc_profile=GPS_CANARY.encode(),
        xmp=f"<x>{GPS_CANARY}</x>".encode(),
    )


def png_claiming(width: int, height: int) -> bytes:
    """A tiny PNG whose header promises a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000, 9)
    magic = b"\x89PNG\r\n\x1a\n"
    return magic + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(body: bytes = b"") -> bytes:
    """A whole PDF of one empty page, with a right cross-reference table."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    ]
    out, places = b"%PDF-1.4\n" + body, []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + table
    return out + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def packed(members: dict[str, bytes], *, squeeze: bool = True) -> bytes:
    out = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if squeeze else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def docx(extra: dict[str, bytes] | None = None) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    members = {
        "[Content_Types].xml": f'<Types><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'.encode(),
        "_rels/.rels": b"<Relationships/>",
        "word/document.xml": b"<w:document><w:body/></w:document>",
    }
    return packed(members | (extra or {}))


def zip_bomb() -> bytes:
    """101 MB of zeros, which look like a document and weigh a hundred kilobytes."""
    return docx({"word/media/image1.bin": b"\0" * (101 * 1024 * 1024)})


def many_members() -> bytes:
    return docx({f"word/media/{n}": b"" for n in range(5001)})


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return out.getvalue()


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\1\2" * 100)
    return out.getvalue()


def cuts(data: bytes) -> Iterable[bytes]:
    """The file cut off at a few places."""
    return (data[: len(data) * part // 8] for part in range(1, 8))


PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TAKEN = {
    "scan.pdf": (pdf(), PDF, "scan.pdf"),
    "letter.docx": (docx(), DOCX, "letter.docx"),
    "card.png": (picture("PNG"), "image/png", "card.png"),
    "grey.png": (picture("PNG", "L"), "image/png", "grey.png"),
    "palette.png": (picture("PNG", "P"), "image/png", "palette.png"),
    "clear.png": (picture("PNG", "RGBA"), "image/png", "clear.png"),
    "deep.png": (picture("PNG", "I;16"), "image/png", "deep.png"),
    "two-tone.png": (picture("PNG", "1"), "image/png", "two-tone.png"),
    "card.jpg": (picture("JPEG"), "image/jpeg", "card.jpg"),
    "card.JPEG": (picture("JPEG"), "image/jpeg", "card.JPEG"),
    "print.jpg": (picture("JPEG", "CMYK"), "image/jpeg", "print.jpg"),
    "phone.heic": (heic(), "image/jpeg", "phone.jpg"),
    "note.txt": (b"Two tablets in the morning.\r\n\tOne at night.\n", "text/plain", "note.txt"),
    "accents.txt": ("Grüße, señor, 東京".encode(), "text/plain", "accents.txt"),
    "marked.txt": ("\ufeffwith a mark".encode(), "text/plain", "marked.txt"),
    "bmi.txt": (b"BMI 27.3 at the visit", "text/plain", "bmi.txt"),
    "mz.txt": (b"Mza asked about her dose", "text/plain", "mz.txt"),
    # what it is counts, and the name follows
    "card.pdf": (picture("PNG"), "image/png", "card.png"),
    "scan.jpg": (pdf(), PDF, "scan.pdf"),
    "letter.zip": (docx(), DOCX, "letter.docx"),
    "noname": (picture("JPEG"), "image/jpeg", "noname.jpg"),
    "page.html": (b"only words", "text/plain", "page.txt"),
    "run.exe": (EICAR.encode(), "text/plain", "run.txt"),
    "script.sh": (b"#!/bin/sh\necho hello\n", "text/plain", "script.txt"),
}
WORDS = b"<html><script>alert(1)</script></html>"
REFUSED = {
    "animation.gif": picture("GIF"),
    "bitmap.bmp": picture("BMP"),
    "scan.tiff": picture("TIFF"),
    "photo.webp": picture("WEBP"),
    "icon.ico": picture("ICO", "RGBA", (16, 16)),
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "drawing.png": b"\n  <SVG onload=alert(1)>",
    "page.html": b"<!DOCTYPE html><title>x</title>",
    "page.txt": WORDS,
    "marked.txt": b"\xef\xbb\xbf" + WORDS,
    "script.txt": b"<script>alert(1)</script>",
    "feed.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "archive.zip": packed({"a.txt": b"a"}),
    "sheet.xlsx": packed({"[Content_Types].xml": b"", "xl/workbook.xml": b""}),
    "program.jar": packed({"META-INF/MANIFEST.MF": b"", "A.class": b""}),
    "macros.docx": docx({"word/vbaProject.bin": b"\0"}),
    "macros2.docx": docx({"word/VBAPROJECT.BIN": b"\0"}),
    "control.docx": docx({"word/activeX/activeX1.xml": b""}),
    "bomb.docx": zip_bomb(),
    "crowd.docx": many_members(),
    "empty.docx": packed({"[Content_Types].xml": b""}),
    "glued.docx": b"MZ" + docx(),
    "archive.tar": tar(),
    "archive.gz": zlib.compress(b"x", wbits=31),
    "program.exe": b"MZ\x90\0\3\0\0\0" + b"\0" * 60,
    "program.png": b"\x7fELF\2\1\1" + b"\0" * 60,
    "sound.wav": sound(),
    "film.mp4": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0" * 40,
    "avif.heic": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 40,
    "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "noise.txt": bytes(range(256)),
    "nul.txt": b"words and a\0zero",
    "escape.txt": b"\x1b[2J words",
    "utf16.txt": "words".encode("utf-16"),
    "latin.txt": "Müller".encode("latin-1"),
    "half.pdf": pdf()[:-20],
    "head.pdf": b"%PDF-1.4",
    "late.pdf": b"\n\n" + pdf(),
    # one file for two readers
    "zip-behind.pdf": pdf() + packed({"A.class": b"x"}),
    "zip-inside.pdf": pdf() + packed({"A.class": b"x"}) + b"\n%%EOF",
    "page-inside.pdf": pdf(WORDS),
    "zip-behind.gif": picture("GIF") + packed({"A.class": b"x"}),
    "pdf-as-docx.docx": pdf() + docx(),
}
