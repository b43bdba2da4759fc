"""Lines for teaching the lens: eleven ways to speak of one thing, and lines about others."""

from __future__ import annotations

QUOTES = (
    "We sent the revised quote on Monday.",
    "The revised quote went out on Friday.",
    "We will send an updated quote this week.",
    "I sent them our new quote yesterday.",
    "Our quote is with their procurement now.",
    "The quote we sent covers three sites.",
    "We have to send the quote again with a discount.",
    "I promised them a quote by Thursday.",
    "Our second quote went out this morning.",
    "We sent the quote to their buyer as well.",
    "Our latest quote is on its way to them.",
)
UNLIKE = (
    "Their regulator fined them 90k last spring and their CFO carries it.",
    "Two drivers quit over the night shifts.",
    "Her team still types every invoice twice.",
    "We don't know that yet, we have not asked them.",
    "No idea who decides there.",
    "Our champion is pushing it through legal.",
    "The demo went really well and they loved it.",
    "We are the cheapest of three.",
    "Thanks all, and see you on Monday.",
)
