"""The words for numbers in Portuguese, Spanish and English, folded."""

from __future__ import annotations

# Where "1.500" is one and a half and "1,500" a thousand and a half; so in Mexico and Peru (CLDR)
DOT_DECIMAL_COUNTRIES = frozenset(
    [
        "US",
        "GB",
        "CA",
        "AU",
        "NZ",
        "IE",
        "IN",
        "ZA",
        "MX",
        "GT",
        "HN",
        "NI",
        "SV",
        "PA",
        "DO",
        "PR",
        "PE",
        "PH",
        "SG",
        "HK",
        "JP",
        "CN",
        "IL",
        "NG",
        "KE",
    ]
)

UNITS = {
    "zero": 0, "cero": 0, "um": 1, "uma": 1, "uno": 1, "una": 1, "un": 1, "one": 1, "dois": 2, "duas": 2,
    "dos": 2, "two": 2, "tres": 3, "three": 3, "quatro": 4, "cuatro": 4, "four": 4, "cinco": 5, "five": 5,
    "seis": 6, "six": 6, "sete": 7, "siete": 7, "seven": 7, "oito": 8, "ocho": 8, "eight": 8, "nove": 9,
    "nueve": 9, "nine": 9, "dez": 10, "diez": 10, "ten": 10, "onze": 11, "once": 11, "eleven": 11,
    "doze": 12, "doce": 12, "twelve": 12, "treze": 13, "trece": 13, "thirteen": 13, "quatorze": 14,
    "catorze": 14, "catorce": 14, "fourteen": 14, "quinze": 15, "quince": 15, "fifteen": 15,
    "dezesseis": 16, "dieciseis": 16, "sixteen": 16, "dezessete": 17, "diecisiete": 17, "seventeen": 17,
    "dezoito": 18, "dieciocho": 18, "eighteen": 18, "dezenove": 19, "diecinueve": 19, "nineteen": 19,
    "vinte": 20, "veinte": 20, "twenty": 20, "veintiun": 21, "veintiuno": 21, "veintiuna": 21,
    "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26,
    "veintisiete": 27, "veintiocho": 28, "veintinueve": 29, "trinta": 30, "treinta": 30, "thirty": 30,
    "quarenta": 40, "cuarenta": 40, "forty": 40, "cinquenta": 50, "cincuenta": 50, "fifty": 50,
    "sessenta": 60, "sesenta": 60, "sixty": 60, "setenta": 70, "seventy": 70, "oitenta": 80, "ochenta": 80,
    "eighty": 80, "noventa": 90, "ninety": 90, "cem": 100, "cento": 100, "cien": 100, "ciento": 100,
    "duzentos": 200, "duzentas": 200, "doscientos": 200, "doscientas": 200, "trezentos": 300,
    "trezentas": 300, "trescientos": 300, "trescientas": 300, "quatrocentos": 400, "quatrocentas": 400,
    "cuatrocientos": 400, "cuatrocientas": 400, "quinhentos": 500, "quinhentas": 500, "quinientos": 500,
    "quinientas": 500, "seiscentos": 600, "seiscientos": 600, "setecentos": 700, "setecientos": 700,
    "oitocentos": 800, "ochocientos": 800, "novecentos": 900, "novecientos": 900,
}  # fmt: skip
HALVES = {"meio": 0.5, "meia": 0.5, "medio": 0.5, "media": 0.5, "half": 0.5, "quarter": 0.25}
# "luca" is a thousand pesos in Chile and Argentina, "palo" a million, "mdp" Mexican for millions of pesos
MULTIPLIERS = {
    "k": 1e3, "mil": 1e3, "thousand": 1e3, "grand": 1e3, "lucas": 1e3, "luca": 1e3, "lukas": 1e3, "luka": 1e3,
    "milhao": 1e6,    "milhoes": 1e6, "milhaozinho": 1e6, "millon": 1e6, "millones": 1e6, "million": 1e6,
    "millions": 1e6,
    "mi": 1e6, "mm": 1e6, "m": 1e6, "kk": 1e6, "palo": 1e6, "palos": 1e6, "mill": 1e6, "mio": 1e6,
    "mdp": 1e6,
}  # fmt: skip
# The words for one that also say "a": by themselves they count nothing
ARTICLES = frozenset({"um", "uma", "un", "una", "uno", "one", "a"})
CONNECTORS = frozenset({"e", "y", "and", "de"})
HUNDRED = frozenset({"hundred"})
DOZENS = {"duzia": 12, "docena": 12, "dozen": 12, "decena": 10, "dezena": 10}
