"""Events: words in a reply which tell that something happened there, and what that may change. They only suggest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.playbook import DECISION_PATH, DESTINATION, NEXT_STEP, NO_ACTION, OUR_HELP, PEOPLE, STRUGGLE, WHY_CHANGE

AT_MOST = 2
"""So many suggestions for one reply: each of them asks for a busy person's attention."""


@dataclass(frozen=True)
class Suggestion:
    """A question whose answer may have changed, and the words that suggest it, as they were written."""

    question: str
    words: str


EVENTS: tuple[tuple[tuple[str, ...], str], ...] = (
    # Somebody goes, and what they felt may go with them.
    ((PEOPLE, WHY_CHANGE), "sponsor/champion <gone>, lost our/their/the sponsor/champion"),
    ((PEOPLE,), "<who>/<name> <gone>, <who>/<name> changed roles, <who>/<name> moved to another <word>"),
    # Somebody comes, and may want something else.
    ((PEOPLE, DESTINATION), "new sponsor/champion"),
    (
        (PEOPLE, WHY_CHANGE),
        "new <who>, <who>/<name> took/takes over as/from/in/on, <who> joined/joins in/on <when>",
    ),
    (
        (PEOPLE, DECISION_PATH),
        """
        <office> is/are now in/involved, <office> is/are in/involved now, <office> is/are in., <office> joined,
        <office> has/have joined, <office> got/gets involved, brought/pulled in <office>, joined for the first time,
        someone/somebody new
        """,
    ),
    # The company itself changes.
    ((PEOPLE, DESTINATION), "reorg, re-org, reorganis*, reorganiz*, restructured, restructuring"),
    (
        (PEOPLE, WHY_CHANGE),
        """
        merging/merged with, merger with/talks/announced/announcement/closed/closes, takeover by/of/bid,
        acquired/bought by, up for sale
        """,
    ),
    # It stops, or something else comes first.
    (
        (DECISION_PATH, WHY_CHANGE),
        """
        is/are/was/been/goes/went/put/placed/it/this/project/everything/all/spend/now on hold/ice, on hold until/till,
        is/are/was/been/got/project shelved, paused all/everything, froze all/spend/spending/external,
        spend/spending/capex/purchasing/budget freeze, spend/spending/capex/purchasing/budget is/are/was frozen
        """,
    ),
    ((NO_ACTION, WHY_CHANGE), "hiring/headcount freeze"),
    (
        (WHY_CHANGE, STRUGGLE),
        """
        budget cut/gone/pulled/withdrawn, budget is/was/got/been/has cut/gone/pulled/withdrawn, lost the/their budget,
        no longer a/their/the priority, no longer urgent, new/other/bigger/different priority/priorities,
        priorities changed/shifted, priorities have changed/shifted, deprioritised/deprioritized,
        pulled/moved onto another <word>
        """,
    ),
    # A date moves.
    (
        (NO_ACTION, WHY_CHANGE),
        "deadline <moved>, deadline is/was/got/been <moved>/lifted/extended, got an extension",
    ),
    (
        (STRUGGLE, DECISION_PATH),
        """
        meeting/call/review/workshop <moved>/cancelled/canceled, cancelled/canceled our <word>, <moved> again/twice,
        meeting/call/review/workshop is/was/got/been <moved>/cancelled/canceled
        """,
    ),
    (
        (DECISION_PATH, STRUGGLE),
        """
        <moved> from <when> to/until <when>, <moved> to/until/till/into <when>, <moved> by <number> <time>, pushed out,
        pushed/put back to/until/till <when>, pushed/moved/shifted/postponed ... to/until/till <when>,
        decision/vote/go-live <moved>, decision/vote/go-live is/was/got/been <moved>, is/was/got/been pushed/postponed.
        """,
    ),
    # They decide in another way, or among others.
    (
        (DECISION_PATH, STRUGGLE),
        """
        out/goes/going/gone/went to tender, issued/issuing an rfp/tender, rfp is out/coming,
        contract/terms came/come/were/was/got sent back, sent back the contract/terms
        """,
    ),
    (
        (DECISION_PATH, PEOPLE),
        "new/another approver/signatory/signature, now needs/need sign-off, now also has/have to sign/approve",
    ),
    ((STRUGGLE, DECISION_PATH), "new/another option/supplier/vendor came/appeared, also looking at <name>"),
    # It goes quiet, or gets harder.
    (
        (STRUGGLE, PEOPLE),
        """
        <person> went quiet/silent/dark, <person> has/have gone quiet/silent/dark, stopped replying/answering,
        they've/she's/he's/it's gone quiet/silent/dark, <person> is under pressure/fire
        """,
    ),
    # They can live without it, or want something else.
    (
        (NO_ACTION, WHY_CHANGE),
        "stopgap, renewed with, renewed/extended the/their contract/licence/license with/for/by",
    ),
    (
        (DESTINATION,),
        """
        scope is/was/got/been cut/reduced/halved/doubled, cut/reduced/halved/widened the scope, scaled back,
        new goals, goals/targets are/were/got/been/have reset/changed
        """,
    ),
    ((OUR_HELP,), "declined our, turned down our, don't/doesn't need our help"),
    # What they meant to do is done.
    ((NEXT_STEP, DECISION_PATH), "board/committee/council/<who> has approved/rejected/decided/voted"),
)
"""Words that tell of an event, and the questions it may change, the likeliest first: the product's "Stale early if".

The events that weigh most come first. In the words `a/b` is either word, `<who>` and the like are of the kinds below,
`a*` is any word that begins so, and `a.` ends a clause.
"""

