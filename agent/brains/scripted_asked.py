"""The last reading: what was just asked, looked for in everything the client wrote back.

It comes after all other readers and reads only the question that is still open, so it may be lenient: the
unknown words among everyday ones are the place or the name, a stem is the option, a bare hour the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agent import intents
from agent.brains.protocol import Context, Question
from agent.brains.scripted_lines import Claim, Line
from agent.brains.scripted_talk import FILLERS, TALK, UNSURE
from agent.parsers import choices, clock, integers, money, names, places, spoken_money, texts
from agent.parsers.found import BLANK, Found, fold
from agent.parsers.lexicons import common_words, companies, first_names, word_set
from agent.parsers.negation import is_negated

TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
PARTICLES = frozenset({"de", "da", "do", "dos", "das", "del", "la", "las", "los", "of", "upon", "y", "e"})
FIGURE = re.compile(r"\s*\d")
BUT = re.compile(r"(?<!\w)(?:mas|pero|but|porem|so que|though)(?!\w)")
LEADS_TO_A_PLACE = re.compile(
    r"(?<!\w)(?:em|no|na|nos|nas|en|in|at|por|near|around|lados d[aeo]|banda d[aeo])\s+(?:(?:el|la|los|the|a|o)\s+)?$"
)
# Only who tells where they live or want to be names an unknown place: "vi no OLX" is none.
WISHED = re.compile(
    r"(?<!\w)(?:mor(?:o|amos|ar|aria)|resid(?:o|imos|ir)|viv(?:o|imos|emos|ir)|liv(?:e|ing)|based|fic(?:o|ar|amos|a)|"
    r"quer(?:o|ia|emos|ria|iamos)|gosta(?:ria|mos)|prefer\w*|prefier\w*|procur\w+|busc\w+|pens(?:o|ando|amos|ei)|"
    r"pode ser|puede ser|seria|quier\w+|quisiera|qued(?:a|ar|o)|want|would|like|love|lovely|thinking|looking|prefer|"
    r"hoping|ideally|maybe|talvez|quizas?|perto d[aeo]|proxim[oa] (?:de|a|ao)|cerca d[aeo]l?|near|around|close to|"
    r"pros? lados|(?:pra|la) banda|lados d[aeo]|regiao|zona|bairro|barrio|area|neighbou?rhood|cidade|ciudad|city|town|"
    r"soy de|sou d[aeo]|somos d[aeo]|from|meant?|digo)(?!\w)"
)
A_SORT = re.compile(r"(?<!\w)(?:an?|una?)\s+$")
# "thinking Plano", "quero Messejana"
WISHED_STRAIGHT = re.compile(
    rf"{WISHED.pattern}[\s,:]+(?:(?:o|a|el|la|los|las|the|maybe|talvez|quizas?|de|d[ao])\s+)*$"
)
# "Didsbury would be lovely"
IS_FINE = re.compile(
    r"\W+(?:maybe|would|works|is|e|eh|seria|sounds|pode|puede|ideally|mesmo|please|por favor|ou|or|and)(?!\w)|\W*$"
)
# "over by Cedar Park is fine too"
SUITS = re.compile(
    r"\W+(?:is|are|would be|works|sounds|e|eh|esta|ta|fica|seria|me queda|tambem|tambien)\s+"
    r"(?:(?:also|tambem|tambien|just)\s+)?"
    r"(?:fine|ok|okay|good|great|perfect|lovely|otimo|bom|bien|perfecto|tranquilo|joia|legal)(?!\w)"
)
NAMING = re.compile(
    r"(?:(?<!\w)(?:me chamo|me llamo|chamo|nome|nombre|names?|call(?:s|ed)? me|aqui(?: (?:e|eh))?|aca|"
    r"here|soy|sou|this is|"
    r"i'?m|i am|it'?s|(?:^|[,.]\s*)(?:e|eh|es))[\s:,]+(?:(?:o|a|el|la|is|e|eh|es)\s+)?|^\W*)$"
)
NAMED = re.compile(
    r"\W+(?:(?:te |le |les )?(?:habla|saluda|escribe)|aqui|aca|here|speaking|com|con|with|se escreve|se escribe|"
    r"spelled|letra|l)(?!\w)"
)
VERB_ENDINGS = (
    "ando",
    "endo",
    "indo",
    "iendo",
    "ing",
    "ar",
    "er",
    "ir",
    "aria",
    "eria",
    "mente",
    "ly",
    "ria",
    "emos",
    "amos",
)
FRAME = re.compile(
    r"(?<!\w)(?:calls? me|me dicen|me dizem|me chamam(?: de)?|me conocen (?:como|por)|me conhecem (?:como|por)|"
    r"known as|"
    r"go(?:es)? by|put (?:me |it )?down(?: as)?|(?:pode |puedes |puede )?(?:anota|anotar|anote|apunta|apuntar|apunte|"
    r"coloca|colocar|bota|botar|pon|poner|registra|registrar)(?: ai| ahi| como| a nome de|"
    r" a nombre de)*)[\s:,]+(?=\w)"
)
# "vou colocar a Prefeitura": what has an article is seldom a name that nobody knows.
A_THING = re.compile(r"(?:o|a|os|as|el|la|the|an?|uma?|una?)\s+\w", re.I)
LONGEST_NAMING = 5
LONGEST_PLACE = 4
LONGEST_ANSWER = 12


@dataclass(frozen=True)
class AskedReader:
    """Reads the open question out of lines that are no question, order or talk."""

    question: Question
    context: Context
    language: str

    def read(self, lines: list[Line]) -> list[Claim]:
        readers: dict[str, Callable[[Line], Found | None]] = {
            "place": self._place, "name": self._name, "choice": self._choice, "int": self._int,
            "money_range": self._amount, "text": self._known_words,
        }  # fmt: skip
        read = readers.get(self.question.type, lambda line: None)
        for line in filter(self._may_answer, lines):
            found = read(line)
            if found:
                return [Claim(self.question.key, found.value, found.quote, line, explicit=False)]
        return []

    def _may_answer(self, line: Line) -> bool:
        if line.tainted or line.is_question or UNSURE.search(line.folded) or "http" in line.text:
            return False
        return len(line.text.split()) <= LONGEST_ANSWER and not any(
            intents.found(talk, line.text) for talk in TALK
        )

    def _place(self, line: Line) -> Found | None:
        """ "Didsbury would be lovely", "quero ficar pros lados de messejana"."""
        runs = [
            run
            for run in self._unknown_runs(line)
            if self._may_be_place(run, line) and not places.is_of_another_kind(line.folded, run)
        ]
        known = [
            run
            for run in runs
            # "a Chase mortgage"
            if places.is_known(run.quote, self.context) and not A_SORT.search(line.folded[: run.start])
        ]
        if known or line.claimed:
            return next(iter(known), None)
        runs = [run for run in runs if line.text.strip(" .!") == run.quote or _is_wish(line, run)]
        flat = line.text.isupper() or line.text.islower()
        capitals = [run for run in runs if run.quote[0].isupper() and not flat]
        led = [run for run in runs if flat and LEADS_TO_A_PLACE.search(line.folded[: run.start])]
        return next(iter(capitals or led), None)

    def _may_be_place(self, run: Found, line: Line) -> bool:
        words = run.quote.split()
        # "OLX", "CRM": in capitals where the rest is not, no place
        acronym = run.quote.isupper() and not line.text.isupper()
        short = len(words) <= LONGEST_PLACE and not acronym and not FIGURE.match(line.text, run.end)
        somebody = names.is_known(words[0]) and not places.is_known(run.quote, self.context)
        return short and not somebody and fold(words[0]) not in word_set("not_places")

    def _name(self, line: Line) -> Found | None:
        """ "pode anotar Juvenal", "everyone calls me Bo"."""
        if line.corrects:
            return None
        framed = FRAME.search(line.folded)
        told = line.text[framed.end() :] if framed else ""
        # "coloca a Ana" gives a name with its article, as Brazilians do; "coloca a prefeitura" gives none
        if A_THING.match(told) and not names.is_known(told.split()[1]):
            return None
        runs = [Found(told, told, 0, 0)] if told else self._likely_names(line)
        found = [names.bare(run.quote, self.context, pending=True) for run in runs]
        return next((name for name in found if name and not names.is_everyday(name.quote)), None)

    def _likely_names(self, line: Line) -> list[Found]:
        """Given names, else the one capitalised word that nobody uses every day."""
        runs = [
            run
            for run in self._unknown_runs(line, and_names=True)
            if not names.belongs_to_other(line.folded, run.start)
            and not names.acts_for_client(line.folded, run.end)
        ]
        mixed = not (line.text.isupper() or line.text.islower())
        written = [run for run in runs if mixed and run.quote[0].isupper()]
        short = not line.claimed and len(line.text.split()) <= LONGEST_NAMING
        given = [run for run in (runs if short else written) if names.is_known(run.quote.split()[0])]
        strange = [
            run for run in written if _is_told(line, run) and not places.is_known(run.quote, self.context)
        ]
        return given or (strange if len(runs) == 1 and not line.claimed else [])

    def _choice(self, line: Line) -> Found | None:
        """Diminutives and other forms of a word that the playbook knows; a bare hour."""
        found = choices.by_stem(line.unread, self.language, self.question)
        hours = clock.asked(line.unread, self.question.choices) if not found else []
        return next(iter(found or hours), None)

    def _int(self, line: Line) -> Found | None:
        """ "na equipe que vai usar são 18"; of two numbers the one after "but"."""
        found = integers.parse(line.unread, self.context, self.language, self.question)
        turn = BUT.search(line.folded)
        after = [item for item in found if turn and item.start >= turn.end()]
        chosen = after or found
        # Of two numbers neither is taken: to ask again costs a message, a wrong head count costs the lead
        return chosen[0] if len(chosen) == 1 and not money.has_mark(line.unread) else None

    def _known_words(self, line: Line) -> Found | None:
        """ "só pra mim e minha esposa" tells how many, and also whom to insure."""
        return next(iter(texts.known(line.text, self.language, self.question)), None)

    def _amount(self, line: Line) -> Found | None:
        return spoken_money.asked(line.unread, self.context)

    def _unknown_runs(self, line: Line, and_names: bool = False) -> list[Found]:
        """The words between everyday ones, each run as one; capitals begin a run of their own."""
        text = line.unread
        runs: list[tuple[int, int]] = []
        for token in TOKEN.finditer(text):
            if not self._is_telling(token[0], text, and_names):
                continue
            if runs and self._goes_on(text, runs[-1], token.start()):
                runs[-1] = (runs[-1][0], token.end())
            else:
                runs.append(token.span())
        found = [Found(text[start:end], text[start:end], start, end, explicit=False) for start, end in runs]
        return [run for run in found if not is_negated(fold(text), run.start, self.language)]

    def _goes_on(self, text: str, run: tuple[int, int], start: int) -> bool:
        gap = text[run[1] : start]
        joined = gap.isspace() or (gap.strip() in PARTICLES and gap == f" {gap.strip()} ")
        return joined and (text[run[0]].isupper() or not text[start].isupper())

    def _is_telling(self, word: str, text: str, and_names: bool = False) -> bool:
        plain = fold(word)
        if len(plain) < 3 or any(letter.isdigit() for letter in plain) or BLANK in plain:
            return False
        if and_names and plain in first_names():
            return plain not in FILLERS
        capital = word[0].isupper() and not text.isupper() and not text.startswith(word)
        if plain in common_words() or plain in FILLERS:
            return capital and plain not in FILLERS
        return capital or not plain.endswith(VERB_ENDINGS)


def _is_told(line: Line, run: Found) -> bool:
    """Right behind "I'm" or right before "speaking"; "I'm at Walmart" and "uso FGTS" tell no name."""
    acronym = run.quote.isupper() and not line.text.isupper()
    told = NAMING.search(line.folded[: run.start]) or NAMED.match(line.folded, run.end)
    return bool(told) and not acronym and fold(run.quote) not in companies()


def _is_wish(line: Line, run: Found) -> bool:
    """The unknown word is led to as places are, wished for straight, or said to be fine."""
    before, after = line.folded[: run.start], line.folded[run.end :]
    led = LEADS_TO_A_PLACE.search(before) or WISHED_STRAIGHT.search(before) or IS_FINE.match(after)
    return (
        bool((led and WISHED.search(line.folded)) or SUITS.match(after))
        and not places.is_merely_named(line.folded, run.start)
        and fold(run.quote) not in companies()
    )
