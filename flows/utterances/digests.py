"""The digest before a forecast call, what is done with it, and the questions that are sent ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flows import contexts
from flows.calls import Call
from flows.digest import MOST_REASONS, MOST_TALKS, Digest, Heading, Talk, Wanted, arranged
from flows.dossiers import Dossier
from flows.outlook import Item
from flows.playbook import NEXT_STEP
from flows.shares import Movement, plain
from flows.utterances.saying import Retouch, Utterance, ahead_slot, help_slot
from flows.watch import is_our_sum

LONGEST_QUOTE = 240
LONGEST_LIST = 40


@dataclass(frozen=True)
class Reader:
    """Whose digest it is, in which slot it stands, and before which call, of which `is_today` says whether it is.

    Without a `call` it is about what they see in App Home. `links` are addresses by the deals' ids, `hidden` counts
    deals of channels they are not in any more, and `moved` is how the share of the two sides moved in their deals.
    """

    person: str
    slot: str
    call: Call | None = None
    is_today: bool = False
    links: Mapping[int, str] | None = None
    hidden: int = 0
    moved: Movement | None = None

    @property
    def is_manager(self) -> bool:
        return self.call is None or self.call.manager == self.person


def digest(found: Digest, reader: Reader) -> Utterance:
    """What is worth talking about, for a manager before a call, for a rep of their own deals, or on being asked."""
    links = reader.links or {}
    call = reader.call
    ranks = {talk.deal.id: rank for rank, talk in enumerate(found.talks)}
    return Utterance(
        "digest",
        {
            "slot": reader.slot,
            "person": reader.person,
            "is_manager": reader.is_manager,
            "call": _call(call, reader) if call else None,
            "count": found.count,
            "hidden": reader.hidden,
            "all_clear": found.is_all_clear,
            "talks": [_talk(each, links, ranks) for each in arranged(found.talks)],
            "most": MOST_TALKS,
            "page": None,
            "wanted": [_wanted(each, links) for each in found.wanted],
            "waiting": [_named(each, links) for each in found.waiting],
            "clear": [_named(each, links) for each in found.clear[:LONGEST_LIST]],
            "clear_count": len(found.clear),
            "dated": sum(_due(each) is not None for each in found.clear),
            "clear_shown": False,
            "unreviewed": [_named(each, links) for each in found.unreviewed[:LONGEST_LIST]],
            "unreviewed_count": len(found.unreviewed),
            "still_open": found.still_open,
            "asking": [
                {"person": owner, "deals": [{"id": deal.id, "deal": deal.name} for deal in deals[:LONGEST_LIST]]}
                for owner, deals in found.asking
                if owner != reader.person
            ],
            "asked": [],
            "closed": [_named(each, links) for each in found.closed[:LONGEST_LIST]],
            "sent": None,
            "moved": plain(reader.moved) if reader.moved else None,
        },
        reader.slot,
    )


def digest_page(slot: str, page: int | None) -> Retouch:
    """Show a page (from 0) of all deals that are worth talking about, or the first few."""
    return Retouch(slot, {"page": page})


def digest_clear(slot: str, shown: bool) -> Retouch:
    """Show by name what is clear and fresh, or only how many."""
    return Retouch(slot, {"clear_shown": shown})


def digest_taken(slot: str, wanted: Sequence[Mapping[str, Any]]) -> Retouch:
    """Show who has taken on what was asked for."""
    return Retouch(slot, {"wanted": list(wanted)})


def digest_asked(slot: str, asked: Iterable[str]) -> Retouch:
    """Show whom the bot has asked for their reviews."""
    return Retouch(slot, {"asked": list(asked)})


def digest_sent(slot: str, count: int) -> Retouch:
    """Show how many questions were sent ahead."""
    return Retouch(slot, {"sent": count})


def in_our_messages(link: str) -> Utterance:
    """The digest that was asked for is in the direct messages."""
    return Utterance("in_our_messages", {"link": link})


def nothing_to_digest() -> Utterance:
    """There is no call to come, and no deal of this forecast period."""
    return Utterance("nothing_to_digest", {})


def no_direct_messages() -> Utterance:
    return Utterance("no_direct_messages", {})


def not_your_digest() -> Utterance:
    return Utterance("not_your_digest", {})


def question_ahead(call: Call, talk: Mapping[str, Any], *, names_deal: bool) -> Utterance:
    """What a manager would like to ask on a call: the question of a deal, as their digest has it.

    In a message that stands by itself it names the deal, and has a slot of its own.
    """
    context = {"person": call.manager, "owner": talk["owner"], "customer": talk["deal"], "deal": talk["deal"]}
    asked = {"question": talk["ask"], "is_old": talk["heading"] == Heading.OLD, "at": call.at}
    asked["playbook"] = talk.get("playbook", "")  # a digest of an earlier version does not tell
    slot = f"{ahead_slot(call.id)}:{talk['id']}" if names_deal else ahead_slot(call.id)
    return Utterance("question_ahead", {**context, **asked, "names_deal": names_deal}, slot)


def sent_ahead(threads: int, direct: int) -> Utterance:
    """How many questions were sent, to threads and to direct messages."""
    return Utterance("sent_ahead", {"threads": threads, "direct": direct})


def help_taken(person: str, owner: str, words: str, key: str) -> Utterance:
    """Somebody takes on what a deal's owner asked for."""
    return Utterance("help_taken", {"person": person, "owner": owner, "line": words}, help_slot(key))


