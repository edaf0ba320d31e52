"""Entrances of one noun a module, and who may use them.

A module here holds ``SECTIONS``, ``ACTIONS`` and ``ROUTES`` as ``test_matrix`` describes them, and
``WRITTEN``: tables that nothing refused may have written to. What an entrance is about is made by
``scene.of(Factory)``: a class that is given the world, made once a scene. ``STAGED`` names the
factories that stand ready before an entrance whose name begins so is tried.
"""

import pkgutil
from importlib import import_module
from typing import Any

_found = [import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]


def gathered(name: str) -> dict[str, Any]:
    """Join what every module says under that name."""
    joined: dict[str, Any] = {}
    for module in _found:
        joined |= getattr(module, name, {})
    return joined


def tables() -> tuple[Any, ...]:
    """Join the tables of every module."""
    return tuple(t for module in _found for t in getattr(module, "WRITTEN", ()))
