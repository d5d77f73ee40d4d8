"""Titles that speak to a program instead of to the person, or that one left behind. Pure.

Others can write into a shared project: such a title must not become the one thing that matters by
being marked urgent. It is no guard: whatever it says stays in its own row anyway.
"""

from __future__ import annotations

import re

# A tag or a mark of a template: of a program, or of somebody who writes programs.
MARKUP = re.compile(
    r"</?\s*[a-z][\w-]{1,20}(?:\s[^<>]*)?/?> | \{\{.{0,100}\}\} | \$\{.{0,100}\} | <%.{0,100}%>",
    re.IGNORECASE | re.VERBOSE,
)
# A role of a chat, an order to whoever reads: nobody writes a note like that. What starts a line
# stays within it, and nothing runs to its end from each of many places: n characters, n steps.
PLAIN = re.compile(
    r"""
      </?\s*(?:system|assistant|user|tasks?|instructions?|tools?|prompt)\b[^<>]{0,80}>
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
        nachricht|bericht)\s.{0,12}
      \b(?:assistente?n?|asistente|ai|ia|ki|llm|bot|chatbot|modell?[oe]?)\s*[:\uff1a]
    | ['"`;]\s*(?:drop|delete|insert|update|select|union|alter)\s.{0,60}(?:--|;|\#|/\*)
    | ^[^\S\n]*\{\s*"                                     # an answer, ready made
    | (\w)\1{11,}
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
# What a broken import leaves where a title should be.
JUNK = re.compile(
    r"""
      \s* (?: null | nil | undefined | nan | n/a | \[object[ ]object\] | [(\[<]no\ title[)\]>]
        | =\?[\w-]{3,20}\?[bq]\?[^?]{0,200}\?=
        | \#(?:ref!|n/a|value!|name\?|div/0!|null!|num!) ) \s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
SHOUTED = re.compile(r"\b(\w{3,})\b(?:\W+\1\b){2,}", re.IGNORECASE)  # URGENT URGENT URGENT
_BIG = "[A-ZÀ-ÖØ-ÞĀ-ĮĹ-ŻΑ-ΩА-Я]"
CAPITALS = re.compile(
    rf"\b{_BIG}{{2,}}\b(?:[ ,]{_BIG}{{2,}}\b){{2,}} | \b{_BIG}{{4,}}\s{_BIG}{{4,}}!!", re.VERBOSE
)
SMALL = re.compile(r"[a-z]{3,}")
LOUD_LETTERS, LOUD_SHARE = 12, 0.7


def is_for_machines(title: str) -> bool:
    return has_markup(title) or is_no_note(title)


def has_markup(title: str) -> bool:
    return bool(MARKUP.search(title))


def is_no_note(title: str) -> bool:
    """No person's note to themselves: an order to a program, what one left behind, or shouting."""
    return bool(PLAIN.search(title) or JUNK.fullmatch(title)) or _shouts(title)


def _shouts(title: str) -> bool:
    """Three times the same word, a run of capitals in a title that has small letters too, or nearly
    all in capitals with a row of "!"."""
    if SHOUTED.search(title) or (CAPITALS.search(title) and SMALL.search(title)):
        return True
    letters = [c for c in title if c.isalpha() and c.lower() != c.upper()]
    if len(letters) < LOUD_LETTERS or title.count("!") < 2:
        return False
    return sum(c.isupper() for c in letters) > LOUD_SHARE * len(letters)
