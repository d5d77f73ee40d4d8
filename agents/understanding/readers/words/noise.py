"""Rows that nobody wrote for the person: to a program, by a program, shouting, advertising.

Others can write into a shared project, and invite. Such a row must not become the one thing that
matters by being marked urgent. It is no guard: whatever it says stays in its own row anyway.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate

from agents.traits import Noise, Trait
from agents.understanding.readers.words import adverts
from agents.understanding.readers.words.lexicon import Line

# A tag or a mark of a template: of a program, or of somebody who writes programs.
MARKUP = re.compile(
    r"</?\s*[a-z][\w-]{1,20}(?:\s[^<>]*)?/?> | </?[abipqsu]>"
    r" | \{\{.{0,100}\}\} | \$\{.{0,100}\} | <%.{0,100}%>",
    re.IGNORECASE | re.VERBOSE,
)
# A role of a chat, an order to whoever reads: nobody writes a note like that. What starts a line
# stays within it, and nothing runs to its end from each of many places: n characters, n steps.
ORDER = re.compile(
    r"""
      </?\s*(?:script|system|assistant|user|tasks?|instructions?|tools?|prompt)\b[^<>]{0,80}>
    | <\|.{1,30}\|>  | \[/?INST\] | <<\s*SYS                # marks of chat templates
    | ^[^\w\n]*system(?:anweisung|nachricht|meldung|befehl|bericht|melding|opdracht)\s*[:\uff1a]
    | ^[^\w\n]*(?:system|sistema|syst[èe]me|systeem|assistant|asistente|assistente|システム)
      (?:\s*(?:prompt|message|note|override|update|notice))?\s*[:\uff1a\]>]
    | \b(?:ignor\w+|negeer|disregard|forget|override|bypass|vergiss|missachte|oublie[rz]?|olvida|
        esquece|dimentica|vergeet)\b .{0,40}
      \b(?:instru\w+|anweisung\w*|prompts?|rules?|regeln|reglas|regras|regole|règles|
        (?:all|other|every|alle|todas?|tutt[ei]|toutes?|outras?|otras?|andere|altre|autres)\s
        (?:\w+\s)?(?:tasks?|aufgaben|tareas|tarefas|attività|tâches|taken|items?))\b
    | \b(?:assistant|asistente|assistente|ai|llm|chatbot|アシスタント)\s*[:\uff1a]   # by name
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
# What an order to a program is made of: of which rows, and two of the others, in one sentence.
ROWS = "order_rows"
OTHERS = ("order_reader", "order_answer", "order_only")
STOPS = frozenset(".!?\n\u3002\uff01\uff1f")
# What a broken import leaves where a title should be.
DEBRIS = re.compile(
    r"""
      \s* (?: null | nil | undefined | nan | n/a | \[object[ ]object\] | [(\[<]no\ title[)\]>]
        | =\?[\w-]{3,20}\?[bq]\?[^?]{0,200}\?=
        | \#(?:ref!|n/a|value!|name\?|div/0!|null!|num!)
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
    r"(?:asdf\w*|qsdf\w*|qwer\w*|azer\w*|lorem|ipsum|foo|bar|test|\d+|\W)+", re.IGNORECASE
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


def read_noise(title: Line, description: Line) -> Trait[Noise] | None:
    """What the row is instead of a note; None for what a person may have written."""
    for noise, quote, confidence in _noises(title, description):
        return Trait(noise, quote.strip()[:LONGEST_QUOTE].strip(), confidence)
    return None


def _noises(title: Line, description: Line) -> Iterator[tuple[Noise, str, float]]:
    for line in (title, description):
        if order := _order(line):
            yield Noise.ORDER, order, 0.8
    text = title.text
    if _is_debris(text) or _is_overlaid(text) or _is_invisible(text):
        yield Noise.DEBRIS, text, 0.9
    if held := KEY_HELD.search(text):
        yield Noise.DEBRIS, held.group(), 0.8
    if advert := adverts.find(title, description):
        yield Noise.ADVERT, advert, 0.7
    if shout := _shout(text):
        yield Noise.SHOUT, shout, 0.8
    if markup := MARKUP.search(text):
        yield Noise.MARKUP, markup.group(), 0.6


def _order(line: Line) -> str:
    if plain := ORDER.search(line.text):
        return plain.group() if plain.group().strip() else line.text
    # Of each token, how many stops stand before it.
    sentences = [0, *accumulate(token.word in STOPS for token in line.tokens)][:-1]
    parts = [{sentences[hit.start] for hit in line.all(notion)} for notion in OTHERS]
    for hit in line.all(ROWS):
        which = sentences[hit.start]
        if sum(which in of_part for of_part in parts) > 1:
            start, end = bisect_left(sentences, which), bisect_right(sentences, which)
            return line.quote(start, end)
    return ""


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


def _shout(title: str) -> str:
    """Three times the same word, a run of capitals in a title that has small letters too, or nearly
    all in capitals with a row of "!"."""
    if repeated := SHOUTED.search(title):
        return repeated.group()
    if (capitals := CAPITALS.search(title)) and SMALL.search(title):
        return capitals.group()
    letters = [c for c in title if c.isalpha() and c.lower() != c.upper()]
    if len(letters) < LOUD_LETTERS or title.count("!") < 2:
        return ""
    return title if sum(c.isupper() for c in letters) > LOUD_SHARE * len(letters) else ""
