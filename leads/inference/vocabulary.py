"""How people who build forms call a person, a name, a phone, an e-mail: Portuguese, Spanish, English.

Patterns over plain words (see `words`). A number such as `1 3` is how Gravity Forms calls a part of a name.
"""

import re

from leads.inference.words import any_of, bare, only, phrases, plain

_SOMEBODY_ELSE = r"""
    company, empresa, compania, organi[sz]ation, organizacao, business, (?<!nome )razao social, fantasia, agents?,
    (?<!home )(?<!house )(?<!pet )owner, seller, broker, corretora?, vendedora?, consultora?, atendente, agente,
    asesora?, dealer(?:ship)?, provider, vendor, supplier, fornecedora?, proveedora?, anunciante, advertiser,
    concessionaria, concesionaria, imobiliaria, inmobiliaria, agency, agencia, producer, produtora?, team, equipe,
    equipo, host, organi[sz]er, assigned, assignee, responsavel pelo atendimento, captador, indicado por, indicadora?,
    referred by, indicacao, referral, sender app, product, produto, producto, store, loja, tienda, mae, pai, madre,
    padre, mother, father, filh[oa]s?, hij[oa]s?, conjuge, esposa, marido, spouse, partner, pet(?! owner), cachorro,
    gato, school, escola, emergency, emergencia, recado, fiador, guarantor, banco, bank, creator, criadora?,
    creadora?, created by, criado por, creado por, parceir[oa], affiliat(?:es?|ions?), afiliad[oa]s?, embaixadora?,
    embajadora?, promoter, promotora?, staff, club, clube, academia, gym, branch, filial, sucursal, escritorio,
    office, profissional, professional, doctor, doctora, medic[oa], teacher, professora?, profesora?, restaurant,
    restaurante, hotel, shop, comercial(?! phone), sales ?(?:person|man|rep|team)?, gerentes?, manager, supervisora?,
    operadora?, operator, closer, sdr, bdr, realtor, landlord, landlady, locadora?, senhorio, arrendador, lister,
    instructor, instrutora?, coach, recruiter, recrutadora?, reclutadora?, assessora?, asesora?, anfitria, anfitriao,
    anfitriona?, motorista, driver, chofer, dentista, dentist, therapist, terapeuta, advogad[oa], abogad[oa], lawyer,
    irma, irmao, brother, sister, herman[oa], parente, pariente, parentesco, familiar, relative, next of kin, kin,
    conyuge, pareja, companheir[oa], acompanhantes?, acompanantes?, companions?, dependentes?, dependents?,
    child(?:ren)?, kids?, nin[oa]s?, baby, witness, testemunha, testigo, amig[oa], friend, patrocinadora?, sponsor,
    employer, empregadora?, empleadora?, chefe, boss, jef[ea], contractor, executiv[oa], ejecutiv[oa], account
    executive, representative, representante, rep, handled by, closed by, updated by, modified by, approved by,
    captured by, registrado por, cadastrado por, editor, admin, administradora?, administrator, system, sistema, bot,
    support, suporte, soporte, helpdesk, tecnic[oa], technician, franquia, franquead[oa], franchise, matriz,
    headquarters, merchant, lojista, payee, vendedores, sellers, managers, assignees, followers, author(?:ized|ised)
    dealer, (?:quem|quien|who) (?:(?:te|lhe|voce|nos|has)
    )?(?:indicou|indica|recom(?:i?end[ao]u?)|refi(?:ere|rio)|referred|refers|sent|told|atend(?:eu|io)|convidou|invito),
    (?:quem|quien|who) (?:(?:te|lhe|voce|nos|has) )?(?:invited|helped|served), referrer, indicante, recommender,
    connected, (?<![a-z]\s)me(?!\s), instance owner, secretari[oa], receptionist, recepcionista, practice,
    practitioner, clinic, clinica, consultorio, insurer, seguradora, aseguradora, lender, mediadora?, angariadora?,
    advis[eo]r, specialist, especialista, loan officer, estimator, installer, instaladora?, tasadora?, perit[oa],
    barber, barbeir[oa], stylist, construtora, constructora, incorporadora, organizadora?, inviter, invited by,
    convidad[oa] por, invitad[oa] por, csm, concierge, dispatcher, moderator, anbieter, ansprechpartner
    """
