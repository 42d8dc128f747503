"""The words around a name: how people introduce themselves, and how they speak of others."""

from __future__ import annotations

import re

# Introductions that leave no doubt; not "no meu nome" or "a mi nombre", which say whose the car is
STRONG = re.compile(
    r"(?<!\w)(?:(?:meu nome|mi nombre|my name) (?:nao e|nao eh|no es|is not|isn'?t) \w+,? (?:(?:mas|pero|but|sino) )?"
    r"(?:es|e|eh|it'?s)(?=\s)|"
    r"(?:eu )?me chamo|chamo-me|(?<!no )(?<!em )(?:o )?meu nome(?: completo)?|me llamo|"
    r"(?<!a )mi nombre(?: completo)?|"
    r"(?<!in )(?<!under )my (?:full )?name(?:'?s| is)?|(?<!last )(?<!company )(?<!user )(?<!my )name(?:'?s| is)|"
    r"call me|pode me chamar de|pode chamar de|me chama de|puedes llamarme|"
    r"pueden llamarme|podes llamarme|puede llamarme|quem fala (?:aqui )?e|aqui quem fala e|aqui (?:e|eh) (?:o|a)(?=\s)|"
    r"quem escreve e|le escribe|"
    r"les escribe|te escribe|"
    r"(?<=, )(?:y yo|e eu|and i'?m)(?: soy| sou)?|(?<=\w )(?:y yo|e eu)(?: soy| sou)(?: el| la| o| a)?|"
    r"les habla|le habla|te habla|habla|firma|contact is|contato e|contato:|contacto es|contacto:|(?<!meu )nome|"
    r"(?<!mi )nombre|(?<!my )name|ass|atte|signed|cheers|regards|abs)"
    r"\s*[:,.\-]?\s*(?:(?:e|eh|es|is|o|a|la|el)\s+)*(?<=[\s:.,-])(?=\w)"
)
# "sou advogado", "it's a Yamaha", "aqui é casa": what follows is a name only where it looks like one
WEAK = re.compile(
    r"(?<!\w)(?:(?:eu )?sou(?: eu,?)?|soy(?: yo,?)?|i am|i'?m|im|aqui (?:e|eh)|aqui quem e|this is|it'?s|its|aqui|aca|"
    r"por aqui|here is|e|eh)"
    r"\s+(?:(?:o|a|el|la)\s+)?(?:(?:sr|sra|dr|dra|mr|mrs|ms|dona|don|seu|ing|lic)\.?\s+)?(?=\w)"
)
AFTER = re.compile(
    r"\s*(?:aqui|here|speaking|by the way|btw|falando|por aqui|al habla|por aca|de este lado|on this end|por ca)(?!\w)"
)
OTHER_PERSON = re.compile(
    r"(?:(?:minha|meu|mi|my|nossa|nosso|our|su|seu|sua|dele|dela|his|her|its|the|do|da|de la|del|company|empresa|user|"
    r"usuario)\s+"
    r"(?:\w+\s+){0,2}(?:e|es|is|chama|se llama|se chama)?\s*|\w+'s\s+(?:\w+\s+)?|(?:ele|ela|el|ella|he|she|"
    r"que)\s+(?:se\s+)?(?:(?:chama|llama|is called|is)\s+)?)$"
)
# "falei com o Rodrigo", "eu e o Bruno", "a Carla que decide": whom they deal with
DEALT_WITH = re.compile(
    r"(?<!chamar )(?<!chamam )(?<!llamar )(?<!conhecem )(?<!sou )(?<!soy )(?<!aqui )"
    r"(?:(?<!\w)(?:com|con|with|to|from|by|ask|tell|call|consult\w*|perguntar|preguntar\w*|avisar|para|pra|pro|pel[ao]|d[aeo]|del|era|was|fue|"
    r"(?:eu|yo|me|i|mim|minha \w+|mi \w+)"
    r" (?:e|y|and))\s+(?:(?:o|a|el|la)\s+)?)$"
)
WHO_ACTS = re.compile(
    r"\W+(?:que|q|who|(?:e|es) (?:quem|quien)|decid\w+|knows|recomend\w+|recommend\w+)(?!\w)"
)
# "não me chamo Spam", "my name is not Bob": the name that follows is the wrong one.
REFUSED = re.compile(r"(?<!\w)(?:nao|n|no|not|never|don'?t|nunca)\s+(?:(?:eu|yo|e|es)\s+)?(?:(?:o|el)\s+)?$")
REFUSED_AFTER = re.compile(r"(?:(?:nao|no)\s+(?:e|eh|es)|not|never|isn'?t|nunca)(?!\w)")
# "it's a Yamaha" names a thing
A_THING = re.compile(r"^(?:it|that|this|here|i)\W?(?:'?s|s| is|'?m| am)\s+a\s")
OPENS = re.compile(
    r"(?:^|[.,;:!?\n]|(?<!\w)(?:oi+|ola|opa|dia|tarde|noite|sim|ta|ok|claro|entao|ah|nome|chamo|fala|quem|aqui))\W*$"
)
CASUAL = frozenset({"e", "eh", "it's", "its", "aqui", "aca"})
POLITE = re.compile(
    r"\s*,?\s*(?<!\w)(?:para servirle|para servirte|a (?:sus|tus|la) ordenes?|as ordens|mucho gusto|un gusto|"
    r"muito prazer|prazer|encantad[oa]|"
    r"nice to meet you|pleasure|saludos|abracos?|abs|att|obrigad[oa]|gracias|thanks|thank you|aqui|here)\W*$"
)
FROM = re.compile(
    r"^\W*(?:(?i:hi+|hey|hiya|hello|oi+|ol[aá]|hola|buenas|opa|bom dia|boa tarde|boa noite|good \w+|buen\w+ \w+)"
    r"\W+(?:there\W+)?)?(?P<name>[A-ZÀ-Þ][^\W\d_]+) (?:from|at) (?:the )?[A-ZÀ-Þ\x00]"
)
COMPANION = re.compile(
    r"\s+(?:e|y|and|&|\+|com|con|with)\s+(?:(?:(?:o|a|el|la|meu|minha|mi|my|the)\s+)?(?P<relative>espos[oa]|marido|"
    r"mulher|mujer|namorad[oa]|novi[oa]|wife|husband|partner|filh[oa]s?|hij[oa]s?|kids|family|familia|soci[oa])|"
    r"(?P<other>[^\W\d_]+))(?!\w).*$"
)
# How people begin when they were asked their name: "its tyrell", "é o cadu".
OPENING = re.compile(
    r"\W*(?:(?:it'?s|that'?s|this is|i'?m|im|e|eh|es|sou|soy|aqui (?:e|eh)|ah|oh|claro|sure|ok|"
    r"pode (?:ser|por)|pon)\s+)?"
    r"(?:(?:o|a|el|la|the)\s+)?(?=\w)"
)
