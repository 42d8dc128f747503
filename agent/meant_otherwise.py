"""Words of an intent that mean something else where they stand: anger at a landlord, a fire that is insured."""

from __future__ import annotations

import re

from agent import staying

SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
CLAUSE = re.compile(r"[^.,;!?\n]+")
SCOLDING = frozenset({"angry", "annoyed"})
OF_CLIENTS = frozenset({"existing_customer", "own_client", "support"})
COMPANY = (
    r"(?:seguradora|aseguradora|insurer|insurance|empresa|company|escola|escuela|school|clinic[ao]?|imobiliaria|"
    r"inmobiliaria|agencia|agency|loja|tienda|store|shop|dealer\w*|concession\w+|concesion\w+|provider|proveedor|"
    r"fornecedor|corretora|faculdade|facultad|universidade?|university|college|instituto|academia|consultori[oa]|"
    r"operadora|construtora|constructora|realtors?|brokers?|banco|bank)"
)
NOT_HERE = (
    r"(?:outr[ao]s?|otr[ao]s?|another|other|different|antig[ao]s?|anterior|previous|former|old|current|atual|"
    r"actual)"
)
THING = (
    r"(?:senhorio|propriet\w+|dono|owner|sistema|system|software|programa|ferramenta|planilha|herramienta|tool|app|crm|"
    r"carro|auto|coche|car|casa|apartamento|apto|departamento|house|flat|apartment|apt|home|plano|plan|seguro|"
    r"poliza|apolice|contrato|contract|lease|curso|course|internet|vendedor\w*|corretor|consultor\w*|dentista|dentist|"
    r"medic[oa]|professor\w*|profesor\w*|teacher|lugar|place|site|pessoal|gente|people|guys)"
)
# "meu carro é um lixo": what they own and want rid of is none of our doing
THEIR_OWN = (
    r"(?:meu|minha|mi|my|nosso|nossa|nuestr[oa]|our) (?:carro|moto|auto|coche|car|bike|truck|van|casa|apartamento|"
    r"apto|departamento|house|flat|home|sistema|software|planilha|crm|dentista|dentist|boss|job|commute)"
)
# Clients also scold their landlord, their bill and the software they want to leave.
OTHERS = re.compile(
    r"(?<!\w)(?:senhorio|locador|inquilin\w+|casero|arrendador|landlord|tenants?|vizinh\w+|vecin\w+|neighbou?rs?|"
    r"(?:meu|minha|mi|my) (?:chefe|boss|jef[ea]|luz|energia)|(?:o|meu|nosso|el|mi|the|my|our) (?:banco|bank)|"
    r"(?:conta|preco|tarifa|cuenta|factura|recibo|boleta) (?:de|da|de la) (?:luz|energia|electricidad)|"
    r"a (?:luz|energia)|la luz|a conta (?:vem|veio|ta|esta|e|subiu)|enel|cemig|"
    r"(?:my|the|our|electric\w*|power|light) bill|mi (?:factura|recibo)|utility|electric\w*|transito|trafico|traffic|"
    r"(?:sistema|software|programa|ferramenta|planilha|herramienta|tool|app) (?:que|we)|"
    rf"{THEIR_OWN}|{NOT_HERE} (?:\w+ )?(?:{COMPANY}|{THING})|(?:{COMPANY}|{THING}) (?:\w+ )?{NOT_HERE}|"
    r"concorrente|competencia|competitor)(?!\w)"
)
# A client who leaves another company is no unhappy client of ours.
ELSEWHERE = re.compile(
    rf"(?<!\w)(?:{NOT_HERE} (?:{COMPANY}|lugar|place)|{COMPANY} (?:{NOT_HERE}|concorrente))(?!\w)"
)
OURS = re.compile(
    r"(?<!\w)(?:voces?|vcs?|ces|ustedes|uds|vosotros|you|u|your|tu|tus|te|seu|sua|su|"
    r"(?:ess|est|ness|nest|dess|dest|d)[aeo]s? (?:empresa|loja|atendimento|robo|bot|tienda|atencion|servicio)|"
    rf"(?:(?:n|d)?ess[ae]|(?:n|d)?est[ae]|this) {COMPANY})(?!\w)"
)
# Nobody asks us for another company's money, or sends us the lawyer meant for it.
ALWAYS_OURS = re.compile(
    r"dinheiro|dinero|plata|money|refund|chargeback|devolv|devuelv|advogad|abogad|lawyer|attorney|sue|process|procon|"
    r"justica|demanda|denunci|profeco|sernac|indecopi|consumidor|reclame"
)
OF_SERVICE = re.compile(r"atendimento|atencion|servi[cz]|service|support|treatment|experience")
# What insurance covers and courses teach; to ask about it is no cry for help
INSURABLE = re.compile(
    r"incendio|on fire|house fire|suicid|infart|enfarte|avc|derrame|stroke|heart attack|seizure|overdose|sobredosis|"
    r"emergenc|acident|accident|atropel|ferid|herid|injur|convuls|desmai|desmay|faint|passed out"
)
COVERED = re.compile(
    r"(?<!\w)(?:cob(?:re|rem|rir|rindo|ertura|ria)|cubr\w+|cobertura|cover\w*|contra|against|"
    r"(?:seguro|insurance) (?:de|para|pra|for) \w+|"
    r"curso|course|treinamento|training|capacitacion|preven\w+)(?!\w)"
)
LONG_AGO = re.compile(
    r"(?<!\w)(?:(?:ano|mes|semana) (?:passad[oa]|pasad[oa])|last (?:year|month|week)|"
    r"(?:anos|meses|semanas|years|months|weeks) (?:atras|ago)|"
    r"(?:ha|hace|faz|tem) (?:\w+ ){1,3}(?:anos?|meses|mes|semanas?)|(?:em|en|in) (?:19|20)\d\d|"
    r"(?:ja|ya) (?:tive|tuve|teve|tuvo|sofri|sufri)|(?:history|historico|historial|antecedentes?) (?:of|de)|"
    r"quando (?:eu )?era|cuando era|when i was|quando crianca|cuando nin[oa]|de nin[oa]|as a (?:kid|child))(?!\w)"
)
# "ela fala enrolado desde pequena": a matter for the doctor, and none for an ambulance
OF_A_STROKE = re.compile(
    r"boca|rosto|cara|face|mouth|corpo|cuerpo|body|brac|braz|arm|leg|eye|pern|piern|lado|side|fal[ao]|habl|slurr|mov"
)
LASTING = re.compile(
    r"(?<!\w)(?:desde (?:pequen|crianc|nin|bebe|nasc|nac|que nasc|que nac|que era|hace)\w*|de (?:nascenca|nacimiento)|"
    r"(?:ha|hace|faz) (?:\w+ )?(?:meses|mes|anos?|semanas)|since (?:birth|childhood|(?:he|she|i|they) (?:was|were))|"
    r"for (?:\w+ )?(?:months|years|weeks)|from birth|(?:desde|since) (?:\w+ ){0,3}(?:19|20)\d\d)(?!\w)"
)
# "no quiero vivir en la Condesa", "não quero mais viver de aluguel"; not "no quiero vivir en este mundo"
LIVES_ELSEWHERE = re.compile(
    r"\W+(?:(?:en|em|n[ao]|con|com) (?!\w*mundo|est[aeo]|ess[aeo]|eso|iss?o|dolor|dor\b|mi\b|"
    r"(?:el|la|o|a) (?:dolor|mundo|dor)\b)\w|de (?:aluguel|alquiler|renta)|alquilad|alugad|longe|lejos)"
)
# "precisa de fono", "do you do eyelid lifts?", "we need a ground-floor flat": what they came for
CARE_FOR_LATER = re.compile(
    r"(?<!\w)(?:fono\w*|logoped\w*|foniatr\w*|speech (?:therap\w*|patholog\w*)|fisio\w*|physio\w*|botox|fillers?|"
    r"preenchimento|harmoniza\w*|eyelid\w*|lifts?|lifting|facelift|blef\w*|blephar\w*|aparelho|braces|ortod\w*|orthod\w*|"
    r"ground[ -]floor|terre[ao]|planta baja|elevador|elevator|ascensor|wheelchair|cadeira de rodas|silla de ruedas|"
    r"adaptad[oa]|acessivel|accesible|accessible)(?!\w)"
)
SUDDEN = re.compile(
    r"(?<!\w)(?:de repente|de golpe|sudden\w*|agora|ahora\w*|now|acab\w+|hoje|hoy|today|socorro|auxilio|help|"
    r"ajuda\w*|ayud\w+|urgen\w+)(?!\w)"
)
# "o sistema caiu e o suporte não responde", "meu carro apagou e não volta"
FALLEN_THING = (
    r"(?:sistema|system|software|crm|erp|site|sitio|website|pagina|internet|wi-?fi|luz|energia|power|servidor|"
    r"server|app|aplicativo|aplicacion|plataforma|platform|link|sinal|senal|tela|pantalla|screen|carro|auto|coche|car|"
    r"moto|motor|engine|celular|telefone|phone|computador|computadora|notebook|laptop|conexao|conexion|rede|red|teto|"
    r"techo|roof|muro|wall|telhado|forro|sink|preco|precio|negocio|venda|sale|deal)"
)
A_THING_FELL = re.compile(
    rf"(?<!\w){FALLEN_THING}(?: (?:ja|ya|se|just|has|had|tambem|tambien|completely|nosso|nuestro)){{0,2}} "
    r"(?=(?:se )?(?:cai|cay|apag|tomb|desplom|fell|collaps|passed out))|"
    rf"(?<!\w)(?:caiu|cayo|apagou) (?:a|o|la|el|the|nossa|nosso) {FALLEN_THING}(?!\w)"
)
# "quase desmaiei com o preço", "passed out when I saw the bill"
HARDLY = re.compile(r"(?<!\w)(?:quase|casi|nearly|almost)(?: me)? $")
FOR_FUN = re.compile(
    r"\W+(?:de (?:la )?(?:sono|sueno|rir|risa|susto|emocao|emocion|raiva|rabia|coraje|vergonha|"
    r"verguenza|inveja|envidia)|(?:com|con|quando vi|cuando vi|at|when i saw) "
    r"(?:o |el |esse |ese |the |your )?(?:preco|precio|valor|price|bill|quote))(?!\w)"
)
# "somos uma agência de marketing e precisamos de um CRM": what they sell tells what they need
NEEDS_SOMETHING = re.compile(
    r"(?<!not )(?<!nao )(?<!\bno )(?<!\bn )(?<!\w)(?:precis(?:o|amos|ando)|procur(?:o|amos|ando)|necesit(?:o|amos)|"
    r"bus(?:co|camos|cando)|(?:(?:i|we) (?:\w+ )?|and |but )need|that (?:needs|wants)(?! to)|"
    r"que (?:precisa|necesita)(?!\w)|looking for|(?:quero|queremos|quiero|want to) "
    r"(?:\w+ )?(?:organi[zs]|contratar|comprar|melhorar|mejorar|automatiz|control|buy|manage|track)\w*|"
    r"(?:queremos|quero|quiero|want) (?:um|uma|un|una|an?) (?!reuni|meeting|call|parce|partner))"
)