# Of these, whatever stands beside them: an `owner_contact_email` is no contact's.
_OFFICE = """
    agents?(?! of), agente, corretora?, corretores, vendedora?, vendedores, broker, realtor, mediadora?, angariadora?,
    (?<!home )(?<!house )(?<!pet )owner, seller, gerentes?, manager, managers, supervisora?, consultora?, consultores,
    atendentes?, assigned, assignees?, captadora?, sdr, bdr, closer, assessora?, asesora?, executiv[oa], ejecutiv[oa],
    account executive, staff, team, equipe, equipo, imobiliaria, inmobiliaria, agency, agencia, franquia,
    franquead[oa], loja, tienda, store, parceir[oa], partner, indicado por, indicadora?, created by, criado por,
    creado por, representante, representative, sales ?(?:person|man|rep), unidade, filial, sucursal, branch,
    escritorio, concessionaria, concesionaria
    """
_THINGS = """
    forms?, formularios?, pages?, pagina, landing, campaigns?, campanha, campana, ads?, adset, anuncio, adgroup,
    account, groups?, grupos?, board, country, pais, state, estado, workflow, zap name, project, projeto, proyecto,
    event, evento, calendar, files?, arquivo, item, items, property(?! (?:name|value)), imovel, inmueble,
    empreendimento, development, unit, unidade, plan, plano, curso, course, site, website, domain, dominio, list,
    lista, segment, tags?, variables?, funnel, funil, pipeline, stage, etapa, origin, origem, origen, utm, template,
    theme, browser, device, channel, canal, platform, plataforma, city, cidade, ciudad, street, rua, bairro,
    integration, connection, user agent, powered by, server, instance, cartao, card, widget, section, question name,
    group name, tracking, hook, webhook, trigger, metadata, meta, seo, sources?, fonte, fuente
    """
# Whatever belongs to these is not the person who asks; in an envelope of a thing's name they may yet be.
SOMEBODY_ELSE = any_of(_SOMEBODY_ELSE)
OTHERS = any_of(f"{_SOMEBODY_ELSE},{_THINGS}")
OFFICE = any_of(_OFFICE)
# Who is reached at the office, or works there; a `client` below an agent is still a client.
OF_OFFICE = any_of(
    "contacts?, contatos?, contactos?, persons?, people, pessoas?, personas?, members?, from, sender"
)
# Who asks together with somebody, or is called if something happens; the lead is the first of the two.
SECOND = any_of(
    """
    (?:co|second|secondary) ?(?:applicant|borrower|signer|buyer|insured|driver|client|contact), cosigner,
    (?:co|segund[oa]) ?(?:proponente|titular|compradora?|solicitante|cliente|contato|contacto), coborrower, coapplicant,
    emergency contacts?, (?:contatos?|contactos?) (?:de )?emergencia
    """
)
# Whoever answers for a thing: the `listing_contact_email` beside an `email`.
CONTACT_OF_A_THING = any_of(f"(?:listing|{'|'.join(phrases(_THINGS))}) (?:contacts?|contatos?|contactos?)")
WORKPLACE = any_of(
    "empresas?, company, compania, business, comercial, corporate, corporativ[oa], profissional, profesional, "
    "professional, institucional, office, escritorio, trabalho, trabajo, work"
)
# What shows how to fill a box in, not what somebody wrote there.
SAMPLE = any_of(
    "mask, mascara, placeholder, example, exemplo, ejemplo, sample, default, hint, dica, regex, pattern"
)
PERSON = any_of(
    """
    leads?, contacts?, contatos?, contactos?, client[ea]?s?, customers?, persons?, people, pessoas?, personas?,
    visitors?, visitantes?, prospects?, prospectos?, buyers?, comprador[ae]?s?, interessad[oa]s?, interessent(?:in)?,
    interesad[oa]s?, subscribers?, applicants?, candidat[oa]s?, invitees?, respondents?, attendees?, alun[oa]s?,
    alumn[oa]s?, students?, pacientes?, patients?, tenants?, inquirer, enquirer, caller, participantes?,
    participants?, registrants?, inscrit[oa]s?, inscript[oa], respondente, postulantes?, aspirantes?, travell?er,
    viajante, viajer[oa], segurad[oa], asegurad[oa], morador, locatari[oa], inquilin[oa]s?, arrendatari[oa], donor,
    doador, voluntari[oa], volunteer, (?:primary|main|named|principal)
    (?:driver|insured|borrower|holder|guest|passenger|traveller), requerente, requirente, purchaser, consumers?,
    consumidora?, investors?, investidora?, inversora?, inversionista, borrower, mutuari[oa], policy ?holder, insured,
    claimant, tomadora?, huesped(?:es)?, booker, reservante, bride, groom, noiv[oa]s?, novi[oa]s?, couple, acudiente,
    apoderad[oa], renter, (?:home|house|pet) ?owner, assinante, suscriptora?, passengers?, passageir[oa], pasajer[oa],
    signatari[oa], signer, candidates?, shopper, guests?, hospedes?, members?, from, sender, remetente, requester,
    solicitante, proponentes?
    """
)

