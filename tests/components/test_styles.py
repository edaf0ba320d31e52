import re
from pathlib import Path

from portal_app.components import styles

CSS = styles.ASSETS / "css"
PACKAGE = styles.ASSETS.parent


def declarations(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block))


def test_the_order_of_layers_is_said_first():
    assert styles.stylesheet().startswith("@layer theme, base, quasar, nicegui, components,")


def test_nothing_is_lost_by_making_it_small():
    css = styles.minified(
        "/* c */ a > b , c { color : red ; margin: 0 auto; }\n@media (x) { d { e: f } }"
    )
    assert css == "a>b,c{color : red;margin: 0 auto}@media (x){d{e: f}}"
    whole = "".join((CSS / sheet).read_text() for sheet in styles.SHEETS)
    whole = re.sub(r"/\*.*?\*/", "", whole, flags=re.DOTALL)
    assert styles.stylesheet().count("{") == whole.count("{")


def test_every_class_of_ours_carries_the_prefix():
    own = [CSS / s for s in styles.SHEETS if s not in {"quasar-overrides.css", "fonts.css"}]
    text = re.sub(
        r"/\*.*?\*/|url\([^)]*\)|\{[^{}]*\}",
        " ",
        "".join(p.read_text() for p in own),
        flags=re.DOTALL,
    )
    foreign = {
        "hidden",
        "q-layout",
        "q-page-container",
        "q-page",
        "nicegui-content",
        "nicegui-error-popup",
    }
    names = set(re.findall(r"\.([A-Za-z][\w-]*)", text))
    assert {name for name in names if not name.startswith("lw-")} <= foreign
    assert len(names) > 150


def test_every_class_that_python_uses_is_in_the_sheet():
    known = set(re.findall(r"\.(lw-[\w-]+)", styles.stylesheet()))
    hooks = {"lw-tabpanel"}
    missing = {}
    for path in PACKAGE.rglob("*.py"):
        used = set(re.findall(r"(?<![\w-])lw-[a-z0-9][\w-]*", path.read_text(encoding="utf-8")))
        if lost := {u for u in used if not u.endswith("-")} - known - hooks:
            missing[path.name] = lost
    assert missing == {}


def test_dark_by_system_and_dark_by_choice_are_equal():
    tokens = (CSS / "tokens.css").read_text()
    _, rest = tokens.split("@media (prefers-color-scheme: dark)")
    system, chosen = rest.split(':root[data-theme="dark"]')
    chosen = chosen.split("@media")[0]
    assert declarations(system) == declarations(chosen)
    assert len(declarations(chosen)) > 30


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_and_edges_can_be_read_in_both_themes():
    tokens = (CSS / "tokens.css").read_text()
    light = declarations(tokens.split("@media (prefers-color-scheme: dark)")[0])
    dark = light | declarations(tokens.split(':root[data-theme="dark"]')[1].split("@media")[0])
    pairs = [("ink", "bg"), ("ink-2", "surface-2"), ("ink-3", "bg"), ("ink-3", "surface-2")]
    pairs += [
        ("link", "bg"),
        ("on-brand", "brand"),
        ("on-danger", "danger"),
        ("brand", "brand-tint"),
    ]
    pairs += [
        (kind, f"{kind}-tint") for kind in ("warn", "danger", "info", "ok", "p1", "p2", "p3", "p4")
    ]
    for theme in (light, dark):
        for text, ground in pairs:
            assert contrast(theme[f"--{text}"], theme[f"--{ground}"]) >= 4.5, (text, ground)
        for edge in ("line-strong", "focus"):
            for ground in ("bg", "surface"):
                assert contrast(theme[f"--{edge}"], theme[f"--{ground}"]) >= 3, (edge, ground)


def test_preloaded_fonts_exist_and_are_small():
    files = [
        styles.ASSETS / address.removeprefix("/assets/") for address in styles.preloaded_fonts()
    ]
    assert len(files) == 2
    assert all(path.stat().st_size < 45_000 for path in files)
    sheet = (CSS / "fonts.css").read_text()
    for address in re.findall(r'url\("/assets/([^"]+)"\)', sheet):
        assert (styles.ASSETS / address).is_file()


def test_everything_is_served_by_us():
    for path in styles.ASSETS.rglob("*"):
        if path.suffix in {".css", ".js"}:
            assert not re.search(r"(?:url\(|import )[\"']?https?:", path.read_text()), path.name


def test_where_the_assets_come_from_is_written_down():
    provenance = (styles.ASSETS / "LICENSES" / "PROVENANCE.md").read_text()
    for path in Path(styles.ASSETS / "fonts").glob("*.woff2"):
        assert path.name in provenance
    assert {p.name for p in (styles.ASSETS / "LICENSES").glob("*.txt")} == {
        "lucide-icons.txt",
        "newsreader.txt",
        "public-sans.txt",
    }
