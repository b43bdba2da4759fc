"""What the lens looks at in a piece of text: named features, computed without any library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from flows.lens.segments import Piece

MONEY = r"[$€£¥]\s?\d[\d.,]*\s?[kmb]*\b|\b\d[\d.,]*\s?(?:k|m|mn|bn|eur|usd|gbp|aud|chf|sek|nok|dkk|aed|inr)\b"
MONTH = (
    r"jan|feb|mar|apr|(?-i:May)|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|"
    r"september|october|november|december"
)
TOKEN = re.compile(
    rf"(?P<money>{MONEY})|(?P<percent>\d[\d.,]*\s?%)|(?P<quarter>\b(?:q[1-4]|h[12]|fy\s?\d*)\b)"
    rf"|(?P<date>\b\d{{1,2}}(?:st|nd|rd|th)\b|\b\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d+)?\b|\b(?:{MONTH})\b)"
    r"|(?P<number>\d[\d.,:]*)|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<mark>[^\w\s])",
    re.IGNORECASE,
)
# Words that play one part in these stories; a word is in one class only.
CLASSES: dict[str, str] = {
    "THEY": "they they're they've they'd they'll them their theirs theyre theyve themselves",
    "PERSON": "he she him her his hers he's she's he'd she'd he'll she'll",
    "WE": "we we're we've we'd we'll us were weve",
    "OUR": "our ours",
    "I": "i i'm i've i'd i'll me my mine im ive",
    "YOU": "you your you're you've",
    "SAID": "said says say told tells mentioned mentions admitted confirmed explained reported heard hear "
    "called wrote thinks feels worried worries afraid fears",
    "WANT": "want wants wanted need needs needed must has",
    "ROLE": "ceo cfo coo cto cio ciso cmo cro chro vp director manager head owner founder partner board committee "
    "procurement legal finance hr ops operations team department chair president buyer controller "
    "superintendent dean minister supervisor planner engineer engineers staff",
    "SALE": "deal close closing closed sign signed signature contract proposal quote quoted pricing price discount "
    "demo pilot poc trial pipeline forecast commit quota upsell expansion renewal renew arr acv tcv mrr seats "
    "licence license licences licenses order po msa redlines champion competitor competitors incumbent "
    "stage probability amount opportunity opp prospect lead leads upside meddic",
    "UNKNOWN": "unknown unclear unsure idea guess guessing assume assuming dunno know knows tbd tbc asked ask asks "
    "clue wonder figure find ??? blank missing",
    "NEG": "no not never none nobody nothing don't doesn't didn't haven't hasn't isn't aren't can't couldn't won't "
    "wouldn't dont didnt havent cant without",
    "PAIN": "lose loses losing lost cost costs late errors error manual manually spreadsheet spreadsheets excel paper "
    "delay delays overtime audit compliance fine fines complaints churn turnover downtime waste scrap "
    "slow broken fails fail risk backlog",
    "CHAT": "hi hello hey thanks thx sorry cheers morning cc fyi ping attached link see notes below deck folder",
}
CLASS_OF = {word: name for name, words in CLASSES.items() for word in words.split()}

# How much each kind of feature counts before learning; chosen on left-out authors.
WEIGHT = {
    "word": 1.0,
    "pair": 1.0,
    "triple": 1.0,
    "gram": 0.5,
    "class": 1.0,
    "skip": 0.5,
    "edge": 1.0,
    "near": 0.3,
    "asked": 0.5,
}


def tokens(text: str) -> list[str]:
    """Return lower-case words; numbers, money, dates and names inside a sentence become one token per kind."""
    found: list[str] = []
    for match in TOKEN.finditer(text):
        kind, form = match.lastgroup, match.group().replace("’", "'")
        if kind == "word":
            name = found and form[0].isupper() and not form.isupper() and found[-1] not in '.:"*•-?!'
            name = name and form.lower() not in CLASS_OF and not form.startswith("I'")
            found.append("<name>" if name else form.lower())
        else:
            found.append(form if kind == "mark" else f"<{kind}>")
    return found


def _classes(words: Sequence[str]) -> list[str]:
    return [CLASS_OF.get(word, word.upper()) for word in words if word in CLASS_OF or word[0] == "<" != word]


def _own(words: Sequence[str]) -> dict[str, float]:
    """Describe one piece by its words, their order, their letters and their classes."""
    seen: dict[str, float] = {}
    framed = ["^", *words, "$"]
    seen.update((f"w {a}", WEIGHT["word"]) for a in words)
    seen.update((f"b {a} {b}", WEIGHT["pair"]) for a, b in pairwise(framed))
    seen.update((f"t {a} {b} {c}", WEIGHT["triple"]) for a, b, c in zip(framed, words, framed[2:], strict=False))
    for word in words:
        if word[0] != "<" or word == "<":
            padded = f" {word} "
            for size in (3, 4, 5):
                seen.update((f"h {padded[i : i + size]}", WEIGHT["gram"]) for i in range(len(padded) - size + 1))
    classes = ["^", *_classes(words), "$"]
    seen.update((f"c {a}", WEIGHT["class"]) for a in classes[1:-1])
    seen.update((f"d {a} {b}", WEIGHT["skip"]) for a, b in pairwise(classes))
    for gap in (2, 3):
        seen.update((f"d {a}..{b}", WEIGHT["skip"]) for a, b in zip(classes, classes[gap:], strict=False))
    seen[f"l {min(len(words) // 4, 6)}"] = WEIGHT["edge"]
    return seen


def describe(question: str, text: str, pieces: Sequence[Piece]) -> list[dict[str, float]]:
    """Return, for each piece, its features and their weights, scaled to a Euclidean length of 1."""
    owns = [_own(tokens(text[piece.start : piece.end])) for piece in pieces]
    return [_scaled(_with_context(question, pieces, owns, at)) for at in range(len(pieces))]


def _with_context(
    question: str, pieces: Sequence[Piece], owns: Sequence[dict[str, float]], at: int
) -> dict[str, float]:
    seen = dict(owns[at])
    seen[f"q {question}"] = WEIGHT["edge"]
    seen.update((f"q {question} {name}", WEIGHT["asked"]) for name in owns[at] if name[:2] == "c ")
    for side, other in (("P", at - 1), ("N", at + 1)):
        if not 0 <= other < len(pieces):
            seen[f"{side} none"] = WEIGHT["edge"]
            continue
        tag = side + "=" * (pieces[other].sentence == pieces[at].sentence)
        seen.update((f"{tag} {name}", WEIGHT["near"]) for name in owns[other] if name[:2] in ("w ", "c "))
    return seen


def _scaled(seen: dict[str, float]) -> dict[str, float]:
    length = sum(weight * weight for weight in seen.values()) ** 0.5
    return {name: weight / length for name, weight in seen.items()}