# "vendo apartamento na Mooca, têm interesse?", "proposta pelo apartamento": what they own is our business
OWN_GOODS = re.compile(
    r"(?<!\w)(?:vend(?:o|emos)|vender|ten(?:ho|go)|temos|tenemos|(?:have|got|selling)|ofer[^\W\d]+|ofre[^\W\d]+|mostrar\w*|"
    r"apresentar|presentar\w*) (?:(?:um|uma|o|a|os|as|meus?|minhas?|noss[oa]s?|mis?|nuestr[oa]s?|el|la|un|una|an?|my|"
    r"our|lind[oa]|bom|boa|belo|bela|good|nice) ){0,3}(?:apartamentos?|apes?|aptos?|casas?|sobrado|terrenos?|lotes?|"
    r"imove(?:l|is)|sitio|chacara|fazenda|kitnet|studio|sala|loja|galpao|predio|carros?|moto|veiculo|camin\w+|gol|depa|"
    r"departamentos?|piso|inmuebles?|finca|autos?|coche|camioneta|house|flat|apartment|condo|land|property|car|truck|van|"
    r"garage|document\w+|projeto|proyecto|[\w-]+ (?:19|20)\d\d)(?!\w)(?! (?:de )?(?:seminov|usados|para sua))|"
    r"(?:proposta|propuesta|proposal) (?:pel[oa]|por|de (?:compra|aluguel|alquiler)|for (?:the|that)|"
    r"to the (?:owner|seller)|ao? (?:dono|propriet\w+)|al duen\w+)(?!\w)|"
    r"(?:saw|found|find) (?:you|u|your|this)(?!\w)|brought me(?!\w)"
)

