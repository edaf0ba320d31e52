"""The books once more, by another hand: every unit of money is a coin that lies somewhere."""

from dataclasses import dataclass, field


@dataclass
class Coin:
    """One unit of a payment, a credit or a write-off; it lies on an invoice, or on none."""

    on: int | None = None


@dataclass
class Purse:
    """The coins of one entry; those that were given back are gone."""

    kind: str
    coins: list[Coin]
    about: int | None = None
    """The invoice that a credit note is about."""
    given: int = 0
    """How many coins it had."""


@dataclass
class Paper:
    """An invoice."""

    number: int
    total: int
    void: bool = False
    refunded: int = 0


@dataclass
class Books:
    """Everything of one chart."""

    papers: list[Paper] = field(default_factory=list)
    purses: list[Purse] = field(default_factory=list)
    handed_back: int = 0

    # -------------------------------------------------------------- what it says
    def laid(self, number: int, kind: str = "") -> int:
        """How many coins lie on an invoice."""
        return sum(
            coin.on == number for p in self.purses if kind in {"", p.kind} for coin in p.coins
        )

    def due(self, paper: Paper) -> int:
        return 0 if paper.void else paper.total - self.laid(paper.number)

    def balance(self) -> int:
        asked = sum(p.total for p in self.papers if not p.void)
        return asked - sum(p.given for p in self.purses) + self.handed_back

    def free(self) -> int:
        return sum(c.on is None for p in self.purses for c in p.coins)

    def state(self, paper: Paper) -> str:
        n = paper.number
        if paper.void:
            return "void"
        if self.due(paper):
            return "partly_paid" if self.laid(n) else "open"
        if self.laid(n, "off"):
            return "written_off"
        if paper.refunded:
            return "partly_refunded" if self.laid(n, "pay") else "refunded"
        return "credited" if self.laid(n, "credit") == paper.total else "paid"

    def creditable(self, paper: Paper) -> int:
        noted = sum(p.given for p in self.purses if p.kind == "credit" and p.about == paper.number)
        return 0 if paper.void else paper.total - noted - self.laid(paper.number, "off")

    # -------------------------------------------------------------- what happens
    def ask(self, number: int, total: int) -> None:
        self.papers.append(Paper(number, total))

    def give(self, kind: str, amount: int, about: int | None = None) -> Purse:
        purse = Purse(kind, [Coin() for _ in range(amount)], about, amount)
        self.purses.append(purse)
        return purse

    def lay(self, purse: Purse, only: int | None = None) -> None:
        """Lay free coins on what is due, one after the other, the lowest number first."""
        for coin in purse.coins:
            if coin.on is not None:
                continue
            for paper in self.papers:
                if self.due(paper) > 0 and only in {None, paper.number}:
                    coin.on = paper.number
                    break

    def hand_back(self, purse: Purse, amount: int, *, reopens: bool) -> None:
        """Take coins out of a purse: the free ones, then from the highest number."""
        order = sorted(purse.coins, key=lambda c: -(10**9 if c.on is None else c.on))
        self.handed_back += amount
        for coin in order[:amount]:
            purse.coins.remove(coin)
        for number in sorted({c.on for c in order[:amount] if c.on is not None}, reverse=True):
            paper = next(p for p in self.papers if p.number == number)
            missing = sum(c.on == number for c in order[:amount])
            if reopens:
                continue
            before = missing
            for note in self.purses:
                if note.kind == "credit" and note.about == number:
                    for coin in note.coins:
                        if coin.on is None and missing:
                            coin.on, missing = number, missing - 1
            more = min(missing, self.creditable(paper))
            if more:
                for coin in self.give("credit", more, number).coins:
                    coin.on = number
            paper.refunded += before - missing + more
