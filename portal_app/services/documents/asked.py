"""What a definition asks and how it is scored, read from what is stored."""

from functools import lru_cache
from typing import Any