# The terms of a purchase yet to come, asked about by who is no client so far
MAY_I = re.compile(r"(?<!\w)(?:posso|podemos|da pra|puedo|podemos|se puede|can (?:i|we)|could (?:i|we)) $")
TERMS = re.compile(r"forma de pag|metodo de pago|payment method|vencimento")
MOVED_BANK = re.compile(r"(?:mudei|cambie) de (?:banco|cuenta|conta)")
FINANCING = re.compile(r"(?<!\w)(?:financi\w+|credito|parcel\w+|instagram)(?!\w)")
FOUND_OTHER = re.compile(r"outr|otr|another|mais perto|mas cerca")
MATCH_IT = re.compile(
    r"\?|(?<!\w)(?:beat|match|igual\w*|cobr(?:e|em|ir|en)|melhor\w*|mejor\w*|descont\w*|descuent\w*|discount)(?!\w)"
)

# "um sistema onde o cliente fala com o atendente", "practice speaking to people": what they buy is to do it
OF_A_PRODUCT = re.compile(
    r"(?<!\w)(?:(?:sistema|software|app|aplicativo|aplicacion|plataforma|platform|ferramenta|herramienta|tool|crm|chatbot|bot|"
    r"telemedicina)(?: \w+){0,3} (?:pra|para|onde|que|donde|where|that|which|so|to|e)|"
    r"practi[cs]e|practicar|praticar|treinar|aprender(?: a)?|learn(?:ing)?(?: to| how to)?|improve|melhorar|mejorar)"
    r"(?: (?!quero|queria|gostaria|quiero|quisiera|want|would|need|preciso|necesito)\w+){0,5} ?$"
)

