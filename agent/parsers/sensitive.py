"""Cards and personal documents: recognised so that they are never stored, logged or sent to a model."""

from __future__ import annotations

import re

from agent.parsers.found import Found, clean, fold

# 13 to 19 digits (ISO/IEC 7812); after "+" it is a phone number
CARD = re.compile(r"(?<![\d+])(?:\d[ .-]?){12,18}\d(?!\d)")
# Eleven digits are a Brazilian mobile number too: the check digits below tell them apart
CPF = re.compile(r"(?<!\d)\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?!\d)")
# Taken with its slash only: fourteen plain digits may be a bar code or an order
CNPJ = re.compile(r"(?<!\d)\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}(?!\d)")
# With its hyphens only: nine plain digits are a phone number without the area code in Brazil
SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
SECURITY_CODE = re.compile(
    r"(?<!\w)(?:cvv|cvc|cod(?:igo)? de seguran\w+|codigo de seguridad|"
    r"security code)\W{0,4}(?:\w{1,3}\W+)?(\d{3,4})(?!\d)"
)
EXPIRY = re.compile(r"(?<!\w)(?:val(?:idade)?|venc\w*|exp\w*|vto)\W{0,4}(\d{1,2}/\d{2,4})(?!\d)")
ANNOUNCED = re.compile(
    r"(?<!\w)(?:cpf|rg|dni|curp|rut|cuit|cuil|cedula|ssn|passaporte|pasaporte|passport|senha|contrasena|password)"
    r"\W{0,4}(?:(?:e|es|is|do|da|n|no|numero|number)\W+)*([\w.-]*\d[\w.-]{3,})"
)


def parse(text: str) -> list[Found]:
    """`value` names the kind: card, cvv, expiry, cpf, cnpj, ssn or document."""
    folded = fold(clean(text))
    found = [_kind("card", match.span(), text) for match in CARD.finditer(folded) if _is_card(match[0])]
    found += [_kind("cpf", match.span(), text) for match in CPF.finditer(folded) if _is_cpf(match[0])]
    found += [_kind("cnpj", match.span(), text) for match in CNPJ.finditer(folded) if "/" in match[0]]
    found += [_kind("ssn", match.span(), text) for match in SSN.finditer(folded)]
    found += [_kind("cvv", match.span(1), text) for match in SECURITY_CODE.finditer(folded)]
    # Alone "validade 12/27" is that of a document or a policy, which clients do tell
    if any(item.value in {"card", "cvv"} for item in found):
        found += [_kind("expiry", match.span(1), text) for match in EXPIRY.finditer(folded)]
    found += [_kind("document", match.span(1), text) for match in ANNOUNCED.finditer(folded)]
    return _without_overlaps(found)


def mask_sensitive(text: str) -> str:
    """The text with every card and document number replaced by its kind, as in "[card]"."""
    masked = clean(text)
    # From the end, so that the places of those before stay right
    for item in sorted(parse(masked), key=lambda found: found.start, reverse=True):
        masked = masked[: item.start] + f"[{item.value}]" + masked[item.end :]
    return masked


def _kind(kind: str, span: tuple[int, int], text: str) -> Found:
    return Found(kind, text[span[0] : span[1]], *span)


def _without_overlaps(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for item in found:
        if not any(item.overlaps(other) for other in kept):
            kept.append(item)
    return kept


def _is_card(digits: str) -> bool:
    """Four groups of four look like a card even where a digit was mistyped."""
    return bool(re.fullmatch(r"\d{4}([ .-])\d{4}\1\d{4}\1\d{1,4}", digits)) or _luhn(
        re.sub(r"\D", "", digits)
    )


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if index % 2 else 1) for index, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _is_cpf(text: str) -> bool:
    digits = [int(digit) for digit in re.sub(r"\D", "", text)]
    # 111.111.111-11 passes the sum and is no CPF that anybody was given
    if len(set(digits)) == 1:
        return False
    # With its dots it is meant as one, check digits or not: a mistyped CPF is as private
    written_as_cpf = bool(re.fullmatch(r"\d{3}\.\d{3}\.\d{3}-\d{2}", text))
    return written_as_cpf or all(_check_digit(digits[:size]) == digits[size] for size in (9, 10))


def _check_digit(digits: list[int]) -> int:
    weighted = sum(
        digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True)
    )
    # Receita Federal's rule: modulo 11, where a remainder of 10 counts as 0
    return (weighted * 10) % 11 % 10