EVERYDAY = """
since/after/before/until/during/from/by/in/of/through <the> reorg/re-org/restructuring/takeover,
since/after/before/until/during/from/by/in/of/through <the> reorganisation/reorganization/reorganisations,
last/second/third/two/every reorg/reorganisation/reorganization/reorganisations, reorg/reorganises every,
caller/callers/customer/customers/patient/patients/people/them/us is/are/was/were on hold,
looking for a new <who>, leaving it/this/that
"""
"""The same words in everyday use, or about what was long ago: they tell of nothing new."""

KINDS = {
    "<who>": """
        ceo, cfo, cio, coo, cto, cmo, cro, cpo, ciso, chro, vp, md, gm, sponsor, champion, chair, chairman, chairwoman,
        head/director/vp of <word>, director, head, manager, boss, lead, counsel, treasurer, buyer, deputy, president
    """,
    "<person>": "<who>, <name>, they, she, he",
    "<office>": "legal, security, finance, procurement, purchasing, compliance, <it>",
    "<gone>": """
        left., left the company/firm/business, left in/on <when>, left last/this <time>, left for <name>,
        has/have/just left., has/have/just left the company/firm/business, is leaving, resigned, has resigned, quit.,
        retires, is retiring, retired in/on <when>, has/have retired, stepped/stepping/steps down,
        was/got fired/promoted, was/got let go, is/goes on leave, is/goes on maternity/paternity/parental/sick leave
    """,
    "<moved>": "pushed, postponed, delayed, slipped, moved, rescheduled",
    "<the>": "the, their, its, last, a, that, this",
    "<when>": "<time>, next/this/last/early/late/mid <time>, the <day>, <day> <time>, <time> <day>, the new year",
    "<time>": """
        day, week, month, quarter, year, days, weeks, months, quarters, spring, summer, autumn, fall, winter,
        q1, q2, q3, q4, h1, h2, monday, tuesday, wednesday, thursday, friday,
        january, february, march, april, may, june, july, august, september, october, november, december,
        jan, feb, mar, apr, jun, jul, aug, sep, sept, oct, nov, dec
    """,
    "<number>": "a, an, one, two, three, four, six, <day>",
}
"""Words of a kind, written in the same way."""

PATTERNS = {
    "<name>": (
        r"(?-i:(?!(?:What|That|It|Nothing|Nobody|Not|Everyone|Everybody|Time|Money|Budget|Days|Weeks|Months)\b)"
        r"[A-Z]\w+(?:-\w+)?(?:'s)?)"
    ),
    "<it>": r"(?-i:IT)",
    "<day>": r"\d{1,2}(?:st|nd|rd|th)?",
    "<word>": r"\w+",
    "...": r"(?:[\w']+\s+){0,3}[\w']+",
}
"""The few kinds that cannot be listed. A name is any word with a capital, but for the usual first words of a line."""


def suggested(answered: str, lines: Sequence[str]) -> tuple[Suggestion, ...]:
    """The questions that a reply's words about the customer may change: at most two, from the events that weigh most.

    `answered` is the key of the question which the reply itself answers. It was just told anew, so it is never
    suggested: then the event suggests the next question that it may change, if there is one.
    """
    text = " . ".join(lines)
    rest = _without(_EVERYDAY, text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    found: dict[str, Suggestion] = {}
    for questions, words in _EVENTS:
        question = next((each for each in questions if each != answered), None)
        told = words.search(rest)
        if told and question:
            found.setdefault(question, Suggestion(question, text[told.start() : told.end()]))
        rest = _without(words, rest)
    return tuple(found.values())[:AT_MOST]


def _without(words: re.Pattern[str], text: str) -> str:
    """The text with the words struck out, so that they are not read once more; all else stays where it is."""
    return words.sub(lambda told: "|" * len(told[0]), text)


def _phrases(written: str) -> str:
    return "|".join(map(_phrase, written.split(",")))


def _phrase(phrase: str) -> str:
    return r"\s+".join("(?:" + "|".join(map(_word, word.split("/"))) + ")" for word in phrase.split())


def _word(word: str) -> str:
    if word in KINDS:
        return _phrases(KINDS[word])
    if word in PATTERNS:
        return PATTERNS[word]
    end = r"(?=\s*(?:$|[.,;:!?)]|and\b))" if word.endswith(".") else ""
    return re.escape(word.removesuffix(".")).replace(r"\*", r"\w*") + end


def _pattern(written: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_phrases(written)})(?!\w)", re.IGNORECASE)


_EVENTS = tuple((questions, _pattern(words)) for questions, words in EVENTS)
_EVERYDAY = _pattern(EVERYDAY)
