"""An amount of money in the words of a form: `R$ 500 mil`, `até_r$_500_mil`, `350k`, `1.134,56`."""

import re
from decimal import Decimal, InvalidOperation

from leads.inference.words import plain

# "R$ 350 mil", "1,2 milhão", "350k", Mexico's "1.8 mdp" (millones de pesos); of "350 m²" no millions; of "1e400" no 400
_AMOUNT = re.compile(
    r"(?<!\de)(?<!\de[+-])(\d[\d.,\u00a0 ]*\d|\d)"
    r"\s*(milh(?:[aã]o|[oõ]es)|mill(?:[oó]n(?:es)?|ions?)|mi|mm|mdp|mdd|m|mil|thousand|k)?\b",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"-?\d+(?:\.\d+)?e[+-]?\d{1,6}", re.IGNORECASE)
_MILLIONS = ("milh", "mill", "mi", "mm", "m")
_THOUSANDS = ("mil", "thousand", "k")
# `Lead.value` has twelve digits before the comma
_LIMIT = Decimal(10) ** 12


def read_money(value: str | int | float) -> Decimal | None:
    """The amount, of a range its upper end; None where there is none or it makes no sense."""
    if isinstance(value, int | float):
        return _sensible(Decimal(str(value)))
    text = value.replace("_", " ").strip()
    if len(text) > 80:
        return None
    if _SCIENTIFIC.fullmatch(text):
        return _sensible(Decimal(text))
    found = [(match[1], (match[2] or "").lower()) for match in _AMOUNT.finditer(text)]
    amounts = [amount for digits, unit in found if (amount := _amount(digits, unit or _shared_unit(found)))]
    # The upper end: what somebody may spend, not what they hope for
    return _sensible(max(amounts)) if amounts else None


def _shared_unit(found: list[tuple[str, str]]) -> str:
    """`300 a 500 mil` means thousands both times."""
    # A longer first number was written out: "200.000 a 500 mil"
    return found[-1][1] if len(found) > 1 and len(found[0][0]) <= 4 else ""


def _amount(digits: str, unit: str) -> Decimal | None:
    try:
        number = Decimal(_plain_digits(digits))
    except InvalidOperation:
        return None
    folded = plain(unit)
    # First, for "mil" begins like "milhão"
    if folded in _THOUSANDS:
        return number * 1000
    return number * 1_000_000 if folded and folded.startswith(_MILLIONS) else number


def _plain_digits(digits: str) -> str:
    """The last sign with one or two digits behind it is the decimal sign; the others part thousands."""
    digits = re.sub(r"[\s\u00a0]", "", digits)
    match = re.fullmatch(r"(.*?)[.,](\d{1,2})", digits)
    whole, cents = (match[1], match[2]) if match else (digits, "")
    return re.sub(r"[.,]", "", whole) + (f".{cents}" if cents else "")


def _sensible(amount: Decimal) -> Decimal | None:
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and 0 <= amount < _LIMIT else None
