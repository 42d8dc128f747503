"""What the person consented to: every box that was ticked or left empty, with the words beside it."""

from collections.abc import Iterable

from leads.inference.fields import Field
from leads.inference.paths import told_apart
from leads.inference.ranking import says
from leads.inference.words import any_of, plain, word_set

_CONSENT = any_of(
    """
    consent(?:imento|imiento)?, lgpd, gdpr, aceit[oae]r?, aceite, acepto, acepta, accept(?:ed|s)?,
    opt ?in, privacy, privacidade, privacidad, terms, termos, terminos, newsletter, autorizo,
    autorizacao, autorizacion, concordo, i agree, agree(?:ment)?, marketing, legal basis, permission,
    autoriza[rs]?, concorda[rs]?, concuerda, aceitas?, aceptas?, permit[oe]s?, rgpd, subscribed?,
    tratamento de (?:meus |seus )?dados, tratamiento de (?:mis |sus |tus )?datos, proteccion de datos,
    protecao de dados
    """
)
_YES = word_set("1 accepted aceito acepto agree checked concordo granted on s si sim true y yes")
_NO = word_set("0 declined denied false n nao no off revoked")


def pick_consent(fields: Iterable[Field]) -> tuple[dict[str, dict[str, object]], tuple[Field, ...]]:
    """{path: {given, text}} for every box that was ticked or left empty, with the words beside it."""
    boxes = [one for one in fields if _asks_consent(one) and _answered(one) is not None]
    return consent_in(boxes), tuple(boxes)


def _asks_consent(one: Field) -> bool:
    # The number of a box says nothing of what is in it
    if any(words.endswith((" id", " ids")) for words in one.words):
        return False
    return says(_CONSENT, one) or bool(_CONSENT.search(plain(one.type)))


def consent_in(boxes: Iterable[Field]) -> dict[str, dict[str, object]]:
    """Of fields that are known to be boxes: one that came with anything but a no was ticked."""
    return {
        name: {"given": _answered(one) is not False, "text": " ".join(one.labels) or one.key}
        for name, one in told_apart(boxes).items()
    }


def _answered(one: Field) -> bool | None:
    if isinstance(one.value, bool):
        return one.value
    folded = plain(one.line)
    if not folded or folded in _NO:
        return False
    # A ticked box often comes as its own label
    is_repeated = any(folded and folded == plain(label) for label in one.labels)
    return True if folded in _YES or is_repeated or _CONSENT.search(folded) else None