CONTAINER = only("attributes, fields, data, core, properties, details, dados, datos, info, values, names?")
EMAIL = any_of(
    "e ?mails?, e ?mail ?adresse, mails?, correos?, courriels?, email address, endereco eletronico, correio"
)
# Invoices (`nfe` is Brazil's electronic one) go to whoever does the accounts
EMAIL_NOT_THEIRS = any_of(
    """
    to, cc, bcc, recipient, destinatario, notification, support, nfe, nota fiscal, billing, invoices?, invoicing,
    fatura, faturamento, facturacion, financeiro, cobranca, contabilidade, contador
    """
)
REPLY_TO = any_of("reply ?to")
ADDRESSEE = only("to, para")

# Brazilians say zap, wpp or whats for WhatsApp
PHONE = any_of(
    """
    ph, phones?, telephone, telefones?, telefonos?, telefonico, tel, fone, celular, cel, mobile, movil, cell,
    cellphone, cellulare, handy, portable, telefon[eo]?, whats ?app, whats, wpp, wapp, wa id, zap, zapzap, telemovel,
    msisdn, smartphone, contact number, numero (?:de|para|do) (?:contato|contacto|whats
    ?app|celular|telefone|telefono), number to call, call(?: me)?(?: back)?, ligar, llamar, text reminder number, sms,
    numero cel
    """
)
# The other side of a talk, for WhatsApp's gateways; their `sender` may be the office's own number
REMOTE = any_of("remote jid, chat id, chat, participant")
PHONE_WEAK = any_of("contato, contacto, contact, numero, number, nro, whatsapp id, from, como te contactamos")
PHONE_BEST = any_of("whats ?app, whats, wpp, zap, wa id")
PHONE_GOOD = any_of("mobile, celular, cel, movil, cell, cellphone, telemovel")
PHONE_POOR = any_of(
    """
    landline, fixo, fijo, work, comercial, trabalho, trabajo, home, residencial, secondary, secundario,
    alternativ[oa], outro, other, alternate, 2
    """
)
# Papers and postcodes have as many digits: CPF eleven,
# CNPJ fourteen, CEP eight; RUT is Chile's, NIT Colombia's
NO_PHONE = any_of(
    """
    cpf, cnpj, rg, cep, zip, postal, ids?, ip, date, data, fecha, timestamp, time, hora, at, valor, preco, price,
    precio, amount, budget, orcamento, presupuesto, protocolo, order, pedido, fax, score, lat, latitude, lng, lon,
    longitude, version, hash, token, renda, salario, income, nascimento, birth, birthday, dni, curp, rut, nit,
    documento, document, passport, ssn, matricula, codigo, destination, destino, code, height, width, country code,
    ddi, ddd
    """
)
PHONE_TYPE = any_of(
    """
    tel, phone, phone number, telephone, mobile, input phone number, control phone, telefone, whatsapp
    """
)
EMAIL_TYPE = any_of("e ?mail, input email, control email")
AREA = only(
    """
    ddd, (?:celular|telefone|fone|tel|cel|phone|mobile|whats ?app) (?:ddd|area|area code), area, area code,
    cod(?:igo)? (?:de )?area, prefixo, prefijo, phone area, telefone ddd, ddd telefone
    """
)
NATION = only(
    """
    ddi, country code, cod(?:igo)? (?:do |de )?pais, dial code, calling code, phone country code, phone code
    """
)

