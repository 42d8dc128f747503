"""Labels and keys as plain words, so that `your-name`, `q3_nome` and `Qual é o seu nome?` read alike."""

import re
import unicodedata
from functools import lru_cache

# "firstName" is first name, "URLPagina" is URL Pagina
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_DIGIT_EDGE = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")


# A source sends the same keys with every lead
@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Lower case, without accents, camelCase and digits apart, one space between words."""
    spaced = _CAMEL.sub(" ", text[:300])
    # Letters that are not Latin fall away; `leads.rules` compares those as they are written
    folded = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    return _DIGIT_EDGE.sub(" ", _NOT_WORD.sub(" ", folded)).strip()


def any_of(text: str) -> re.Pattern[str]:
    """A pattern that finds any of the phrases, parted by commas (each a pattern), as whole words."""
    return re.compile(rf"(?:^|\s)(?:{'|'.join(phrases(text))})(?=\s|$)")


def only(text: str) -> re.Pattern[str]:
    """A pattern for a text that is nothing but one of the phrases."""
    return re.compile(rf"^(?:{'|'.join(phrases(text))})$")


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def phrases(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]


# Words around a key that say nothing about what it holds.
_NOISE = any_of(
    r"""
    q, f, c, cf, field, fields, form fields?, input, txt, campo, question, pergunta, pregunta,
    resposta, respuesta, answer, your, my, seu, sua, tu, su, o, a, os, el, la, de, do, da, del, the,
    wpforms, et pb contact, mauticform, data, custom, user, client[ea]?, customer, lead, contact,
    contacto, contato, person, pessoa, persona, main, principal, primary, value, obrigatorio,
    required, opcional, optional, si, no, nm, nr, nro, ds, cd, tx, tp, what, whats, is, s, qual, e, y, and,
    cual, es, please, enter, informe, digite, insira, ingrese, escreva, escriba, buyer, comprador,
    visitor, visitante, applicant, student, aluno, guest, patient, paciente, subscriber, proponente,
    titular, from, responsavel, responsable, attendee, \d+
    """
)


@lru_cache(maxsize=8192)
def bare(text: str) -> str:
    """Plain words without those that say nothing; the whole text where nothing else is left."""
    words = plain(text)
    kept = " ".join(word for word in words.split() if not _NOISE.fullmatch(word))
    return kept or words
