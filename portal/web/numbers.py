"""Numbers as people read them: 1,234 · 12.3k · $0.0012."""

from decimal import Decimal

SMALL = Decimal("0.01")
SMALLEST = Decimal("0.0001")
THOUSAND = 1000
SUFFIXES = ("", "k", "M", "B", "T")


def count(number: int) -> str:
    return f"{number:,}"


def compact(number: float) -> str:
    """For axes: three figures and a letter."""
    suffixes = iter(SUFFIXES)
    suffix = next(suffixes)
    while abs(number) >= THOUSAND:
        number, suffix = number / THOUSAND, next(suffixes)
    return f"{number:.3g}{suffix}"


def usd(amount: Decimal | float) -> str:
    """Cents, and below a cent as many places as it takes to see something."""
    amount = Decimal(str(amount))
    if 0 < amount < SMALLEST:
        return f"<${SMALLEST}"
    return f"${amount:,.4f}" if 0 < amount < SMALL else f"${amount:,.2f}"