# Where a bot asks instead of a form, the question is the label
FULL_NAME = any_of(
    """
    full ?name, nome completo, nombre completo, nomes? (?:e )?sobrenome, nombres? (?:y )?apellidos?, fullname, name
    and surname, first and last name, (?:seu|your|tu|su) (?:full )?(?:nome|name|nombre), nomecompleto, como
    (?:podemos|posso|devemos) (?:te |lhe )?(?:chamar|chamar voce), como (?:te llamas|se llama|se chama), como (?:voce
    )?(?:se chama|gostaria de ser chamado), (?:com )?quem (?:falo|fala|estou falando|estamos falando), (?:whats|what
    is|what s) your name, (?:what|how) (?:should|can|may|do) (?:we|i) call you, nosso contato, con quien (?:tenemos el
    gusto|hablamos|hablo), who are you, quien eres, quem e voce, profile name, push name, display name, invitee name,
    control fullname
    """
)
NAME = only(
    "names?, nome, nombres?, nomes, nom, cn, (?:nm|nome) cli(?:ente)?, nome(?:cli|cliente|parc|contato|lead)"
)
SOME_NAME = any_of("names?, nome, nombres?")
# With `sobrenome` beside it, `nome` is the first name alone
FIRST = only(
    r"""
    fn, first, first ?name, given(?: ?name)?, fname, forename, primeiro nome, primer nombre, nome, nombres?, prenome,
    prenom, vorname, name first, nome proprio, what is first name, (?:input )?\d+ 3
    """
)
MIDDLE = only(r"middle, middle ?name, nome do meio, segundo nombre, nome meio, (?:input )?\d+ 4")
LAST = only(
    r"""
    last, last ?name, surname, family(?: ?name)?, lname, sobrenome, ultimo nome, apellidos?, (?:apellido
    )?(?:paterno|materno), cognome, nachname, zuname, family ?name, sn, primer apellido, segundo apellido, ape, second
    name, name last, sobre nome, ln, (?:input )?\d+ 6
    """
)
# Of two surnames the mother's, whichever was sent first.
SECOND_LAST = any_of("materno, segundo apellido, (?:apellidos?|ape|sobrenome|last name|surname) 2")
# Surely a part of a name, whatever stands before it: `mf-listing-fname`, `shipping_first_name`
FIRST_TOLD = re.compile(r"(?:^|\s)(?:fname|first ?name|given ?name|forename|primeiro nome|primer nombre)$")
# "Nome e sobrenome" is the whole of it
LAST_TOLD = re.compile(
    r"(?:^|(?<! e)(?<! y)(?<! and)(?<!nome)(?<!nomes)(?<!nombre)(?<!nombres)\s)"
    r"(?:lname|last ?name|surname|family ?name|sobrenome|ultimo nome|(?:primer |segundo )?apellidos?)$"
)
# In Gravity Forms a name has the parts 2, 3, 4, 6 and 8, an address 1 to 6: street, …, city, state, postcode
NUMBERED = re.compile(r"^((?:input )?\d+) (\d)$")
ADDRESS_PARTS = frozenset("15")
# Questions whose answer is somebody; not always by a name.
WHO = any_of("who, whom, quem, quien, chama(?:r|mos|do)?, llama(?:r|mos)?, address you, tratamento, ask for")
# A surname in Portugal, a nickname in Brazil.
APELIDO = only("apelidos?")
# May be a name, and often is none: taken where nothing better is there
LOGIN = any_of("user ?name, usuario, login, nick ?name, apelido, apodo, handle, social name, screen name")
EMPTY = only(
    "anonymous, n a, na, nan, nao informado, nil, no label, none, null, sem nome, test field, undefined, unknown"
)
# Values that are names of fields: in `{field: "email", …}` nobody is called so.
FIELD_NAME = only(
    """
    e ?mail, phone, phone number, mobile ?phone, telefone, telefono, celular, mobile, whats ?app, full ?name, name,
    nome, nombre, first ?name, last ?name, sobrenome, apellido, message, mensagem, mensaje, city, cidade, lead,
    contact, contato, new lead, novo lead, website, site, form, formulario, test lead
    """
)


def names_a_contact(text: str) -> bool:
    """Whether this is what people call a name, a phone or an e-mail."""
    words = plain(text)
    # A longer text is a sentence in which such a word occurs
    if len(words.split()) > 8:
        return False
    return bool(names_a_name(text) or EMAIL.search(words) or PHONE.search(words))


def names_a_name(text: str) -> bool:
    """Whether this is what people call a name or a part of it."""
    words, core = plain(text), bare(text)
    is_part = any(pattern.match(core) or pattern.match(words) for pattern in (NAME, FIRST, LAST))
    is_part = is_part or bool(FIRST_TOLD.search(words) or LAST_TOLD.search(words))
    return bool(is_part or FULL_NAME.search(words))