# "vou falar com o dono do imóvel" tells of a plan
OWN_PLAN = re.compile(r"(?<!so )(?<!nao )(?:vou|vamos|voy a|vamos a|i'?ll|i will|gonna) $")
ALONE = re.compile(r"(?:so|solo|only|just|somente|apenas)(?!\w)")

CALLS = re.compile(r"call|ring|phone|lig[aou]|telefon|llam|marqu")
IN_WRITING = re.compile(
    r"(?<!\w)(?:text(?: me| only)?|messages?|writing|whats\w*|"
    r"texto|mensage\w+|mensajes?|escrito|por aqui|aqui mesmo)(?!\w)"
)
# "não me ligue mais nem mande mensagem", "stop calling and texting me": no other way is wished for
REFUSED_TOO = re.compile(
    r"(?<!\w)(?:(?:nem|ni|nor|or)(?: (?:de|que|me|nos|por|by|any))* "
    r"(?:mensage\w+|mensajes?|whats\w*|text\w*|messag\w+|mand\w+|envi\w+|escr\w+|send\w*|writ\w+)|"
    r"(?:e|ou|y|o|and) (?:de |stop )?(?:me |nos )?"
    r"(?:mandar|enviar|escrever|escribir|texting|messaging|sending|writing)\w*(?!(?: \w+){0,2} (?:por|by|in|em)(?!\w)))"
)
# "isso é golpe?" asks; "vocês são um golpe" scolds
DOUBTED = re.compile(r"golpe|fraude?|estafa|scam|fake|rip.?off")


