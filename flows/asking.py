"""What people ask in a thread, and whose story each question asks for: the customer's, ours, or it could be either.

The lens was taught with statements: it reads every question about a customer as a gap in what we know. So this is a
rule of its own, that decides by a few words and says nothing where they leave a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum


class Side(StrEnum):
    """Whose story a question asks for."""

    US = "us"
    CUSTOMER = "customer"
    EITHER = "either"


def words(pattern: str) -> re.Pattern[str]:
    """A pattern of whole words, which may stand on several lines, in any case."""
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE | re.VERBOSE)


NOT_OWN = re.compile(r"^[ \t]*>.*?$|```.*?```|`[^`\n]*`|https?://\S+|“[^”]*”|\"[^\"\n]*\"", re.MULTILINE | re.DOTALL)
"""What a person quotes, links or pastes: its questions are somebody else's."""

SENTENCE = re.compile(r"(?:[^.?!\n]|[.?!](?=\w))+[.?!]*")

LEADING = re.compile(
    r"^(?:(?:and|but|so|ok(?:ay)?|hi|hey|hmm|well|also|then|just|please|thanks|great|good|nice|@\S+)\b[\s,:–-]*)+",
    re.IGNORECASE,
)
BEGINS_LIKE_ONE = re.compile(
    r"(?:who|what|when|where|why|how|which|whose)(?:\s\w+){0,3}?"
    r"\s(?:do|does|did|is|are|was|were|has|have|had|will|would|can|could|should)\s(?!that\b)\w+"
    r"|(?:who|what|when|where|why|how)['’]s\s"
    r"|(?:do|does|did|has|have|is|are|was|were|can|could|will|would|should)(?:n['’]t)?"
    r"\s(?:you|we|they|i|he|she|it|anyone|anybody|someone|somebody|there)\b",
    re.IGNORECASE,
)
"""How a question begins whose mark was forgotten."""

TALK = words(
    r"""how\ are\ you | how(?:['’]s|\ is)\ it\ going | good\ weekend | makes?\ sense | fill\ (?:me|us)\ in | say\ more
    | what\ do\ you\ think | do\ you\ mean | are\ you\ (?:around|there|free|ok|okay) | (?:did|do)\ (?:i|we)\ miss
    | (?:can|could|would|will)\ (?:you|somebody|someone)\ (?:please\ )?
      (?:explain|clarify|elaborate|add|update|repeat|tag)
    | (?:can|could|shall|should|will)\ (?:we|you|i)\ (?:talk|chat|meet|sync|catch\ up)"""
)
"""What people ask of each other, whatever the deal."""

FINDING_OUT = words(
    r"""(?:do|did|have|has|can|could|should|will)\ (?:we|you|i|anyone|anybody|someone|somebody)
    (?:\ (?:ever|even|already|really))?
    \ (?:know|ask(?:ed)?(?!\ for\b)|f[io]u?nd\ out|hear|heard|understand|check(?:ed)?|tell\ (?:me|us))"""
)
"""Who finds something out says nothing of what is to be found out."""

SELLING = words(
    r"""quot(?:e[sd]?|ing) | proposals? | offers? | discounts? | pric(?:e[sd]?|ing) | pay(?:ing|ment)?s? | packages?
    | demos? | deals? | up-?sell\w* | cross-?sell\w* | upside | commit(?:ted)? | best\ case | forecast\w* | pipeline
    | probability | likelihood | clos(?:e[sd]?|ing) | contracts? | signature | order\ form | paperwork | redlines
    | msa | nda | po | sow | poc | arr | acv | rfp | \d+(?:[.,]\d+)?\s?(?:k|m) | revenue | quota | (?:the|our)\ numbers?
    | seats? | licen[cs]es? | competit\w+ | incumbent | vendors? | champions?
    | (?:reference|sales)\ call | decision\ maker
    | win(?:ning)? | beat | los(?:e|ing)\ (?:this|it)\ to | lands? | slip(?:s|ped|ping)? | sell(?:ing)? | sold
    | add-?ons? | modules? | trial | pilot | products? | features? | roadmap | stage | amount | worth | multi-?thread\w*
    | (?:the|an)\ order | signed\ by | (?:get|have)\ it\ signed | over\ the\ line | pull\ (?:it|this)\ in | come\ in\ by
    | speed\ (?:it|this)\ up | get\ (?:it|this)\ (?:done|in) | block(?:s|ing)\ us | next\ step
    | (?:compare|prefer|choose|pick|like|trust|need|ghost(?:ing|ed)?)\ us | (?:revised|new)\ numbers"""
)
"""What is ours to sell, to send and to count, whoever it is told of."""

