"""Write docs/configuration.md and .env.example from the settings' own descriptions: `make docs`."""

import sys
from pathlib import Path

from pydantic_core import PydanticUndefined

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from portal_app.config import Settings  # noqa: E402 - after the path

PREFIX = str(Settings.model_config.get("env_prefix", ""))
HEAD = """# Configuration

What the machine decides is an environment variable; there is no settings file that the portal
reads by itself. What the practice decides (hours, policies, colours, reply time, crisis line)
is under Settings on screen. This page is written from the code by `make docs`.

| Variable | Default | What |
|---|---|---|
"""
EXAMPLE = "# Copy what you need, uncomment it, and give it to the service that runs the portal.\n\n"


def settings() -> list[tuple[str, str, str]]:
    """Name, default and description of every setting."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in {None, PydanticUndefined} else str(field.default)
        rows.append((f"{PREFIX}{name}".upper(), default, field.description or ""))
    return rows


def page() -> str:
    """Give the text of docs/configuration.md."""
    lines = [
        f"| `{name}` | {f'`{default}`' if default else 'empty'} | {what.replace('|', chr(92) + '|')} |"
        for name, default, what in settings()
    ]
    return HEAD + "\n".join(lines) + "\n"


def example() -> str:
    """Give the text of .env.example."""
    return EXAMPLE + "\n".join(f"# {what}\n#{n}={default}\n" for n, default, what in settings())


if __name__ == "__main__":
    (ROOT / "docs" / "configuration.md").write_text(page())
    (ROOT / ".env.example").write_text(example())
