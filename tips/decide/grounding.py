"""Whether a sentence that a model wrote says only what its row says. Pure.

A check that is too strict costs a nicer wording; one that is too lax costs the truth. So each is
rather too strict: a sentence that does not pass is replaced by the words of the template.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from agents.understanding.readers.words.lexicon import read_line
from agents.understanding.readers.words.tokens import fold

LONGEST = 140  # characters
SHORTEST_NAMED = 3  # letters from which a word of the title has to be in the sentence
SHARED_PREFIX = 4  # words that begin with the same four letters are taken for forms of one word
ENDS = tuple(".!?…。\uff01\uff1f")
MARKUP = re.compile(r"[<>`*_#|{}\[\]\\]|&\w+;")
LINK = re.compile(
    r"https?:|\w:/|\b(?:mailto|javascript|data):\w|www\.|\w@\w"
    r"|\w\.(?:com|org|net|io|de|fr|es|it|nl|jp|app)\b",
    re.I,
)
# Unicode categories of invisible characters. Only the two joiners have a use in a sentence; others
# can hide words, or turn the direction of those that follow.
UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs")
JOINERS = "\u200c\u200d"
SELECTORS = re.compile("[\U000e0100-\U000e01ef]")  # variation selectors: they can hide a text
RECITED = 5  # words in a row that are taken for a quotation of what the model was told
DATES = ("day", "month", "today", "tomorrow", "noon", "midnight", "christmas", "easter")
# Frequent small words of each language: by their number a sentence's language is told.
SMALL_WORDS = {
    "en": "the a an to of and is it for your you with before at by this in on be do",
    "de": "der die das ein eine einen und ist es zu du dich dein für mit vor um bis den dem im",
    "fr": "le la les un une des et est à de du ton ta tes vous pour avec avant ce dans ne pas au",
    "es": "el la los las un una y es de del tu tus para con antes en que no lo al por",
    "pt": "o a os as um uma e é de do da seu sua para com antes em que não no na por",
    "it": "il lo la i gli le un una e è di del della tuo tua per con prima in che non al",
    "nl": "de het een en is van je jouw voor met om in dat niet op te naar uw tot aan",
}
# Words that a sentence may add to those of the row, beside the small words: none of them claims
# anything about the row.
FRAME_WORDS = {
    "en": "now please time good moment still take remember",
    "de": "jetzt bitte zeit guter moment noch denk denke daran doch mal",
    "fr": "maintenant bon moment pense penser temps encore",
    "es": "ahora buen momento recuerda tiempo hora todavía",
    "pt": "agora bom momento lembre tempo hora ainda",
    "it": "adesso ora buon momento ricorda tempo ancora",
    "nl": "nu goed moment denk tijd nog even",
}
# They reverse what a sentence says, so they may not be added even if they are small words.
NEGATION_WORDS = (
    "no not never don nicht kein keine nie ne pas jamais nunca não non mai niet geen nooit"
)
_NEGATIONS = frozenset(fold(word) for word in NEGATION_WORDS.split())
_SMALL = {language: frozenset(words.split()) for language, words in SMALL_WORDS.items()}
_FRAME = {
    language: frozenset(fold(w) for w in f"{words} {SMALL_WORDS[language]}".split())
    for language, words in FRAME_WORDS.items()
}
_EVERY_SMALL_WORD = frozenset(fold(w) for words in _SMALL.values() for w in words)
_FOREIGN = re.compile("[\u30a1-\u30fa\u30fc]{2,}")  # katakana: names, and words from elsewhere
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


def objection(said: str, title: str, reasons: Sequence[str], *, locale: str) -> str:
    """The code of the first thing that is wrong with it, or "".

    title    the row's own words
    reasons  sentences of ours about it, in the person's language
    """
    sources = " \n".join((title, *reasons))
    checks = (
        ("empty", not said.strip()),
        ("long", len(said) > LONGEST),
        ("lines", said != " ".join(said.split())),
        ("unseen", _hides(said)),
        ("markup", bool(MARKUP.search(said))),
        ("link", bool(LINK.search(said))),
        ("end", not said.endswith(ENDS)),
        ("number", not _numbers(said) <= _numbers(sources)),
        ("date", not _dates(said) <= _dates(sources)),
        ("name", any(not _is_of(name, sources) for name in _names(said))),
        ("twice", _repeats(said)),
        ("off_target", not _is_about(said, title)),
        ("language", not _speaks(said, locale)),
        ("added", _adds(said, sources, locale)),
    )
    return next((code for code, is_wrong in checks if is_wrong), "")


def recites(said: str, told: str, sources: str) -> bool:
    """Whether RECITED words in a row are from `told`, the prompt, and are not in `sources`."""
    own = _runs(said, RECITED) & _runs(told, RECITED)
    return not own <= _runs(sources, RECITED)


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = [fold(w) for w in _WORD.findall(text)]
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def _hides(text: str) -> bool:
    """Whether invisible characters are in it."""
    return bool(SELECTORS.search(text)) or any(
        unicodedata.category(c) in UNSEEN and c not in JOINERS for c in text
    )


def _numbers(text: str) -> Counter[str]:
    """Each number and how often it occurs; digits of every script are read as 0 to 9."""
    bare = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    return Counter(re.findall(r"\d+", bare))


def _dates(text: str) -> set[tuple[str, int]]:
    return {(hit.phrase.notion, hit.value) for hit in read_line(text).all(*DATES)}


def _names(text: str) -> Iterator[str]:
    """Capitalised words that do not begin a sentence, and words in capitals anywhere."""
    begins = True
    for word in re.finditer(r"[^\W\d_]+|[.!?:…]", text):
        token = word.group()
        if not token[0].isalpha():
            begins = True
            continue
        if token[0].isupper() and (not begins or (token.isupper() and len(token) > 1)):
            yield token
        begins = False


def _is_of(word: str, sources: str) -> bool:
    """Whether the sources have the word in some form. In scripts without spaces it has to be there
    as it is, anywhere.
    """
    if any(map(_is_unspaced, word)):
        return word in sources
    known = {fold(w)[:SHARED_PREFIX] for w in _WORD.findall(sources)}
    return fold(word)[:SHARED_PREFIX] in known


def _adds(said: str, sources: str, locale: str) -> bool:
    """Whether it has a word that is neither in the sources nor one of the frame words."""
    language = locale.split("-")[0]
    frame = _FRAME.get(language, frozenset())
    known = {fold(w) for w in _WORD.findall(sources)}
    for word in _content_words(said, shortest=2):
        plain = fold(word)
        is_frame = plain in frame and plain not in _NEGATIONS
        is_theirs = _is_of(word, sources) if len(plain) >= SHARED_PREFIX else plain in known
        if not is_frame and not is_theirs and not _is_of_unspaced(word, sources):
            return True
    return False


def _is_of_unspaced(word: str, sources: str) -> bool:
    return any(map(_is_unspaced, word)) and word in sources


def _repeats(said: str) -> bool:
    """Whether three words in a row are in it twice: a sign that the model obeyed the title."""
    words = [fold(w) for w in _WORD.findall(said)]
    threes = [tuple(words[i : i + 3]) for i in range(len(words) - 2)]
    return len(set(threes)) < len(threes)


def _is_about(said: str, title: str) -> bool:
    """Whether every word of the title is in it, in some form: leaving one out may bend the meaning.

    Never for a title without such words: it can only be said as it is.
    """
    meant = [w for w in _content_words(title, SHORTEST_NAMED) if fold(w) not in _EVERY_SMALL_WORD]
    return bool(meant) and all(_is_of(word, said) for word in meant)


def _content_words(text: str, shortest: int) -> list[str]:
    """Words of at least `shortest` letters. In scripts without spaces: each ideograph, and each run
    of katakana.
    """
    found = []
    for word in _WORD.findall(text):
        if not any(map(_is_unspaced, word)):
            found += [word] if len(word) >= shortest else []
        else:
            found += [letter for letter in word if _is_ideograph(letter)]
            found += _FOREIGN.findall(word)
    return found


def _is_unspaced(letter: str) -> bool:
    return _script(letter).startswith(("CJK", "HIRAGANA", "KATAKANA"))


def _is_ideograph(letter: str) -> bool:
    return _script(letter).startswith("CJK")


def _script(letter: str) -> str:
    return "" if letter.isascii() else unicodedata.name(letter, "")


def _speaks(said: str, locale: str) -> bool:
    """Whether no other language has more of its small words in it than the person's. True where we
    have no list for that.
    """
    own = _SMALL.get(locale.split("-")[0])
    if own is None:
        return True
    words = [w.casefold() for w in _WORD.findall(said)]
    count = sum(w in own for w in words)
    return all(sum(w in small for w in words) <= count for small in _SMALL.values())