OURS = re.compile(r"\b(?:we|us|our|ours|ourselves|i|me|my|you|your)\b|\b(?:we|you|i)['’]\w+", re.IGNORECASE)

PART = r"""(?:cfo|ceo|cio|cto|coo|board|it|finance|legal|procurement|security|operations|ops|hr|plant|auditor|controller
    |nurse|doctor|driver|operator|planner|sponsor|buyer|director|manager|head|lead|boss|committee|council|warehouse
    |floor|shop|branch|user|team|people|staff|department)(?:e?s)?"""
THEIRS = words(
    rf"""they | them | their | theirs | themselves | she | her | hers | he | him | his | customers? | clients?
    | (?:they|she|he)['’]\w+ | counterparts? | over\ there | on\ (?:the\ other|that)\ (?:side|end) | reorg\w*
    | (?:the|an?|any|each|which|whose|ask(?:ed)?|has|does|would|will)\ (?:\w+\ ){{0,2}}?{PART}"""
)
THEIR_WORLD = words(
    rf"""(?:who|whose|which|anyone|anybody|someone|somebody|nobody|people)\ .*\bthere
    | on\ their\ (?:side|end) | their\ (?:own|world|{PART}|budget|priorities|approval|customers|deadline|calendar|last)
    | (?:happens?|costs?|costing|hard(?:est)?|easier|changed?|means?|downside)\ (?:to|for|about)?\ ?(?:them|her|him)
    | worr(?:y|ies|ied) | afraid | fears? | cares?\ about | struggl\w+ | live\ with\ it | blame | feels? | agreed\ to
    | tried\ (?:before|last) | own\ words | nothing\ happens | (?:did|do|does)\ nothing | carry\ on | why\ now
    | priority
    | who\ (?:else\ )?(?:\w+\ )?(?:decides?|signs?|approves?|loses?|objects?|disagrees?|has\ a\ say)"""
)
"""Cues of the customer's own world that stand even where something of ours is named beside them."""

NAME = re.compile(r"(?<=[\w,] )(?!I\b)[A-Z][a-zà-ÿ]+")
NO_NAMES = words(
    r"""(?:mon|tues|wednes|thurs|fri|satur|sun)day | january | february | march | april | may | june | july | august
    | september | october | november | december | oracle | salesforce | microsoft"""
)


def questions(text: str) -> tuple[str, ...]:
    """The questions a person asks in a text, in their words and in order; not what they quote or link."""
    own = NOT_OWN.sub(" ", text)
    sentences = (" ".join(match[0].split()) for match in SENTENCE.finditer(own))
    return tuple(each for each in sentences if re.search(r"\w", each) and _is_question(each))


def side_of(question: str, colleagues: Collection[str] = ()) -> Side:
    """Whose story a question asks for; `EITHER` where its words leave a doubt.

    A name in it is taken for somebody or something of the customer's, unless it is one of `colleagues`.
    """
    asked = FINDING_OUT.sub(" ", question)
    selling, ours, theirs = SELLING.search(asked), OURS.search(asked), THEIRS.search(asked)
    if not selling and TALK.search(question):
        return Side.EITHER
    if THEIR_WORLD.search(asked) and not (selling and ours):
        return Side.CUSTOMER
    if selling:
        return Side.US
    if ours and theirs:
        return Side.US if ours.start() < theirs.start() else Side.CUSTOMER
    if ours:
        return Side.US
    return Side.CUSTOMER if theirs or _names_another(asked, colleagues) else Side.EITHER


def _names_another(question: str, colleagues: Collection[str]) -> bool:
    names = (name for name in NAME.findall(question) if not NO_NAMES.fullmatch(name))
    return any(name not in colleagues for name in names)


def _is_question(sentence: str) -> bool:
    if sentence.rstrip("!").endswith("?"):
        return True
    return not sentence.endswith((".", "!")) and bool(BEGINS_LIKE_ONE.match(LEADING.sub("", sentence)))
