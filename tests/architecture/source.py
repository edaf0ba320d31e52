"""The project's own files, read once for the sweeps."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "portal_app"
IGNORED = {".venv", ".git", "data", "data-demo", "out", "__pycache__"}
NOT_TEXT = {".png", ".woff2", ".gz", ".ico", ".pdf", ".jpg"}


def named(path: Path) -> str:
    """The path as a reader writes it."""
    return path.relative_to(ROOT).as_posix()


@cache
def modules(folder: Path) -> dict[Path, ast.Module]:
    """Every module below a folder, or the module itself, parsed."""
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
    return {p: ast.parse(p.read_text(), str(p)) for p in paths}


@cache
def texts() -> dict[str, str]:
    """Every text file that belongs to the project; without git, every file that would."""
    known = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if known.returncode:
        paths = [p for p in ROOT.rglob("*") if not IGNORED & set(p.relative_to(ROOT).parts[:1])]
    else:
        paths = [ROOT / line for line in known.stdout.splitlines()]
    return {
        named(p): p.read_text(errors="replace")
        for p in paths
        if p.is_file() and p.suffix not in NOT_TEXT and "__pycache__" not in p.parts
    }


def imports(tree: ast.Module) -> set[str]:
    """The dotted names that a module imports, each name of a from-import included."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found