def is_meant_otherwise(intent: str, folded: str, sign: re.Match[str]) -> bool:
    if intent in SCOLDING:
        doubts = DOUBTED.search(sign[0]) and _part_of(SENTENCE, folded, sign).rstrip().endswith("?")
        return bool(doubts) or _is_about_others(folded, sign)
    if intent == "opt_out":
        if staying.is_meant(folded, sign):
            return True
        return bool(CALLS.search(sign[0])) and _wants_it_in_writing(folded, sign)
    if intent in OF_CLIENTS:
        return bool(ELSEWHERE.search(_part_of(SENTENCE, folded, sign))) or _asks_before_buying(folded, sign)
    if intent == "ask_human":
        before = folded[: sign.start()]
        return bool(OF_A_PRODUCT.search(before) or (OWN_PLAN.search(before) and not ALONE.match(sign[0])))
    if intent == "selling":
        return bool(NEEDS_SOMETHING.search(folded) or OWN_GOODS.search(folded))
    if intent == "not_interested":
        return staying.goes_on(folded, sign) or _compares(folded, sign)
    return intent == "emergency" and _is_no_present_danger(folded, sign)


def _asks_before_buying(folded: str, sign: re.Match[str]) -> bool:
    """ "posso mudar a forma de pagamento?", "mudei de banco, posso financiar mesmo assim?"."""
    may = MAY_I.search(folded[: sign.start()]) and TERMS.search(sign[0])
    moved = MOVED_BANK.match(sign[0]) and FINANCING.search(folded, sign.end())
    return bool(may or moved)


def _compares(folded: str, sign: re.Match[str]) -> bool:
    """ "I found another dealer at 20k, can you beat it?"."""
    return bool(FOUND_OTHER.search(sign[0]) and MATCH_IT.search(folded, sign.end()))


def _wants_it_in_writing(folded: str, sign: re.Match[str]) -> bool:
    is_named = IN_WRITING.search(folded.replace(sign[0], " "))
    return bool(is_named) and not REFUSED_TOO.search(folded, sign.start())


def _is_about_others(folded: str, scolding: re.Match[str]) -> bool:
    """ "our current software is garbage": the sentence speaks of somebody else and not of us."""
    sentence = _part_of(SENTENCE, folded, scolding)
    if ALWAYS_OURS.search(scolding[0]) or OURS.search(sentence):
        return False
    # "terrible service" may be any company's; only another company's name for it clears us
    about = ELSEWHERE if OF_SERVICE.search(scolding[0]) else OTHERS
    return bool(about.search(sentence.replace(scolding[0], " ")))


def _is_no_present_danger(folded: str, sign: re.Match[str]) -> bool:
    """ "cobre incêndio?", "tive um infarto ano passado": in its own clause it is insured against, or long over."""
    clause = _part_of(CLAUSE, folded, sign)
    fallen = A_THING_FELL.search(folded[: sign.end()])
    if fallen and fallen.end() >= sign.start():
        return True
    if HARDLY.search(folded[: sign.start()]) or FOR_FUN.match(folded, sign.end()):
        return True
    if "viv" in sign[0] and LIVES_ELSEWHERE.match(folded, sign.end()):
        return True
    if OF_A_STROKE.search(sign[0]):
        sentence = _part_of(SENTENCE, folded, sign)
        if LASTING.search(sentence) or (CARE_FOR_LATER.search(sentence) and not SUDDEN.search(folded)):
            return True
    return bool(INSURABLE.search(sign[0]) and (COVERED.search(clause) or LONG_AGO.search(clause)))


def _part_of(parts: re.Pattern[str], folded: str, match: re.Match[str]) -> str:
    """The sentence or clause that the match begins in."""
    found = parts.finditer(folded)
    return next((part[0] for part in found if part.start() <= match.start() < part.end()), folded)
