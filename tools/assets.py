"""Build fonts and icons from pinned packages: `make assets`.

What it writes is committed, so nobody needs to run it unless a package is raised. It needs
fonttools and brotli, and the network for pip.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ASSETS = Path(__file__).resolve().parents[1] / "portal_app" / "assets"
PACKAGES = {
    "fontpkg-public-sans==2.1": "83c1b831b6a8a4fe864607cb5fec314e6757ea2a5ac7441ad40782b4e3175119",
    "fontpkg-newsreader==1.3": "b4becf475d453c0f71b0a089e794113dbc4647f0cf8e96328459911228c58abc",
    "dj-lucide==1.1.12": "30c5fd522205c906ae46a341874cd50879f38ceadbb69c88907e4d483532a7d0",
}
LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,"
    "U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
LATIN_EXT = (
    "U+0100-0130,U+0132-0151,U+0154-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+1E00-1E9F,"
    "U+1EF2-1EFF,U+20A0-20AB,U+20AD-20C0"
)
# The serif is used at 19 px and more, so one optical size serves; 400 to 600 are its weights.
FONTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "public-sans": (
        "Public Sans",
        "fontpkg_public_sans/files/PublicSans[wght].ttf",
        {"wght": (400, 700)},
    ),
    "newsreader": (
        "Newsreader",
        "fontpkg_newsreader/files/Newsreader[opsz,wght].ttf",
        {"opsz": 36, "wght": (400, 600)},
    ),
}
# Advance widths of a space and a to z in thousandths of an em, from the Core 14 AFM files of
# Helvetica and Times; Arial, Liberation and Times New Roman share them. Then how often each comes.
LETTERS = " abcdefghijklmnopqrstuvwxyz"
HELVETICA = (
    "278 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500"
    " 722 500 500 500"
)
TIMES = (
    "250 444 500 444 500 444 333 500 500 278 278 500 278 778 500 500 500 500 333 389 278 500 500"
    " 722 500 500 444"
)
OFTEN = "182 65 12 22 34 104 18 16 50 57 1 6 33 20 57 62 15 1 50 53 75 23 8 19 1 16 1"
STAND_INS = {
    "public-sans": (("Arial", "Liberation Sans", "Roboto", "Helvetica"), HELVETICA),
    "newsreader": (("Times New Roman", "Liberation Serif", "Tinos", "Times"), TIMES),
}
ICONS = """
activity archive badge-check ban bell calendar calendar-days calendar-plus calendar-x check
chevron-down chevron-left chevron-right chevron-up circle-alert circle-check circle-user-round
clipboard-list clock contact contact-round copy credit-card download ellipsis eraser external-link
eye file-check file-text house image inbox info key-round laptop life-buoy list list-checks lock
log-out mail map-pin menu minus moon notebook-pen paperclip pen-line phone pill plus printer receipt
refresh-cw reply rotate-ccw search send settings shield-check star stethoscope sun trash-2
triangle-alert undo-2 upload user-round-plus users-round video x
"""
FACE = """@font-face{{font-family:"{family}";font-style:normal;font-weight:{weights};font-display:swap;\
src:url("/assets/fonts/{file}") format("woff2");unicode-range:{ranges}}}
"""
STAND_IN = """@font-face{{font-family:"{family} Fallback";src:{local};size-adjust:{size}%;\
ascent-override:{ascent}%;descent-override:{descent}%;line-gap-override:{gap}%}}
"""


def main() -> None:
    """Fetch the packages, check their hashes, and write fonts, sprite and licences."""
    with tempfile.TemporaryDirectory() as folder:
        files = fetched(Path(folder))
        (ASSETS / "fonts").mkdir(parents=True, exist_ok=True)
        (ASSETS / "LICENSES").mkdir(parents=True, exist_ok=True)
        (ASSETS / "css" / "fonts.css").write_text(fonts(files), encoding="utf-8")
        (ASSETS / "icons.svg").write_text(sprite(files["lucide/lucide.zip"]), encoding="utf-8")
        for family in ("public_sans", "newsreader"):
            text = files[f"fontpkg_{family}/LICENSE"].decode()
            (ASSETS / "LICENSES" / f"{family.replace('_', '-')}.txt").write_text(
                text, encoding="utf-8"
            )
    provenance()


def fetched(folder: Path) -> dict[str, bytes]:
    """Return every file of the pinned packages by its path."""
    wanted = folder / "wanted.txt"
    wanted.write_text(
        "\n".join(f"{name} --hash=sha256:{digest}" for name, digest in PACKAGES.items())
    )
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    subprocess.run([*pip, "--dest", str(folder), "--requirement", str(wanted)], check=True)
    files: dict[str, bytes] = {}
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as box:
            files.update({name: box.read(name) for name in box.namelist()})
    return files


def fonts(files: dict[str, bytes]) -> str:
    """Write the subset fonts and return their `@font-face` rules."""
    rules = "/* Written by tools/assets.py */\n"
    for slug, (family, path, limits) in FONTS.items():
        for suffix, ranges in (("", LATIN), ("-ext", LATIN_EXT)):
            font = TTFont(BytesIO(files[path]), recalcTimestamp=False)
            font = instantiateVariableFont(font, limits)
            if not suffix:
                rules += stand_in(slug, family, font)
            name = save(subset(font, ranges), slug + suffix)
            low, high = limits["wght"]
            rules += FACE.format(family=family, weights=f"{low} {high}", file=name, ranges=ranges)
    return rules


def subset(font: TTFont, ranges: str) -> TTFont:
    """Keep the characters of the ranges and the features that the style sheet asks for."""
    options = Options()
    options.flavor = "woff2"
    options.layout_features = [*options.layout_features, "tnum", "lnum", "pnum"]
    options.name_IDs = [0, 1, 2, 3, 5, 13, 14]
    cutter = Subsetter(options)
    cutter.populate(unicodes=[code for part in ranges.split(",") for code in codes(part)])
    cutter.subset(font)
    font.flavor = "woff2"
    return font


def save(font: TTFont, name: str) -> str:
    """Write the font under a name that carries its hash, so that caches may keep it for good."""
    packed = BytesIO()
    font.save(packed)
    for old in (ASSETS / "fonts").glob(f"{name}.*.woff2"):
        old.unlink()
    file = f"{name}.{hashlib.sha256(packed.getvalue()).hexdigest()[:8]}.woff2"
    (ASSETS / "fonts" / file).write_bytes(packed.getvalue())
    return file


def codes(part: str) -> range:
    """Return the code points of one `U+0000-00FF`."""
    low, _, high = part.removeprefix("U+").partition("-")
    return range(int(low, 16), int(high or low, 16) + 1)


def stand_in(slug: str, family: str, font: TTFont) -> str:
    """Return a system font scaled so that text keeps its width and height when ours arrives."""
    local, widths = STAND_INS[slug]
    unit, best, advance = font["head"].unitsPerEm, font.getBestCmap(), font["hmtx"]
    often = [int(number) for number in OFTEN.split()]
    ours = sum(n * advance[best[ord(c)]][0] / unit for c, n in zip(LETTERS, often, strict=True))
    theirs = sum(n * int(w) / 1000 for w, n in zip(widths.split(), often, strict=True))
    size = ours / theirs
    metrics = font["hhea"]
    return STAND_IN.format(
        family=family,
        local=",".join(f'local("{name}")' for name in local),
        size=round(size * 100, 2),
        ascent=round(metrics.ascent / unit / size * 100, 2),
        descent=round(-metrics.descent / unit / size * 100, 2),
        gap=round(metrics.lineGap / unit / size * 100, 2),
    )


def sprite(archive: bytes) -> str:
    """Return the chosen icons as symbols of one SVG file."""
    symbols = []
    with zipfile.ZipFile(BytesIO(archive)) as box:
        for name in sorted(ICONS.split()):
            drawing = re.sub(
                r"^.*?<svg[^>]*>|</svg>.*$", "", box.read(f"{name}.svg").decode(), flags=re.DOTALL
            )
            shapes = re.sub(r"\s*\n\s*", "", drawing).replace(" />", "/>")
            symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def provenance() -> None:
    """Write what was built from what, with the hash of each result."""
    lines = [
        "# Where these files come from",
        "",
        "Built by `make assets` (tools/assets.py) from:",
        "",
    ]
    lines += [f"- `{name}`, SHA-256 `{digest}`" for name, digest in PACKAGES.items()]
    lines += ["", "| File | Bytes | SHA-256 | Licence |", "| --- | --- | --- | --- |"]
    for path in [*sorted((ASSETS / "fonts").glob("*.woff2")), ASSETS / "icons.svg"]:
        data = path.read_bytes()
        licence = "ISC (Lucide)" if path.suffix == ".svg" else "OFL-1.1"
        digest = hashlib.sha256(data).hexdigest()
        lines.append(f"| {path.relative_to(ASSETS)} | {len(data)} | `{digest}` | {licence} |")
    lines += ["", "The style sheets and `js/kit.js` are our own.", ""]
    (ASSETS / "LICENSES" / "PROVENANCE.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
