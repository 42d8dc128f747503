"""What stands around an amount: signs, currencies, other units, and the words that bound it."""

from __future__ import annotations

import re

from agent.parsers.found import phrase_pattern

SIGNS = re.compile(r"(?:r\$|us\$|u\$s|u\$d|usd|brl|mxn|cop|ars|clp|s/\.?|\$|€|£|eur|gbp|rs\$?)\s*$")
CURRENCY_WORDS = re.compile(
    r"\s*(?:de\s+)?(?:reais|real|reai|pesos?|dolares|dolar|dollars?|euros?|soles|libras?|pounds?|quid|bucks"
    r"|mangos?|contos?|pila[s]?|pau[s]?|pcm|p/m|usd|brl|mxn|cop|ars|clp|pen|eur|gbp|r\$|\$|€|£)(?!\w)"
)
# What follows "350" and says that it is no money: "350 m²", "2 vagas", "48x", "10 am"
OTHER_UNITS = re.compile(
    r"\s*(?:%|por ?cento|por ?ciento|percent|km|kms|quilometros|kilometros|miles\b|m2|m²|metros?|mts|sqft|"
    r"square|hectares?|ha\b|anos?|años?|years?|yrs?|yo\b|meses|mes\b|months?|dias?|days?|semanas?|weeks?|h\b|"
    r"hs\b|hrs?|horas?|am\b|pm\b|kwh|kw|kg|pessoas?|personas?|people|usuarios?|users?|seats?|vendedores|"
    r"funcionarios|empleados|colaboradores|employees|quartos?|dorms?|dormitorios?|suites?|vagas?|banheiros?|"
    r"recamaras?|habitaciones|ambientes|banos?|bedrooms?|beds?|br\b|bhk|baths?|vezes|parcelas|cuotas|x\b|vidas?|"
    r"filhos?|hijos?|kids|children|pacientes|alunos|alumnos|students|veces|times|portas|puertas|doors|lojas|"
    r"tiendas|stores|unidades?|leads?|clientes?|customers?|clients?|mensagens|mensajes|messages|cv|hp|"
    r"cilindradas|cc\b|placas|paneles|panels|minutos?|minutes?|stars?|andar|piso|floor|º|ª|°)(?!\w)"
)
CEILING_WORDS = phrase_pattern(
    (
        "até", "ate", "hasta", "up to", "under", "below", "max", "max.", "maximo", "no maximo", "como maximo",
        "no mas de", "no mais que", "nao mais que", "nao mais de", "menos de", "menor que", "less than",
        "no more than", "not more than", "at most", "abaixo de", "por debajo de", "teto de", "teto", "tope de",
        "tope", "limite de", "limite", "maximum", "maximum of", "nao passa de", "nao passe de", "nao passar de",
        "sin pasar de", "que no pase de", "que no pase los", "sem passar de", "no paso de", "nao passo de",
        "as much as", "cap of", "cap at", "no higher than", "nothing over", "nada acima de", "nao mais do que",
        "a lo mucho", "a lo sumo", "sin pasarme de", "don't want to go over", "not over", "can't go over",
        "nao ultrapasse", "tope maximo", "maximo de", "ceiling of", "ceiling", "como mucho", "a lo mas",
        "maximo ate", "limite e", "ate uns", "inferior a", "hata", "upto",
    )
)  # fmt: skip
NEVER_OVER = (
    r"(?<!\w)(?:nao|n|no|sem|sin|can'?t|cannot|don'?t|not|nunca)\s+(?:\w+\s+){0,3}"
    r"(?:passar|passo|passe|pasar|paso|pase|exceder|exceed|ultrapassar|superar|go|do|afford|manage|stretch|"
    r"spend|gastar|pagar|subir|"
    r"over|above|"
    r"higher)"
    r"(?:\s+(?:mais|mas|more|over|above|up|past|acima|arriba|por encima|higher))?(?:\s+(?:de|d[oa]s|than|"
    r"del))?(?!\w)"
)
# "o máximo que eu chego é", "the most I can do is"
MOST_IS = (
    r"(?<!\w)(?:max|maximo|maxima|maximum|mas|mais|most|teto|tope|limite|limit)\s+(?:que |q |i |we |eu )?"
    r"(?:[^\W\d]+\s+){0,4}(?:e|eh|es|is|seria|sao|son)(?!\w)"
)
UPPER_BEFORE = re.compile(f"{NEVER_OVER}|{MOST_IS}|{CEILING_WORDS.pattern}")
LOWER_BEFORE = phrase_pattern(
    (
        "a partir de", "a partir dos", "desde", "from", "at least", "no minimo", "minimo", "pelo menos",
        "mais de", "mas de", "acima de", "over", "above", "more than", "starting at", "min", "minimum", "mínimo de",
        "al menos", "por lo menos", "como minimo", "north of", "superior a", "por encima de", "starting from",
        "partindo de", "minimum of", "arriba de", "passa de", "passa dos", "passando de", "ultrapassa",
        "pasa de", "pasa los", "supera", "no less than", "no menos de", "nao menos que", "nao menos de",
    )
)  # fmt: skip
UPPER_AFTER = re.compile(
    r"\s*(?:(?:com|con|with|incluindo|incluyendo|including) (?:tudo|todo|everything|condominio|o condominio|"
    r"expensas|gastos|"
    r"iptu|bills|gc|gastos comunes|tudo incluso|todo incluido|bills included)\s*)?(?:(?:por|al|ao|a|per|"
    r"/) ?(?:mes|month|mo|ano|year)|pcm|mensa(?:l|is)|mensual(?:es)?|monthly)?\s*,?\s*(?:(?:e|es|is|as|"
    r"como)\s+(?:o\s+|el\s+|"
    r"the\s+)?(?:meu |mi |my |nosso |nuestro |our )?(?:teto|limite|maximo|tope|limit|max|ceiling)|no maximo|"
    r"maximo|max|"
    r"como maximo|no mas|nao mais|no more|nada mas|tops|at (?:the )?most|or less|ou menos|o menos|a lo mucho"
    r"|a lo sumo|como mucho|como maximo|a lo mas|maximum|de teto|pra baixo|para baixo|para abajo|and under|"
    r"or under|tope|(?:ja |ya )?(?:estourando|no talo|apertando|apertad[oa]|forcando|"
    r"estirando\w*|stretching|pushing it))(?!\w)"
)
# "450 lucas con expensas es lo máximo que puedo"
UPPER_LATER = re.compile(
    r"[^\d.;!?\n]{0,30}?(?<!\w)(?<!no )(?<!nao )(?<!not )(?:e|es|is|seria|sera|that's|thats|eh)\s+(?:lo |o |"
    r"el |the |meu |mi |my |nuestro |nosso |our )*"
    r"(?:max|maximo|maximum|tope|teto|limite|limit|ceiling|most)(?!\w)"
)
LOWER_AFTER = re.compile(
    r"\s*,?\s*(?:pra cima|para cima|para arriba|pa arriba|and up|or more|ou mais|o mas|no minimo|minimo|plus"
    r"|como minimo|at least|\+)(?!\w)"
)
ROUGHLY = re.compile(r"(?:ou|o|or)\s+(?:um|un|a)?\s*(?:pouco|pouquinho|poco|poquito|little|bit)")
JOINT = re.compile(r"^\s*(?:-|–|—|a|e|y|and|to|ate|hasta|ou|o|or|/)\s*(?:os|as|los|las|uns|unos|an?)?\s*$")
STRETCH = re.compile(
    r"^\s*,?\s*(?:e|y|and|mas|pero|but)?\s*(?:(?:se|si|if) (?:[\w']+ ){1,6}?)?(?:(?:i|we|eu|yo) )?"
    r"(?:(?:posso|puedo|can|could|podemos|podria|da pra)\s+)?"
    r"(?:chegar|chego|esticar|estico|ir|subir|subo|llegar|llego|estirar\w*|estiro|go|stretch)(?:\s+up)?\s+"
    r"(?:a|ate|hasta|to|pra|para)\s*(?:uns|unos)?\s*$"
)
BOTH_BOUNDS = re.compile(r"^\s*(?:,|e|y|and)?\s*$")
RANGE_OPENING = re.compile(r"(?:entre|between|de|desde|from|dos|das|los|uns|unos)\s*(?:os|as|los|las)?\s*$")
# "three fifty" for 350 thousand, as the English and Americans say prices of houses
SPOKEN = re.compile(
    r"(?<!\w)(?P<hundreds>one|two|three|four|five|six|seven|eight|nine)[ -](?P<tens>twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety)(?:[ -](?P<units>one|two|three|four|five|six|seven|eight|nine))?(?!\w)"
)
SPOKEN_HUNDREDS = re.compile(
    r"(?<!\w)(?P<hundreds>one|two|three|four|five|six|seven|eight|nine)[ -](?:hundred(?! thousand|[ -]\w*ty)|"
    r"(?:hundred[ -])?(?:and[ -])?(?P<tens>twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[ -](?P<units>one|two|three|four|five|six|seven|eight|nine))?)(?!\w)"
)
# "the low 400s": a fifth, a half, four fifths of the hundred; "the 400s" are all of it
PARTS = {"low": 20, "lower": 20, "early": 20, "mid": 50, "middle": 50, "high": 80, "upper": 80}
PART_OF_HUNDRED = re.compile(rf"(?<!\w)(?:(?P<part>{'|'.join(PARTS)})[ -])?(?P<low>\d{{1,2}}00)'?s(?!\w)")
# "trezentos e poucos mil": how much more is not said
VAGUELY_MORE = re.compile(
    r"(?<=\w) (?:e|y|and) (?:pouc[oa]s?|pico|algo|tant[oa]s|quebrad[oa]s?|some|change)"
    r"(?= (?:mil|k|milhoes|millones|million|thousand)(?!\w))"
)
# "entrada de 40 mil, até 150": two amounts for two things
DEPOSIT = re.compile(
    r"(?:entrada|enganche|sinal|down(?: payment)?|anticipo|inicial|upfront|deposit)\s*(?:de|of|:|is|e)?\s*$"
)
# The bound belongs to the figure that comes after it: "300 mil, máximo 350"
LEADS_ON = re.compile(
    rf"\s*(?:de|of|uns|unos|about|r\$|us\$|\$|€|£)?\s*\d[\d.,]*(?![\d.,]|{OTHER_UNITS.pattern})"
)
ISH = re.compile(r"-?ish(?!\w)")
DASH = re.compile(r"^\s*[-–—]\s*$")
# "entre meio milhão e 700 mil": the "e" joins two amounts, not the parts of one
TWO_ENDS = re.compile(
    r"((?<!\w)entre (?:[\w.,]+ ){0,2}?(?:milhao|millon|milhoes|millones))( [ey] )(?=[\w.,]+ mil(?:\W*$|"
    r"\W* (?!e |y |milh|mill)))"
)
# From the oldest flat anybody names to the longest plan
YEARS = range(1950, 2041)
HUNDRED, SMALLEST_ALONE = 100, 10
# "1.3 mil" means millions here only, and a thousand to whoever writes English to a Brazilian company.
ENGLISH_SPEAKING = frozenset(
    {"US", "GB", "CA", "AU", "NZ", "IE", "ZA", "IN", "SG", "NG", "KE", "PH", "HK", "JM"}
)
MONTHLY = re.compile(
    r"\s*(?:usd|dollars?|pounds?)?\s*(?:(?:per|a|each|every|/|por|ao|al)\s?(?:month|mo|mes)|pcm|p/m|monthly|"
    r"mensua(?:l|les)|mensa(?:l|is))(?!\w)"
)
OFFERED = re.compile(
    r"(?<!\w)(?:por|for|pagando|paying)\s+(?:(?:uns|unos|umas|about|around|ate|hasta|up to)\s+)?$"
)
PAID_NOW = re.compile(
    r"(?<!\w)(?:(?:hoje|hoy|atualmente|actualmente|ahora|agora|currently|now|ja|ya) "
    r"(?:(?:eu|yo|i|we|estou|estoy|a gente) )?(?:pag\w+|pay\w*)|"
    r"(?:i|we|i'?m|we'?re) (?:currently |now )?pay(?:ing)?|pago (?:hoje|hoy|agora|ahora))"
    r"(?: (?:de|uns|unos|about|around|por volta de))?\s*$"
)
NOTHING_COUNTED = re.compile(r"\s*(?:[,.;!?)]|$)")
EARNED_OR_PAID = re.compile(
    r"(?<!\w)(?:ganh\w+|gano|ganamos|receb\w+|renda|salario|sueldo|ingresos?|cobro|income|salary|earn\w*|"
    r"i make|we make|(?:hoje|hoy|atualmente|actualmente|ahora|agora|currently|now|ja|ya) "
    r"(?:\w+ ){0,2}(?:pag\w+|pay\w*)|(?:pago|pagamos|paying|we pay|i pay) (?:\w+ ){0,3}"
    r"(?:hoje|hoy|agora|ahora|now|atualmente|actualmente|de aluguel|de renta|de alquiler|in rent)|"
    r"condominio|expensas|iptu|hoa)(?!\w)"
)
REFUSED = re.compile(r"(?<!\w)(?:not|no|isn'?t|wasn'?t|never)\s+(?:(?:at|the|about|around)\s+)?$")
# Twenty thousand millions: above that the "mil" was meant as a thousand
LARGEST_IN_THOUSANDS = 20_000
