"""People who serve, manage or are sent the lead, where only the whole body tells them from who asks."""

import re
from collections.abc import Sequence
from dataclasses import replace

from leads.identity import is_email
from leads.inference.fields import Field
from leads.inference.names import could_be_a_name
from leads.inference.ranking import is_bare, ownership, says
from leads.inference.vocabulary import EMAIL, FULL_NAME, NAME, PERSON, PHONE, SOME_NAME
from leads.inference.words import any_of, only, plain

# A parent is responsible for a pupil, a manager for a company, and a salesperson for a client.
_EITHER = any_of(
    """
    responsave(?:l|is), responsables?, responsible, in charge, encarregad[oa], encargad[oa], gestora?, gestores,
    diretora?, directora?, director, coordenadora?, coordinadora?, coordinator, plantonista, destinatari[oa]s?,
    recipients?, delivered to, sent to, notify, notificar, recepcao, recepcion, (?<!para )(?<!de )atendimento
    """
)
_ADDRESSEE = only(
    """
    (?:to|para|cc|bcc)(?: (?:e ?mail|mail|address|name|nome|nombre|phone|telefone|fone|whats ?app|number|numero))?,
    (?:e ?mail|mail|name|nome|nombre|phone|telefone|fone) to
    """
)
_REPRESENTED = any_of(
    """
    alun[oa]s?, alumn[oa]s?, students?, child(?:ren)?, kids?, filh[oa]s?, hij[oa]s?, criancas?, nin[oa]s?, menor,
    bebe, baby, pet, idosa?o?, dependentes?, dependents?, escola, school, escuela, colegio, turma, serie
    """
)
_COMPANY = any_of(
    "empresas?, company, compania, razao social, razon social, cnpj, nome fantasia, organizacao, organization"
)


def with_office_told(fields: Sequence[Field]) -> list[Field]:
    """The same fields, those marked that speak of whoever serves the client or was sent the notice."""
    either = [one for one in fields if _is_either(one)]
    if not either:
        return list(fields)
    others = [one for one in fields if not _is_either(one)]
    if any(_speaks_of(_REPRESENTED, one) for one in others):
        return list(fields)
    own = [one for one in others if ownership(one) >= 0 and not is_email(one.line)]
    if any(_names_a_client(one) for one in own):
        office = either
    else:
        # Nobody else is named, so the name may be the client's; the address is not, where another phone is
        office = [one for one in either if _is_address(one)] if _is_reached(own, others) else []
    marked = {id(one) for one in office}
    return [replace(one, is_office=True) if id(one) in marked else one for one in fields]


def _is_reached(own: Sequence[Field], others: Sequence[Field]) -> bool:
    is_company = any(_speaks_of(_COMPANY, one) for one in others)
    return not is_company and any(says(PHONE, one) and any(map(str.isdigit, one.line)) for one in own)


def _is_address(one: Field) -> bool:
    return "@" in one.line or sum(map(str.isdigit, one.line)) >= 7


def _names_a_client(one: Field) -> bool:
    is_said = is_bare(NAME, one) or says(FULL_NAME, one) or says(SOME_NAME, one) or says(PERSON, one)
    is_contact = says(EMAIL, one) or says(PHONE, one)
    return is_said and not is_contact and could_be_a_name(one)


def _is_either(one: Field) -> bool:
    return _speaks_of(_EITHER, one) or any(
        _ADDRESSEE.match(name) for name in (*one.words, *map(plain, one.context))
    )


def _speaks_of(pattern: re.Pattern[str], one: Field) -> bool:
    names = (*one.words, *map(plain, one.context))
    return any(pattern.search(name) and len(name.split()) <= 8 for name in names)
