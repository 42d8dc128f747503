"""Words of an opt-out from somebody who stays: other lists, other notes, a wish that goes on.

Who is taken for gone is never written to again, so the doubtful ones are kept; what they want is heard beside.
"""

from __future__ import annotations

import re

# Nobody who says this means anything else, whatever they say beside
PLAIN = re.compile(
    r"unsubscribe|descadastr|opt(?:ing|s)?(?: me)?[ -]out|inscri[cp]|suscrip|subscription|lose my"
)
WISH = (
    r"(?:quero|queria|queremos|quiero|quisiera|(?:i|we) (?:want|need)|need|i.d (?:like|rather)|looking for|preciso|"
    r"precisamos|necesito|necesitamos|procuro|busco|prefiro|prefiero|me (?:mostra|mostre|liga|ligue|liguem)|"
    r"muestr[ae]me|muestrenme|mand[ae]me|mandenme|llam[ae]me|llamenme|call (?:me|us)|contratar|comprar|alugar|rentar|"
    r"alquilar|financiar|vou (?:comprar|alugar)|voy a (?:comprar|rentar|alquilar)|"
    r"(?:the|o|el) (?:\w+ )?(?:price|preco|precio|valor))"
)
GONE = (
    r"(?:que|sair|salir\w*|baja|cancel\w*|descadastr\w*|par(?:ar|em|e)|paz|tranquil\w*|sossego|descans\w*|outr[ao]s?|"
    r"otr[ao]s?|another|else\w*|exclu\w*|remo\w*|tir[ae]\w*|delet\w*|apag\w*|unsub\w*|out|off|stop\w*|peace|alone|"
    r"distancia|trabalh\w*|work|dormir|sleep|nada|nothing|borr\w*|elimin\w*|quit\w*|mais|mas|more|block\w*|bloque\w*|denunci\w*|report\w*|dejen|"
    r"nao|no|not|nunca|never|dados|datos|data|you|voces|vcs|ustedes)"
)
# "no quiero promociones, quiero el precio real", "parem de mandar foto e me liguem"
GOES_ON = re.compile(
    r"(?:^|[,.;!\n]|(?<!\w)(?:e|y|and|mas|pero|but|sino|por isso|por eso|entao|antes de))\W*"
    r"(?:(?:e|y|and|mas|pero|but|sino|so|solo|just|only|agora|ahora|now|eu|yo|por isso|por eso|entao)\s+){0,3}"
    rf"{WISH}(?!\w)(?!(?:\W+\w+){{0,3}}?\W+{GONE}(?!\w))"
)
# "me tira da lista de espera", "tirar meu nome do serasa", "take me out of the city"
ANOTHER_LIST = re.compile(
    r"\W+(?:(?:of|the|a|an|o|os|la|el|las|los|da|do|de|del|das|dos|your|this|that|sua|seu|su)\s+){0,3}(?:espera|wait\w*|"
    r"devedor\w*|deudor\w*|convidad\w*|invitad\w*|guest|serasa|spc|familiar|imovel|inmueble|city|country|"
    r"cold|rain|lease|mortgage|contrato|contract|escritura|iptu|financiamento|divida|processo|old|buro|veraz|deed)(?!\w)"
)
# "não torne a me ligar antes das 10", "I don't want to hear from you until Monday"
FOR_A_WHILE = re.compile(
    r"(?: (?!nunca|never|mais|mas)\w+){0,2}? (?:antes d\w+|depois d\w+|despues d\w+|hoje|hoy|today|before|after|until|"
    r"till|ate (?!o fim|nunca)|hasta (?!nunca)|de manha|em la manana|en la manana|por la manana|pela manha|at night|"
    r"de noche|a noite|durante|during|fora d\w+|fuera d\w+|while)(?!\w)(?! (?:i|we|nem|ni|nor|or)(?!\w))"
)
# "no me vuelvas a mandar el mismo enlace", "não quero mais ser incomodada pelos vizinhos"
OF_OTHERS = re.compile(
    r"(?: (?:me|nos|us))?(?: (?:el|la|o|a|the))? (?:mism[oa]|mesm[oa]|same)(?!\w)|"
    r"\w* pel[oa]s? (?!voces|vcs|empresa|equipe|bot|robo)|"
    r" por (?:mis?|los|las) (?!ustedes)|"
    r"\w* (?:from|of|de|d[ao]s?|con|com) (?:an?|as?|os?|las?|los|el)? ?(?:other|another|"
    r"outr|otr|vizinh|vecin|landlord|neighbo)|"
    r" (?:\w+ )?(?:aluguel|alquiler|renta|multa|boleto|conta alta|visita)s?(?!\w)|"
    r" (?:en|na|no|on|in) (?:mi|minha|meu|my) (?:pagina|page|site|sitio|web\w*|perfil|feed|loja|tienda|casa)(?!\w)"
)
# "quiero dar de baja mi seguro actual", "cancelar o envio das fotos"
THEIR_OWN_THING = re.compile(
    r" (?:a |o |el |la )?(?:mi|meu|minha|my|nuestr\w+|noss\w+)(?: \w+)? ?(?:seguro|poliza|apolice|plan\w*|contrato|"
    r"tarjeta|carro|auto|coche|vehiculo|linea|internet|sistema|crm)(?!\w)|"
    r" d[aeo]s? (?:fotos?|videos?|documentos?|proposta|contrato|orcamento)(?!\w)"
)
BY_PHONE = re.compile(r"\w* (?:mas |mais )?(?:por (?:telefone|telefono|llamadas?|ligacao)|by phone)(?!\w)")
THINGS = (ANOTHER_LIST, FOR_A_WHILE, OF_OTHERS, THEIR_OWN_THING, BY_PHONE)


def is_meant(folded: str, sign: re.Match[str]) -> bool:
    """Whether these words of an opt-out say that the client stays."""
    if PLAIN.search(sign[0]):
        return False
    return goes_on(folded, sign) or any(thing.match(folded, sign.end()) for thing in THINGS)


def goes_on(folded: str, sign: re.Match[str]) -> bool:
    """Whether a wish of a client's follows."""
    return bool(GOES_ON.search(folded[sign.end() :]))
