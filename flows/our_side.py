"""Our side of the story: under which of the things that reviews always ask a line about us belongs."""

from __future__ import annotations

import re
from enum import StrEnum


class Heading(StrEnum):
    """What reviews always ask about our own sale, in the order in which it is shown."""

    WHAT_WE_SELL = "what_we_sell"
    WHEN_IT_CLOSES = "when_it_closes"
    HOW_MUCH = "how_much"
    RISKS = "risks"
    COMPETITION = "competition"
    DISCOUNT = "discount"
    OUR_NEXT_MOVE = "our_next_move"


SIGNS: tuple[tuple[Heading, str], ...] = (
    # What a line says by itself that it is about.
    (Heading.RISKS, "^risk, risk is, main/biggest/big/only/our risk/danger/fear/worry"),
    (
        Heading.OUR_NEXT_MOVE,
        "next step/steps/move, step one, ^next, ^plan, our/my/the plan is, ^to do, ask for the order",
    ),
    # A rival's price and a rival's date tell how we stand, not what we ask or when we close.
    (
        Heading.COMPETITION,
        """
        compet*, rival*, incumbent*, in-house, status quo, battlecard*, bake-off, column fodder, displac*, takeout,
        tender*, rfp, bid, bids, bidder*, bidding, sealed, locked out, in there, their rep, undercut*, dropped price,
        the/both others, other two/lot/side/guys/vendor*/supplier*/firm*/agency/offer*/quote*, nobody/everyone else,
        vs/versus/beat/beats/than/against/match <name>, ahead of <name>, talking to <name>, vs/versus their, up against,
        compare* to/with <name>, comparison, lean* to/towards us/<name>, go/gone to/with us/<name>, fan of <name>,
        lost/lose/losing ... to <name>, <name> is/are cheaper, we're/are/both cheaper, cheaper by, cheaper than us/ours,
        cheapest, shortlist*, preferred, first choice, pick/picked us, one of two/three/last, last/final two/three,
        of the three, only one/ones/vendor, came/come/scored/we're first/second/third/ahead, second place, number one,
        way/miles/slightly ahead, pole position, well placed, ones to beat, technical/tech win/winner
        """,
    ),
    # What is given away, before the price that it is taken from.
    (
        Heading.DISCOUNT,
        """
        discount*, rebate*, concession*, promo, ramp, early bird, special price/pricing/terms/bid, better/best price,
        <percent>/<points>/<sum> off, <percent> under/below list, on the house, for nothing, no charge, free of charge,
        give/gave/want/wants/offer/offered/do/approved/another/extra <percent>/<points>, for/months/days/year/a free,
        free month/months/year/onboarding/training/pilot/migration, waive*, throw/threw/throwing in, deal desk,
        squeez*, sharpen* pencil/number/price, room on, room to go, points/thousand to give, cut price/offer,
        for the price of, down/give/flexible on price, go/went/come/came down to
        """,
    ),
    # What may cost us the order, before the order.
    (
        Heading.RISKS,
        """
        risk, risks, risky, red flag*, worry, worried, worries, fear, scare*, blocker, blocked, blocking, detractor,
        stuck, stall*, paused, postpone*, cancelled, resched*, dead, dies, toast, lukewarm, no decision, worst case,
        single threaded, gone/went/going/go silent/quiet/dark/cold, ghosted, ghosting, not replying, no reply/answer,
        lose/losing/lost/cost/kill/kills/miss it/us/deal/order/quarter/slot/reference/number/quota, slot goes to,
        no access/sponsor/power, lacked power, champion/sponsor/contact left/leaving/gone/weak, on leave,
        on maternity/parental leave, problem/bad/disaster for us/me/my, could/may/might slip/push/kill
        """,
    ),
    (
        Heading.WHEN_IT_CLOSES,
        """
        close, closes, closed, closing, sign, signs, signed, signing, signature*, countersign*, docusign, ink, verbal,
        oral ok, forecast, forecasting, commit, best case, upside, stage, pipeline, slips, slipped, slipping,
        over the line, done deal, quarter, year end, eom, eoq, fiscal, q1, q2, q3, q4, h1, h2, booking, book/booked it,
        our books, renewal, renewed, po, redlin*, msa, dpa, loi, letter of intent, order form, get/have it in,
        ^<percent>, at/to/it/prob/carry <percent>, <percent> for/in <month>, in for <month>, <month> deal, chance is/of,
        win chance, my/our/close date, the/their/our order, order is/should/tomorrow/in/before/from
        """,
    ),
    (
        Heading.OUR_NEXT_MOVE,
        """
        ^send/call/ask/get/push/chase/bring/ping/try/follow/escalate/book/set/invite/will, i'll, we'll, let me, let's,
        ^sending/calling/asking/getting/pushing/chasing/bringing/setting, going to, need to, goes out/over, want to get,
        i/we will/must/should/need/send/call/ask/push/bring/follow/present, i/we have to, i'd/we'd like/love to,
        i'm/we're sending/calling/taking/bringing/meeting/seeing/getting/asking/writing/setting, time to go/call/get,
        i/we see him/her/them/both/each, call/callback/demo/visit scheduled/booked,
        call/lunch/dinner/meeting/demo/workshop/visit/due <day>, call/lunch/dinner/meeting/demo/workshop/visit ... <day>
        """,
    ),
    (
        Heading.HOW_MUCH,
        """
        <sum>, arr, acv, tcv, mrr, price, prices, priced, pricing, list price, fee, fees, rate, rates, terms, payment,
        invoic*, a/per head/month/year/user/seat/order, monthly, seats, licen*, volume, multi-year, uplift, upsell*,
        cross-sell*, expand, expansion, phase two, whitespace, margin*, commission, revenue, deal size, retainer,
        costs us, expensive, dear, dearer, steep, worth, figure*, haggl*, month/year one/term/deal/plan
        """,
    ),
    (
        Heading.WHAT_WE_SELL,
        """
        demo*, pitch*, slide*, pilot*, poc, proof of concept, trial*, sandbox, sample*, roadmap, release, version,
        product*, platform, module*, feature*, solution*, package*, suite, bundle, add-on*, tier, kit, stack, machine,
        system*, dashboard*, app, apps, tool, tools, service*, integration*, interface, api, sso, single sign-on, ai,
        migration, training, support*, fit for, sell, sold them, selling it/them, strength*, requirement*, beta,
        out of the box, on-prem, test drive
        """,
    ),
    # Words that only suggest, for a line that has no other.
    (Heading.HOW_MUCH, "quot*, proposal*, offer, offers, offered, number, numbers, cost, costs, charge, budget"),
    (Heading.WHEN_IT_CLOSES, "contract*, paper, paperwork, legal, lawyer*, procurement, order, orders, clause*"),
    (Heading.WHAT_WE_SELL, "our <thing> is/was/are/has/can/does"),
)
"""The signs that tell what a line is about. The first row with a sign in the line decides: the narrower come first.

In a sign `a/b` is either word, `a*` any word that begins so, `^` the start of a sentence, and `<name>` and the like are
of the kinds below. A team adds what it calls its products, and who its rivals are.
"""

