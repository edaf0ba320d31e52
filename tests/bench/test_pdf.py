"""Other people's pages while a record full of traps is made into a PDF."""

from pathlib import Path
from statistics import median

from tests.bench.conftest import Figures
from tests.product import Product
from tests.routes.test_pdf import rounds
from tests.served import Arrive

SLOWER_MOST = 2.0
ROUNDS = 5


def test_it_slows_nobody_down(
    served: Product, arrive: Arrive, tmp_path: Path, figures: Figures
) -> None:
    _, ratios = rounds(served, arrive, tmp_path, "127.0.0.1:9", ROUNDS)
    figures.add("p95 of Home beside a PDF full of traps, against alone", f"{median(ratios):.2f}")
    assert median(ratios) <= SLOWER_MOST, ratios
