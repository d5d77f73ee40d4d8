"""What a program left where a title should be: broken, empty, answered by a machine, tried."""

from __future__ import annotations

import re
import unicodedata

from agents.understanding.readers.words.lexicon import Line

# What a broken import leaves where a title should be.
DEBRIS = re.compile(
    r"""
      \s* (?: null | nil | undefined | nan | n/a | \[object[ ]object\] | [(\[<]no\ title[)\]>]
        | =\?[\w-]{3,20}\?[bq]\?[^?]{0,200}\?=
        | \#(?:ref!|n/a|value!|name\?|div/0!|null!|num!)
        | \[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S{0,20}\s\W?(?:debug|info|warn(?:ing)?|error|fatal)\b.*
        | traceback\ \(most\ recent.* | at\ [\w.$]{1,80}\(\S{0,80}:\d+\)
        | (?:img|dsc|pxl|scan|vid)_?\d{3,}\S{0,30} | [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}
        | data:\w{1,20}/\w{1,20};base64,\S* | [?\ufffd\u25a1\s]{8,}
        | exception\ in\ thread\ .* | npm\ err!.* | segmentation\ fault.* | \(?err_[a-z_]{4,40}\)?
        | (?:http\S{0,4}\s)?[45]\d\d\W{1,3}(?:bad\ gateway|gateway\ time-?out|internal
          \ server\ error|service\ (?:\w{4,12}\ )?unavailable|not\ found
          |forbidden|too\ many\ requests)
        # An error by its class, and where it was: a person says what to do about it.
        | (?:uncaught\s)?[\w.]{0,40}(?:error|exception|panic|fatal)\b[^\w\s]{1,2}\s.{0,200}
          (?:\(\S{0,80}:\d+\)|:\d+:\d+|\bline\ \d+|\b0x[\da-f]{4,16}
          |(?-i:\bE[A-Z]{5,12}\b)|\berrno\W\d+|\bexit\ (?:code|status)\W\d+)[\d\s.:)\]]{0,40}
        | (?:debug|info|warn(?:ing)?|error|fatal)\W{1,4}\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d.*
        | (?-i:[A-Z][a-z]{2,20}(?:Error|Exception)):\ ['"]\w{1,40}['"]
        | -{2,9}\ ?(?:original\ message|forwarded\ message|ursprüngliche\ nachricht
          |message\ d.origine)\ ?-{0,9} | \[(?:image|cid|attachment|inline)\b[^\]]{0,60}\]
        | \w{1,40}\.(?:bak|tmp|swp)
        # Made of a moment or of the number of a row.
        | \S{0,40}\d{4}-?\d\d-?\d\d[T_]\d\d:?\d\d:?\d\d\S{0,40}
        | \w{0,40}(?:row|record|item|task|entry|line|object|job|id)_\d{3,20}
        | (?:screen\ ?shot|bildschirmfoto|capture\ d.écran|captura\ de\ (?:pantalla|tela|ecrã)
          |schermata|schermafbeelding|whatsapp\ image)[\ _]\d{4}-\d\d-\d\d.{0,30}
        | [\da-f]{32,64} | [a-z]{3}\ {1,2}\d{1,2}\ \d\d:\d\d:\d\d\ \S{1,40}\ \S{1,40}\[\d{1,7}\]:.*
        | (?:begin|end|dtstart|dtend|rrule|uid|summary)[:;]\S.* ) \s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Rows of a table that was no list: cells without a space between, what a sheet computes, or
# what a log is made of: level=warn code=7 took=3ms.
TABLE = re.compile(
    r"(?:[\w#.-]+[;|\t]){3,}[\w#.-]*|.*#(?:REF|VALUE|NAME|DIV/0|NULL)[!?].*"
    r"|[\w.-]{1,30}=[^\s=]{1,60}(?:\s[\w.-]{1,30}=[^\s=]{1,60}){2,}"
)
LEFT = re.compile(r"null|nil|undefined|nan|\[object object\]", re.IGNORECASE)
NOTHING_SAID = re.compile(r"[\d\W_]*")
# Typed to see whether anything happens.
TRIED = re.compile(
    r"(?:asdf\w*|asdasd\w*|qsdf\w*|qwer\w*|azer\w*|lorem|ipsum|dolor|sit|amet|foo|bar|test|pls|please|ignore|\d+|\W)+",
    re.IGNORECASE,
)
TRYING = re.compile(r"asdf|asdasd|qsdf|qwer|azerty|lorem|\btest\W+test\b", re.IGNORECASE)
KEY_HELD = re.compile(r"(\w)\1{11,}", re.IGNORECASE)
# "Ã©" for "é", "â€™" for an apostrophe, and what stands for a byte that is no letter.
MISREAD = re.compile(
    "[ÂÃâï][\u0080-\u00bf\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,2}|\ufffd"
)
MISREAD_SHARE = 0.5  # below that it can be read
GOES_ON = frozenset(":.,(-\u2013\u2014\uff1a")
COLUMNS = 4


def find(title: Line, description: Line, *, is_told: bool) -> str:
    text = title.text
    if any(is_broken(text) for is_broken in (_is_debris, _is_misread, _is_overlaid, _is_invisible)):
        return text
    if held := KEY_HELD.search(text):
        return held.group()
    if _is_trial(title, description):
        return text
    return text if not is_told and _is_left_by_program(title, description) else ""


def _is_left_by_program(title: Line, description: Line) -> bool:
    """An empty template, a copy of a copy, an answer or a report of a machine, an example."""
    if "untitled" in title.made_of("untitled", "copy_mark"):
        return True
    copies = [hit for hit in title.all("copy_mark") if _is_mark(title, hit.start, hit.end)]
    if len(copies) > 1 or any(title.word(hit.start - 1) for hit in title.all("conflict")):
        return True
    if _is_answered_by_machine(title, description) or _is_report(title):
        return True
    sample = title.at(0, "sample")
    return sample is not None and (title.has("tutorial") or not title.is_word(sample.end))


def _is_report(title: Line) -> bool:
    """ "Sync complete: 3 added"; the columns of a table that was imported."""
    report = title.at(0, "report")
    if report and (title.word(report.end) in GOES_ON or title.at(report.end, "report_joint")):
        return any(title.number(hit.start - 1) is not None for hit in title.all("counted"))
    return len(title.made_of("column")) >= COLUMNS


def _is_trial(title: Line, description: Line) -> bool:
    """ "Test, please ignore", and nothing else."""
    said = title.made_of("trial", "trial_please", "trial_more")
    return {"trial", "trial_please"} <= set(said) and not description.text.strip()


def _is_mark(title: Line, start: int, end: int) -> bool:
    """ "(copy)", "- Copy"; "copy of copy of"."""
    is_apart = start > 0 and not title.is_word(start - 1) and not title.is_word(end)
    of_another = title.at(end, "copy_mark") or title.at(start - 2, "copy_mark")
    return is_apart or of_another is not None


def _is_answered_by_machine(title: Line, description: Line) -> bool:
    """Behind "Re:" too."""
    start = 0
    while mark := _mail_mark(title, start):
        start = mark
    if title.at(start, "bounce"):
        return True
    bodies = sum(1 for line in (title, description) for _ in line.all("auto_body"))
    answer = title.at(start, "auto_reply")
    if not answer:
        return title.at(start, "auto_body") is not None and bodies > 1
    is_of_thread = _mail_mark(title, answer.end + 1) > 0 or (
        start > 0 and not title.is_word(answer.end)
    )
    return bodies > 0 or is_of_thread or title.at(answer.end + 1, "auto_reply") is not None


def _mail_mark(title: Line, i: int) -> int:
    """The token after "Re:" at i; 0 for none."""
    mark = title.at(i, "mail_mark")
    return mark.end + 1 if mark and title.word(mark.end) in {":", "\uff1a"} else 0


def _is_debris(title: str) -> bool:
    """A thing that stands for nothing, a row of such things with numbers, or a row of a table."""
    if DEBRIS.fullmatch(title) or TABLE.fullmatch(title):
        return True
    if TRIED.fullmatch(title) and TRYING.search(title):
        return True
    rest, found = LEFT.subn("", title)
    return found > 0 and NOTHING_SAID.fullmatch(rest) is not None


def _is_misread(title: str) -> bool:
    """Mostly letters that were read in another code than they were written in."""
    misread = MISREAD.findall(title)
    written = sum(not c.isspace() for c in title)
    return len(misread) > 2 and sum(map(len, misread)) > MISREAD_SHARE * written


def _is_overlaid(title: str) -> bool:
    """More marks laid over letters than letters: no script is written like that."""
    marks = sum(unicodedata.combining(c) > 0 for c in title)
    return marks > sum(c.isalpha() for c in title)


def _is_invisible(title: str) -> bool:
    return bool(title.strip()) and all(unicodedata.category(c) in {"Cf", "Zs"} for c in title)