def already_taken(person: str) -> Utterance:
    return Utterance("already_taken", {"person": person})


def asked_for_review(
    manager: str, person: str, deals: Sequence[Mapping[str, Any]], call: Call | None, slot: str
) -> Utterance:
    """A manager asks somebody, privately and once, for the reviews that are still to be held; `deals` have links."""
    at = call.at if call else None
    context = {"manager": manager, "person": person, "deals": [dict(each) for each in deals], "at": at}
    return Utterance("asked_for_review", context, slot)


def asked_already(person: str) -> Utterance:
    return Utterance("asked_already", {"person": person})


def nothing_to_ask_for(person: str) -> Utterance:
    """Somebody has dealt with all that was still to be reviewed."""
    return Utterance("nothing_to_ask_for", {"person": person})


def call_has_begun() -> Utterance:
    """Nothing can be sent ahead of a call that has begun."""
    return Utterance("call_has_begun", {})


def digest_time_form(call: Call) -> Utterance:
    """How long before a call its digest comes."""
    return Utterance("digest_time_form", {"call": call.id, "minutes": str(call.digest_minutes)})


def _call(call: Call, reader: Reader) -> dict[str, Any]:
    return {"id": call.id, "at": call.at, "manager": call.manager, "is_today": reader.is_today}


def _talk(talk: Talk, links: Mapping[int, str], ranks: Mapping[int, int]) -> dict[str, Any]:
    deal = talk.deal
    return {
        **_deal(deal.id, deal.name, links),
        "owner": deal.owner,
        "closes": deal.close_date,
        "heading": talk.heading,
        "rank": ranks[deal.id],
        "news": [{**asdict(each), "text": each.text[:LONGEST_QUOTE]} for each in talk.news],
        "aged": [contexts.aged(each) for each in talk.aged[:MOST_REASONS]],
        "guesses": [_guess(each) for each in talk.guesses[:MOST_REASONS]],
        "running": talk.running,
        "playbook": talk.playbook,
        "flags": contexts.flags(talk.flags),
        "ask": talk.ask,
    }


def _guess(item: Item) -> dict[str, Any]:
    source = item.known.source if item.known else None
    return {**contexts.aged(item), "source": source, "is_our_sum": is_our_sum(item)}


def _wanted(wish: Wanted, links: Mapping[int, str]) -> dict[str, Any]:
    return {
        **_deal(wish.deal.id, wish.deal.name, links),
        "review": wish.review,
        "key": wish.key,
        "person": wish.person,
        "words": wish.words,
        "taken_by": wish.taken_by,
    }


def _named(dossier: Dossier, links: Mapping[int, str]) -> dict[str, Any]:
    deal = dossier.deal
    return {
        **_deal(deal.id, deal.name, links),
        "owner": deal.owner,
        "until": deal.waits_until,
        "reason": deal.waits_for[:LONGEST_QUOTE],
        "ending": deal.ending,
        "due": _due(dossier),
    }


def _due(dossier: Dossier) -> Any:
    """The day of the customer's next step, if it was told."""
    return next((each.known.due for each in dossier.items if each.question == NEXT_STEP and each.known), None)


def _deal(number: int, name: str, links: Mapping[int, str]) -> dict[str, Any]:
    return {"id": number, "deal": name, "customer": name, "link": links.get(number, "")}
