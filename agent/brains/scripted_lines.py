"""The client's burst as lines to read from, each remembering which of its words are already understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from agent import intents
from agent.brains.protocol import Inbound
from agent.parsers import sensitive
from agent.parsers.found import BLANK, Found, blank, clean, fold

CORRECTION = re.compile(
    r"(?<!\w)(?:na verdade|na vdd|vdd|na real|corrigindo|correcao|corrigi\w*|quer dizer|quis dizer|ops|errei|"
    r"me enganei|"
    r"melhor|pensando (?:bem|melhor)|mudei de ideia|mudando|prefiro|preferimos|alias|mentira|decidi\w*|"
    r"desisti|troca|"
    r"mudou|"
    r"digo|em vez d\w+|en realidad|corrijo|correccion|mejor|perdon|quise decir|me equivoque|prefiero|preferimos|"
    r"cambie de (?:idea|opinion)|pensandolo|mas bien|en vez de|actually|sorry|i mean|i meant|correction|rather|"
    r"instead|scratch that|changed my mind|make (?:it|that)|i'?d prefer|prefer|on second thought|no wait|wait|oops|"
    r"my bad|typo|aumentei|subiu|baixou|acho que|agora (?:e|eh|quero)|ahora (?:es|quiero)|"
    r"nao me chamo|no me llamo|(?:meu nome|mi nombre|my name|name) (?:nao|no|is not|isn'?t)|not my name|"
    r"(?:me )?confund[io]\w*|(?:fiz|falei|escrevi|digitei|calculei|mandei|coloquei|botei) (?:\w+ "
    r"){0,2}errad[oa]|conta errada|"
    r"erro meu|esquece|perai|pera|espera|perdona|perdone|disculpa|disculpe|desculpa|desculpe|foi mal|falha minha|"
    r"(?:lo )?(?:dije|escribi|puse|calcule) mal|error mio|olvidalo|"
    r"(?:got|had|typed|wrote|said) (?:it|that|this) wrong|my mistake|strike that|correct that|hold on|"
    r"don'?t call me|nao (?:e|eh) (?:o )?meu nome|(?:nao sou|no soy|i'?m not|i am not) (?:(?:o|a|el|la) )?\w+,? "
    r"(?:(?:e|mas|pero|but) )?(?:sou|soy|i'?m|i am))(?!\w)"
    r"|[,;.] (?:nao|no|n)\s*[,.] "
    r"|^\s*(?:nao|no|n)\s*,|^\s*\*|\*\s*$"
)
# Politeness by itself corrects nothing: "desculpa, só tenho 2 minutos".
APOLOGY = re.compile(
    r"(?:perai|pera|espera|perdona|perdone|disculpa|disculpe|desculpa|desculpe|perdon|sorry|wait|hold on)"
)
# "500" and then, as a message of its own, "mil reais kkk"
SCALE_ALONE = re.compile(
    r"(?P<scale>mil|k|mi|milhao|milhoes|millones|millon|million|thousand|grand)(?: (?:de )?(?:reais|pesos|dolares|"
    r"dollars|euros|soles))?(?:\W+(?:rs+|k{2,}|(?:ha|ja|je|he)+|lol|"
    r"mesmo|ne|eh|ok|ta|obvs|obviously|obvio|claro|duh|of course|please|por favor))*\W*"
)
ENDS_IN_NUMBER = re.compile(r"\d[\d.,]*\s*$|(?:cem|cento|entos|cien|cientos|hundred|nta|nte)\s*$")
TO_THE_POINT = re.compile(
    r"[\s,.:!]*(?:(?:e|eh|es|it|it's|its|that|make|sao|son|uns|unos|umas|unas|por|quero|quiero|want|need|to|"
    r"para|pra|"
    r"que|seja|sejam|sean|melhor|mejor|com|con|with|about|the|os|los|preciso|necesito|de|ate|hasta|up|is|sorry|"
    r"perdon|desculpa|r\$|\$)[\s,.:]*){0,4}"
)
VOCATIVE = re.compile(
    r"\s+(?:mate|man|bro|dude|pal|buddy|mano|cara|veio|parca|amig[oa]|che|wey|guey|parce|hermano|rs+|k{2,}|"
    r"(?:ja){2,}|"
    r"(?:ha){2,}|lol|haha|mesmo|msm|nomas|nomás)$",
    re.I,
)
DECORATION = re.compile(r"(?:\s*[^\w\s'\".)+%&-])+$")
LAUGHTER = re.compile(r"k{2,}|rs(?:rs)*|(?:[jh][aei]){2,}[jh]?|lol|msm|mesmo|ne|eh|ta")
FEW_WORDS = re.compile(r"\W*(?:[^\W\d]+\W+){0,6}[^\w]*")
PAUSE = re.compile(r"[.,;:!?()\n|/*\"]+|\s[-–—]+\s|\s[-–—]+$|^[-–—]+\s")
SEPARATOR = re.compile(rf"[{BLANK}.,;:!?()\n|/*\"]+|\s[-–—]+\s|\s[-–—]+$|^[-–—]+\s")
CONTACT = re.compile(r"\S+@\S+|(?<!\w)\+?\d[\d\s().-]{6,}\d(?!\w)")
# "Feliz Natal!" is no town, "Deus abençoe" no quarter
GOOD_WISHES = re.compile(
    r"(?<!\w)(?:(?:feliz|felices|boas?|bom|merry|happy) (?:natal|ano(?: novo| nuevo)?|pascoa|festas|thanksgiving|"
    r"christmas|"
    r"easter|holidays|new year|navidad|fiestas)|"
    r"(?:(?:com|con|tenho|tengo)(?: muita| mucha)? )?fe (?:em|en) (?:deus|dios)|faith in god|god willing|thank god|"
    r"(?:se|si) (?:deus|dios) (?:quiser|quiere|permit\w+|ajudar|ayuda)|(?:gracas|gracias) a (?:deus|dios)|"
    r"(?:primeiro|primero) (?:deus|dios)|(?:por|pelo) (?:(?:el )?amor de )?(?:deus|dios)|"
    r"(?:nas|em|en) (?:maos|manos) de (?:deus|dios)|(?:que )?(?:deus|dios|god) (?:te |lhe |os |les |o |a |e )?"
    r"(?:abenc\w+|bendiga|bless(?: you)?|fiel|proteja|pague))(?!\w)"
)
EDGES = re.compile(
    r"^(?:e|y|and|com|con|with|de|do|da|em|en|in|no|na|a|o|el|la)\s+|\s+(?:e|y|and|de|em|en|in|a|o)$", re.I
)


MARKUP = re.compile(r"</?[a-z!][^<>]*>", re.I)


@dataclass
class Line:
    """`unread` is the text with understood words blanked; offsets agree with `text` everywhere.

    `tainted`: the message also gave us orders or is code, so nothing is guessed from the rest of it.
    """

    text: str
    seq: int
    message: int
    unread: str = ""
    claimed: bool = False
    tainted: bool = False

    def __post_init__(self) -> None:
        self.unread = self.unread or self.text

    @property
    def folded(self) -> str:
        return fold(self.text)

    @property
    def is_question(self) -> bool:
        return "?" in self.text

    @property
    def corrects(self) -> bool:
        return bool(CORRECTION.search(self.folded))

    def corrects_at(self, start: int) -> bool:
        """Whether a word of correction leads straight to this place: "2 quartos, mas pensando bem 3"."""
        return any(
            match.end() <= start and TO_THE_POINT.fullmatch(self.folded[match.end() : start])
            for match in CORRECTION.finditer(self.folded)
        )

    def corrects_before(self, start: int) -> bool:
        """Whether a word of correction comes shortly before, with no other figure between."""
        return any(
            match.end() <= start
            and (TO_THE_POINT if APOLOGY.fullmatch(match[0]) else FEW_WORDS).fullmatch(
                self.folded[match.end() : start]
            )
            for match in CORRECTION.finditer(self.folded)
        )

    def take(self, found: Found) -> None:
        self.unread = blank(self.unread, [(found.start, found.end)])
        self.claimed = True

    def says_only(self, piece: str, fillers: frozenset[str]) -> bool:
        """Whether the client's sentence holds nothing besides `piece` and filler words.

        A phone number or an e-mail ends a sentence as a full stop does.
        """
        for sentence in PAUSE.split(CONTACT.sub(", ", self.text)):
            if piece in sentence:
                rest = fold(sentence.replace(piece, " ", 1))
                return all(
                    word in fillers or LAUGHTER.fullmatch(word) for word in re.findall(r"[^\W_]+", rest)
                )
        return False

    def segments(self) -> Iterator[str]:
        """What is left to understand, cut where people pause."""
        for piece in SEPARATOR.split(self.unread):
            plain = DECORATION.sub("", piece.strip())
            trimmed = EDGES.sub("", VOCATIVE.sub("", plain))
            if re.search(r"\w", trimmed):
                yield trimmed


@dataclass(frozen=True)
class Claim:
    """One reading of one slot, with the line it came from."""

    slot: str
    value: Any
    quote: str
    line: Line = field(repr=False)
    explicit: bool = True
    surest: bool = False


def lines_of(burst: list[Inbound]) -> list[Line]:
    """Orders to us, card and document numbers are blanked; a message repeated in the burst counts once."""
    lines: list[Line] = []
    seen: set[str] = set()
    for index, message in enumerate(burst):
        # The same message again with a "?" or "!!" more, sent by who waits for an answer
        key = re.sub(r"[^\w\s]+$", "", fold(clean(message.words))).strip() or fold(message.words)
        if not key or key in seen:
            continue
        seen.add(key)
        # Joined before anything is read: "500" alone would be read as five hundred
        if lines and SCALE_ALONE.fullmatch(key) and ENDS_IN_NUMBER.search(lines[-1].folded):
            lines[-1] = Line(f"{lines[-1].text} {clean(message.words)}", message.seq, lines[-1].message)
            continue
        ordered = bool(intents.found("injection", message.words) or MARKUP.search(message.words))
        lines += [
            Line(part, message.seq, index, tainted=ordered or bool(sensitive.parse(said)))
            for part, said in zip(_parts(message.words), clean(message.words).split("\n"), strict=False)
            if part.strip(BLANK + " ")
        ]
    return lines


def _parts(words: str) -> list[str]:
    text = clean(words)
    # Blanked and not cut out: every quote is found again by its place in the client's own text
    text = blank(text, [(item.start, item.end) for item in sensitive.parse(text)])
    text = blank(text, [match.span() for match in GOOD_WISHES.finditer(fold(text))])
    return intents.about_the_client(intents.without_small_talk(text)).split("\n")
