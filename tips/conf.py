"""Tunables of tips, each with its unit and its reason."""

from __future__ import annotations

from datetime import timedelta

# A policy may rank thousands; the log keeps the best of them.
LOGGED_CANDIDATES = 20
# Nothing that a tip says is trusted for longer, even when no boundary comes earlier.
LONGEST_LIFE = timedelta(hours=2)
# Whoever looks at a tip is not shown another one under their eyes.
SHOWN_STAYS = timedelta(minutes=30)
# After an answer the page rests, unless the person asks for one more.
REST_AFTER_ANSWER = timedelta(minutes=15)
# How long the person may take an answer back, as the page shows it, and what the network may add.
UNDO_WINDOW = timedelta(seconds=8)
UNDO_GRACE = timedelta(seconds=2)
# What was taken back is on the page at once. Whether it is still so is looked at within so long.
LOOKED_AT_WITHIN = timedelta(minutes=1)
# Until then the page waits for the worker; after that it decides by itself.
PATIENCE_S = 2
# Who waits for a tip has seen it by then, and nothing is asked about a tip that was seen.
WAITED_FOR_S = 5
# Questions to a model about a person's tips within 24 hours. With the readings of five new tasks
# an ordinary day has twelve. A choice is three of them, a wording is one.
MOST_QUESTIONS = 7
# Who was here so lately is likely to look again before what they are told is another thing.
HERE_LATELY = timedelta(hours=4)
# People whom one run of keep_ready decides about; a full one calls for another worker.
KEEP_READY_PEOPLE = 500
# Longer than a run may take; whoever a worker that died held is due again then.
KEEP_READY_LEASE = timedelta(minutes=2)