KINDS = {
    "<name>": r"(?-i:[A-Z]\w\w+)",
    "<sum>": r"[$€£] ?\d[\d.,]{0,12}[km]?|\d[\d.,]{0,12} ?(?:k|mn?|eur|usd|gbp|chf|euros?|dollars|pounds)|\d+[.,]\d{3}",
    "<percent>": r"\d+ ?(?:%|percent|per cent)",
    "<points>": r"\d+ ?points?",
    "<day>": r"(?:mon|tues?|wed|thur?s?|fri)(?:day|nesday|sday)?|tomorrow|next week|the \d+(?:st|nd|rd|th)",
    "<month>": r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:\w{3,6})?",
    "<thing>": r"(?!champion|coach|contact|sponsor|partner|manager|boss|team|side)\w+(?: \w+)?",
    "...": r"(?:[\w']+ ){0,3}[\w']+",
}
"""What cannot be listed: expressions for the rest, among them `...` for up to four words of any kind."""

_BETWEEN = r"\W+(?:(?:the|an?|this|our|my|their|is|on|out|too)\W+)?"
_START = r"(?:^|[.:;,] )(?:(?:then|and|so|also|now) )?"


def _pattern(signs: str) -> re.Pattern[str]:
    """One expression for a row. Between two words of a sign there may be a small one: *lose (the) deal*."""
    expressions = (_expression(sign.strip()) for sign in signs.split(",") if sign.strip())
    return re.compile(rf"(?<!\w)(?:{'|'.join(expressions)})(?!\w)", re.IGNORECASE)


def _expression(sign: str) -> str:
    words = (word.split("/") for word in sign.removeprefix("^").split())
    start = _START if sign.startswith("^") else ""
    return start + _BETWEEN.join(f"(?:{'|'.join(map(_word, either))})" for either in words)


def _word(word: str) -> str:
    return KINDS.get(word) or re.escape(word).replace(r"\*", r"\w*")


_ROWS = tuple((heading, _pattern(signs)) for heading, signs in SIGNS)


def heading_of(text: str) -> Heading | None:
    """The heading a line about us belongs under; None for all else, such as who likes us and how we met."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return next((heading for heading, signs in _ROWS if signs.search(plain)), None)
