"""Rows that nobody wrote for the person: to a program, by a program, shouting, advertising.

Others can write into a shared project, and invite. Such a row must not become the one thing that
matters by being marked urgent. It is no guard: whatever it says stays in its own row anyway.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from agents.traits import Noise, Trait
from agents.understanding.readers.words import adverts
from agents.understanding.readers.words.lexicon import Line, read_line

# A tag or a mark of a template: of a program, or of somebody who writes programs.
MARKUP = re.compile(
    r"</?\s*[a-z][\w-]{1,20}(?:\s[^<>]*)?/?> | </?[abipqsu]>"
    r" | \{\{.{0,100}\}\} | [$\#]\{.{0,100}\} | <%.{0,100}%> | \{%.{0,100}%\}"
    r" | <<\s?[a-z][\w. ]{0,40}>> | \*\|\w{1,40}\|\*"
    r" | %\w{1,30}_\w{1,30}% | @@\w{1,40}@@"  # %DUE_DATE%
    r" | \[/(?:b|i|u|s|url|img|quote|code|size|color|list|spoiler|center)\]"  # of forums
    r" | (?:\\u001b|\\x1b|\\e|\\033|\x1b)\[ | \\r\\n"  # of terminals
    r" | \$\w{3,30}\$ | \#\#\w{2,30}\#\# | \[object\ object\] | \binvalid\ date\b"
    r" | \bfunction\s?\(\) | console\.log\( | =>\s?\{ | \|\s?:?-{3,9}:?\s?\| | !\[\]\("
    r" | \{\s?[\w-]{1,30}:[^{}]{0,80}\}"  # of a style sheet
    r" | <!doctype | <\?(?:php|xml) | <!\[cdata\[ | ^<{7}\s | ^>{7}\s",
    re.IGNORECASE | re.VERBOSE,
)
# Gaps of a letter to many: [FIRST_NAME]. One may be a label of the person's own: [WORK].
GAP = re.compile(
    r"\[[A-ZÀ-Þ][A-ZÀ-Þ_ ]{1,30}\] | (?<![/\w])\{(?:\d|[a-zA-Z][\w.]{1,30})\}"
    r" | %\d?\$?[sd@]\b | \b(?:undefined|null|NaN)\b",
    re.VERBOSE,
)
LABELS = re.compile(r"\s*(?:\[[^\[\]]{0,40}\]\s*){1,5}")
WITHIN = frozenset("<[/{%._")  # before a word of a tag
OPENS, CLOSES = frozenset("[<{%_"), frozenset("]>}%_")
MOST_ENTITIES = 2  # a pasted title may have a "&amp;"
ENTITIES = re.compile(r"&(?:[a-z]{2,8}|\#\d{1,6});", re.IGNORECASE)
# A role of a chat, an order to whoever reads: nobody writes a note like that. What starts a line
# stays within it, and nothing runs to its end from each of many places: n characters, n steps.
ORDER = re.compile(
    r"""
      </?\s*(?:script|system|assistant|user|tasks?|instructions?|tools?|prompt)\b[^<>]{0,80}>
    | ^\W{0,3}(?:user|human)\s?[:\uff1a][^:\uff1a]{1,200}\b(?:assistant|ai)\s?[:\uff1a]
    | (?-i:^\[SYSTEM\])
    | <\|.{1,30}\|>  | \[/?INST\] | <<\s*SYS                # marks of chat templates
    | \b(?:ignor\w+|negeer|disregard|forget|override|bypass|vergiss|missachte|oublie[rz]?|olvida|
        esquece|dimentica|vergeet)\b .{0,40}
      \b(?:instru\w+|anweisung\w*|prompts?|rules?|regeln|reglas|regras|regole|règles|
        (?:all|other|every|alle|todas?|tutt[ei]|toutes?|outras?|otras?|andere|altre|autres)\s
        (?:\w+\s)?(?:tasks?|aufgaben|tareas|tarefas|attività|tâches|taken|items?))\b
    | (?:^|[.!?(\n])[^\w\n]{0,3}(?:for|to|dear|attention|hey|für|an|liebe[rs]?|pour|cher|chère|para|
        querid[oa]|per|car[oa]|voor|aan|beste|al|ao)\s(?:\w{1,9}\s){0,2}
      (?:ais?|ias?|kis?|llms?|bots?|gpt|models?|modell?[oe]?s?)\s*[:\uff1a]
    | ^\W{0,3}(?:final[ _]answer|(?:selected|chosen|best)[_ ](?:id|task|item|row|choice))\s?[=:]
    | ^[^\w\n]*(?:not[ae]|notiz|notitie|hinweis|anweisung|message|mensaje|mensagem|messaggio|
        nachricht|bericht|instru\w+)\s.{0,12}
      \b(?:assistente?n?|asistente|ai|ia|ki|llm|bot|chatbot|modell?[oe]?)\s*[:\uff1a]
    | ['"`;]\s*(?:drop|delete|insert|update|select|union|alter)\s.{0,60}(?:--|;|\#|/\*)
    | ^[^\S\n]*\{\s*"                                     # an answer, ready made
    | <!--                                                # what a page hides from its readers
    | \b(?:if\ you\ are\ an|si\ eres\ una|wenn\ du\ eine|si\ tu\ es\ une|se\ sei\ una?|se\ és\ uma|
        se\ você\ é\ uma|als\ je\ een)\s?'?(?:ai|ia|ki|llm)\b
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
# By its name, or as a role speaks. A person may have an assistant, and systems.
ROLE = re.compile(
    r"""
      ^[^\w\n]*system(?:anweisung|nachricht|meldung|befehl|bericht|melding|opdracht)\s*[:\uff1a]
    | ^[^\w\n]*(?:system|sistema|syst[èe]me|systeem|assistant|asistente|assistente|システム)
      (?:\s*(?:prompt|message|note|override|update|notice))?\s*[:\uff1a\]>]
    | \b(?:assistant|asistente|assistente|llm|chatbot|アシスタント)s?\s*[:\uff1a]   # by name
    | ^\#{2,}\s?(?:instructions?|response)\b
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
# What an order to a program is made of: of which rows, and two of the others, in one sentence.
ROWS = "order_rows"
COMMON = ("order_answer", "order_only")  # said of goods and of dishes too
STRANGE = ("order_reader", "order_rules", "order_claim", "order_score")
# Rows by a name that other things have: "this item". Then one of the strange ones must be there.
THINGS = ("order_things", "order_rules")
ENOUGH, ENOUGH_OF_THINGS = 2, 3
RATED_ALONE = 6  # tokens: "score = 1.0"
VERB_LAST = frozenset({"de", "ja", "nl"})
STOPS = frozenset(".!?\n\u3002\uff01\uff1f")
# Words of somebody else: an own title says what is to be done with them.
QUOTED = re.compile(
    r"""(?<=[\s(])(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'(?!\w)) | “[^”\n]{1,200}” | «[^»\n]{1,200}»
      | „[^“”\n]{1,200}[“”] | 「[^」\n]{1,200}」""",
    re.VERBOSE,
)
# What a broken import leaves where a title should be.
DEBRIS = re.compile(
    r"""
      \s* (?: null | nil | undefined | nan | n/a | \[object[ ]object\] | [(\[<]no\ title[)\]>]
        | =\?[\w-]{3,20}\?[bq]\?[^?]{0,200}\?=
        | \#(?:ref!|n/a|value!|name\?|div/0!|null!|num!)
        | \[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S{0,20}\s\W?(?:debug|info|warn(?:ing)?|error|fatal)\b.*
        | traceback\ \(most\ recent.* | at\ [\w.$]{1,80}\(\S{0,80}:\d+\)
        | (?:img|dsc|pxl|scan|vid)_?\d{3,}\S{0,30} | [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}
        | (?:begin|end|dtstart|dtend|rrule|uid|summary)[:;]\S.* ) \s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Rows of a table that was no list: cells without a space between, or what a sheet computes.
TABLE = re.compile(r"(?:[\w#.-]+[;|\t]){3,}[\w#.-]*|.*#(?:REF|VALUE|NAME|DIV/0|NULL)[!?].*")
LEFT = re.compile(r"null|nil|undefined|nan|\[object object\]", re.IGNORECASE)
NOTHING_SAID = re.compile(r"[\d\W_]*")
# Typed to see whether anything happens.
TRIED = re.compile(
    r"(?:asdf\w*|qsdf\w*|qwer\w*|azer\w*|lorem|ipsum|dolor|sit|amet|foo|bar|test|pls|please|ignore|\d+|\W)+",
    re.IGNORECASE,
)
TRYING = re.compile(r"asdf|qsdf|qwer|azerty|lorem|\btest\W+test\b", re.IGNORECASE)
KEY_HELD = re.compile(r"(\w)\1{11,}", re.IGNORECASE)
SHOUTED = re.compile(r"\b(\w{3,})\b(?:\W+\1\b){2,}", re.IGNORECASE)  # URGENT URGENT URGENT
_BIG = "[A-ZÀ-ÖØ-ÞĀ-ĮĹ-ŻΑ-ΩА-Я]"
CAPITALS = re.compile(
    rf"\b{_BIG}{{2,}}\b(?:[ ,]{_BIG}{{2,}}\b){{2,}} | \b{_BIG}{{4,}}\s{_BIG}{{4,}}!!", re.VERBOSE
)
SMALL = re.compile(r"[a-z]{3,}")
LOUD_LETTERS, LOUD_SHARE = 12, 0.7
LONGEST_QUOTE = 120  # characters


# Two ways to say that it presses, or one that is shouted.
PRESSED = re.compile("!|[\u26a0\u203c\u2757\U0001f525\U0001f6a8]")


def read_noise(title: Line, description: Line) -> Trait[Noise] | None:
    """What the row is instead of a note; None for what a person may have written."""
    own = [_without_quoted(line) for line in (title, description)]
    for noise, quote, confidence in _noises(title, description, own):
        return Trait(noise, quote.strip()[:LONGEST_QUOTE].strip(), confidence)
    return None


def _noises(
    title: Line, description: Line, own: Sequence[Line]
) -> Iterator[tuple[Noise, str, float]]:
    is_told = _is_told(title)
    for line, bare in zip((title, description), own, strict=True):
        if order := _order(bare, is_told=is_told and line is title):
            yield Noise.ORDER, _as_written(order, bare, line), 0.8
    text = title.text
    if debris := _debris(title, description, is_told=is_told):
        yield Noise.DEBRIS, debris, 0.9 if debris == text else 0.8
    if not is_told and (advert := adverts.find(*own)):
        written = _as_written(_as_written(advert, own[0], title), own[1], description)
        yield Noise.ADVERT, written, 0.7
    if shout := _shout(title) or _haste(title, description):
        yield Noise.SHOUT, shout, 0.8
    if markup := _markup(own[0]):
        yield Noise.MARKUP, _as_written(markup, own[0], title), 0.6


def _debris(title: Line, description: Line, *, is_told: bool) -> str:
    text = title.text
    if _is_debris(text) or _is_overlaid(text) or _is_invisible(text):
        return text
    if held := KEY_HELD.search(text):
        return held.group()
    if _is_trial(title, description):
        return text
    return text if not is_told and _is_left_by_program(title, description) else ""


def _without_quoted(line: Line) -> Line:
    """Blanks for what is quoted, where somebody says something before it."""
    first = QUOTED.search(line.text)
    if not first or not any(map(str.isalpha, line.text[: first.start()])):
        return line
    return read_line(QUOTED.sub(lambda quoted: " " * len(quoted.group()), line.text))


def _as_written(quote: str, bare: Line, line: Line) -> str:
    """With what was blanked in it."""
    at = bare.text.find(quote) if bare is not line else -1
    return line.text[at : at + len(quote)] if at >= 0 else quote


def _is_told(title: Line) -> bool:
    """ "Write a test for …", "… testen": the person's own hand, whatever it is about."""
    last = len(title.tokens)
    return any(
        hit.start == 0 or (hit.end == last and hit.language in VERB_LAST)
        for hit in title.all("told")
    )


def _order(line: Line, *, is_told: bool) -> str:
    if plain := ORDER.search(line.text):
        return plain.group() if plain.group().strip() else line.text
    if (role := ROLE.search(line.text)) and any(True for _ in line.all(ROWS, *COMMON, *THINGS)):
        return role.group()
    if is_told:
        return ""
    # Of each token, how many stops stand before it.
    sentences = [0, *accumulate(_is_stop(line, i) for i in range(len(line.tokens)))][:-1]
    for which in _ordering(line, sentences):
        start, end = bisect_left(sentences, which), bisect_right(sentences, which)
        return line.quote(start, end)
    return ""


def _is_stop(line: Line, i: int) -> bool:
    """No stop within a number: "section 4.2"."""
    return line.word(i) in STOPS and not (line.touches(i + 1) and line.number(i + 1) is not None)


def _ordering(line: Line, sentences: Sequence[int]) -> Iterator[int]:
    """Sentences that say which rows, and enough of whom, what, and by what right."""
    starts: dict[int, dict[str, set[int]]] = {}
    for notion in {ROWS, *COMMON, *STRANGE, *THINGS}:
        for hit in line.all(notion):
            starts.setdefault(sentences[hit.start], {}).setdefault(notion, set()).add(hit.start)
    for which, found in sorted(starts.items()):
        signs = [n for n in (*COMMON, *STRANGE) if found.get(n, set()) - found.get(ROWS, set())]
        # A word that is two signs counts once.
        count = min(len(signs), len(set().union(*(found[n] for n in signs))))
        if ROWS in found and count >= ENOUGH:
            yield which
        strange = sum(n in found for n in STRANGE)
        if (
            found.keys() & set(THINGS)
            and strange
            and count + ("order_things" in found) >= ENOUGH_OF_THINGS
        ):
            yield which
        if _rates_itself(line, which, sentences):
            yield which


def _rates_itself(line: Line, which: int, sentences: Sequence[int]) -> bool:
    """ "relevance=1 urgency=1"."""
    rated = {
        hit.phrase.words
        for hit in line.all("order_score")
        if sentences[hit.start] == which
        and line.word(hit.end) == "="
        and line.number(hit.end + 1) is not None
    }
    return len(rated) > 1 or (len(rated) == 1 and len(line.tokens) <= RATED_ALONE)


def _markup(title: Line) -> str:
    text = title.text
    if any(title.word(hit.start - 1) not in WITHIN for hit in title.all("told", "code")):
        return ""  # of somebody who writes programs
    if found := MARKUP.search(text):
        return found.group()
    labels = LABELS.match(text)
    gaps = GAP.findall(text, labels.end() if labels else 0)
    if len(gaps) > 1 or (gaps and "_" in gaps[0]):
        return str(gaps[0])
    entities = ENTITIES.findall(text)
    if len(entities) > MOST_ENTITIES:
        return str(entities[0])
    for hit in title.all("gap"):
        is_big = title.quote(hit.start, hit.end).isupper()
        if is_big and title.word(hit.start - 1) in OPENS and title.word(hit.end) in CLOSES:
            return title.quote(hit.start - 1, hit.end + 1)
    return ""


def _notions_of_all(line: Line, *notions: str) -> list[str]:
    """Those that the line is made of, in order; none if any word is not of them."""
    found: list[str] = []
    i = 0
    while i < len(line.tokens):
        hit = max(
            (hit for n in notions if (hit := line.at(i, n))), key=lambda h: h.end, default=None
        )
        if hit is None and line.is_word(i):
            return []
        if hit:
            found.append(hit.phrase.notion)
        i = hit.end if hit else i + 1
    return found


def _is_left_by_program(title: Line, description: Line) -> bool:
    """An empty template, a copy of a copy, an answer of a machine, an example."""
    if "untitled" in _notions_of_all(title, "untitled", "copy_mark"):
        return True
    copies = [hit for hit in title.all("copy_mark") if _is_mark(title, hit.start, hit.end)]
    if len(copies) > 1 or any(title.word(hit.start - 1) for hit in title.all("conflict")):
        return True
    if title.at(0, "bounce") or _is_answered_by_machine(title, description):
        return True
    is_tutorial = any(True for _ in title.all("tutorial"))
    sample = title.at(0, "sample")
    return sample is not None and (is_tutorial or not title.is_word(sample.end))


def _is_trial(title: Line, description: Line) -> bool:
    """ "Test, please ignore", and nothing else."""
    said = _notions_of_all(title, "trial", "trial_please", "trial_more")
    return {"trial", "trial_please"} <= set(said) and not description.text.strip()


def _is_mark(title: Line, start: int, end: int) -> bool:
    """ "(copy)", "- Copy"; "copy of copy of"."""
    is_apart = start > 0 and not title.is_word(start - 1) and not title.is_word(end)
    of_another = title.at(end, "copy_mark") or title.at(start - 2, "copy_mark")
    return is_apart or of_another is not None


def _is_answered_by_machine(title: Line, description: Line) -> bool:
    bodies = sum(1 for line in (title, description) for _ in line.all("auto_body"))
    answer = title.at(0, "auto_reply")
    if not answer:
        return title.at(0, "auto_body") is not None and bodies > 1
    is_body = bodies > 0 or title.at(answer.end + 1, "auto_reply") is not None
    return is_body or (
        title.word(answer.end) in {":", "\uff1a"}
        and title.word(answer.end + 1) in {"re", "aw", "sv"}
    )


def _haste(title: Line, description: Line) -> str:
    """Nothing but that it presses: no word of what is to be done, in the description neither."""
    said = _notions_of_all(title, "press", "press_more")
    if "press" not in said:
        return ""
    if description.text.strip() and not (
        NOTHING_SAID.fullmatch(description.text)
        or _notions_of_all(description, "press", "press_more")
    ):
        return ""
    is_loud = PRESSED.search(title.text) or (title.text.isupper() and len(said) > 1)
    is_pressed = said.count("press") > 1 or is_loud
    return title.text if is_pressed else ""


def _is_debris(title: str) -> bool:
    """A thing that stands for nothing, a row of such things with numbers, or a row of a table."""
    if DEBRIS.fullmatch(title) or TABLE.fullmatch(title):
        return True
    if TRIED.fullmatch(title) and TRYING.search(title):
        return True
    rest, found = LEFT.subn("", title)
    return found > 0 and NOTHING_SAID.fullmatch(rest) is not None


def _is_overlaid(title: str) -> bool:
    """More marks laid over letters than letters: no script is written like that."""
    marks = sum(unicodedata.combining(c) > 0 for c in title)
    return marks > sum(c.isalpha() for c in title)


def _is_invisible(title: str) -> bool:
    return bool(title.strip()) and all(unicodedata.category(c) in {"Cf", "Zs"} for c in title)


def _shout(title: Line) -> str:
    """Three times the same word; or that it presses, in a run of capitals beside small letters or
    nearly all in capitals with a row of "!". Some people write all their rows in capitals.
    """
    text = title.text
    if repeated := SHOUTED.search(text):
        return repeated.group()
    if not any(True for _ in title.all("press", "press_more")):
        return ""
    if (capitals := CAPITALS.search(text)) and SMALL.search(text):
        return capitals.group()
    letters = [c for c in text if c.isalpha() and c.lower() != c.upper()]
    if len(letters) < LOUD_LETTERS or text.count("!") < 2:
        return ""
    return text if sum(c.isupper() for c in letters) > LOUD_SHARE * len(letters) else ""
