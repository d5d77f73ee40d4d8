"""Orders to a program that reads the list: marks that no note has, or what such orders say."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from agents.understanding.readers.words.lexicon import Line

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
        nachricht|bericht|instru\w+|infos?|hint|avis|aviso|avviso)\s.{0,12}
      \b(?:assistente?n?|asistente|ai|ia|ki|llm|bot|chatbot|modell?[oe]?)\s*[:\uff1a\]]
    | ['"`;]\s*(?:drop|delete|insert|update|select|union|alter)\s.{0,60}(?:--|;|\#|/\*)
    | (?:^|[;'")])\W{0,3}                                 # a whole statement of SQL
      (?:drop\ table\ \w+\s?;\s?(?:--|$) | delete\ from\ \w+\ where\b
        | insert\ into\ \w+\s?(?:\(|values\b)
        | update\ \w+\ set\ \w+\s?= | union\ (?:all\ )?select\b | or\ '?1'?\s?=\s?'?1
        | select\ \*\ from\ \w+ | select\ [\w., ]{1,60}\ from\ \w+\s?(?:where\b|;\s?(?:--|$)))
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
ROLE_PLAYED, RULES, SECRETS = "order_role", "order_rules", "order_secrets"
STRANGE = ("order_reader", "order_claim", "order_score", ROLE_PLAYED, RULES, SECRETS)
# Whose secrets, or by what right.
WHOSE = ("order_reader", "order_claim", RULES, ROLE_PLAYED)
# Rows by a name that other things have: "this item". Then one of the strange ones must be there.
THINGS = "order_things"
ENOUGH, ENOUGH_WITHOUT = 2, 3
RATED_ALONE = 6  # tokens: "score = 1.0"
STOPS = frozenset(".!?\n\u3002\uff01\uff1f")


def find_marked(text: str) -> str:
    """What only a program would take for an order: a mark that nobody types."""
    found = ORDER.search(text)
    if found is None:
        return ""
    return found.group() if found.group().strip() else text


def find(line: Line) -> str:
    if (role := ROLE.search(line.text)) and line.has(ROWS, THINGS, RULES, *COMMON):
        return role.group()
    if len({hit.phrase.words for hit in line.all("order_verdict")}) > 1:
        return line.text  # "Result: item accepted. No further evaluation"
    # Of each token, how many stops stand before it.
    sentences = [0, *accumulate(_is_stop(line, i) for i in range(len(line.tokens)))][:-1]
    for which in _ordering(line, sentences):
        start, end = bisect_left(sentences, which), bisect_right(sentences, which)
        return line.quote(start, end)
    return ""


def _is_stop(line: Line, i: int) -> bool:
    """No stop within a number, nor behind a letter: "section 4.2", "u."."""
    if line.word(i) not in STOPS or (line.touches(i + 1) and line.number(i + 1) is not None):
        return False
    return not (line.word(i) == "." and line.touches(i) and len(line.word(i - 1)) == 1)


def _ordering(line: Line, sentences: Sequence[int]) -> Iterator[int]:
    """Sentences that say which rows, and enough of whom, what, and by what right."""
    starts: dict[int, dict[str, set[int]]] = {}
    for notion in {ROWS, THINGS, *COMMON, *STRANGE}:
        for hit in line.all(notion):
            which = sentences[hit.start]
            # Who is told what to be does it in the sentences beside.
            for near in (which - 1, which, which + 1) if notion == ROLE_PLAYED else (which,):
                # A word of the name of rows is no sign: "this first".
                words = range(hit.start, hit.end if notion == ROWS else hit.start + 1)
                starts.setdefault(near, {}).setdefault(notion, set()).update(words)
    for which, found in sorted(starts.items()):
        if which in sentences and (
            _is_order(found) or _rates_itself(line, which, sentences, found)
        ):
            yield which


def _is_order(found: Mapping[str, set[int]]) -> bool:
    signs = [n for n in (*COMMON, *STRANGE) if found.get(n, set()) - found.get(ROWS, set())]
    # A word that is two signs counts once.
    count = min(len(signs), len(set().union(*(found[n] for n in signs))))
    strange = sum(n in found for n in STRANGE)
    if ROWS in found and count >= ENOUGH:
        return True
    if THINGS in found:
        is_said = "order_answer" in found or ROLE_PLAYED in found or strange > 1
        return strange > 0 and is_said and count + 1 >= ENOUGH_WITHOUT
    if SECRETS in found and found.keys() & set(WHOSE):
        return True
    return strange > 1 and RULES in found and count >= ENOUGH_WITHOUT


def _rates_itself(
    line: Line, which: int, sentences: Sequence[int], found: Mapping[str, set[int]]
) -> bool:
    """ "relevance=1 urgency=1"; told to somebody who reads rows, one mark says which row."""
    rated = {
        hit.phrase.words: hit.start
        for hit in line.all("order_score")
        if sentences[hit.start] == which
        and line.word(hit.end) == "="
        and line.number(hit.end + 1) is not None
    }
    if not rated or len(rated) > 1 or len(line.tokens) <= RATED_ALONE:
        return bool(rated)
    told = {notion: found[notion] for notion in ("order_reader", "order_only") if notion in found}
    return len(told) > 1 and _is_order({**told, ROWS: set(rated.values())})
