"""Languages: everybody is spoken to in that of their Slack, from the first question to the nudge."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import zip_longest
from pathlib import Path

import pytest
from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from slack_sdk import WebClient

from bot.languages import CATALOGUES, ENGLISH, QUESTION, Language, language_of
from bot.speaker import Speaker
from bot.voice import Voice, messages
from flows import utterances as say
from flows.review import Status
from flows.words import spoken
from sandbox.blocks import block_problems, view_problems
from sandbox.people import PEOPLE
from storage.deals import Person, keep_person
from tests.conftest import TEAM, Room, open_room
from tests.reading import buttons, offered, words
from tests.sayings import ANSWERS
from tests.test_nudges import days_later, deal
from tests.test_playbooks import Desk
from tests.test_words_and_templates import EVERYTHING, JINJA, templates, texts

ROOT = Path(__file__).parent.parent
LANGUAGES = sorted(path.name for path in CATALOGUES.iterdir())
WHOLE = (
    say.parent, say.question, say.probe, say.paused, say.stopped, say.summary, say.shared, say.nudge,
    say.nudge_heard_form, say.nudge_waits_form, say.nudge_stop_form, say.nothing_stale, say.not_your_nudge,
    say.newer_nudge, say.day_is_over, say.needs_a_day, say.needs_a_reason, say.not_yet, say.impossible_date,
    say.start_form, say.details_form, say.impossible_amount, say.fix_form, say.nothing_to_move, say.line_moved,
    say.line_gone, say.only_theirs, say.only_owners, say.already_over, say.moved_on, say.first_question,
    say.nothing_earlier, say.often_repeated, say.no_more_angles, say.already_paused, say.under_way, say.no_words,
    say.not_here, say.another_is_open, say.may_have_changed, say.may_answer, say.answered_later, say.will_ask,
    say.cannot_hold, say.could_not_open, say.unknown_person, say.one_owner, say.bad_name, say.already_open,
    say.all_fresh, say.went_wrong, say.slack_is_busy, say.not_taken, say.taken_back,
)  # fmt: skip
"""What each catalogue has all the words of: a review, its summary and its forms, and the nudge."""

PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TICKED = re.compile(r"`([^`/]+)`")


@dataclass
class Acquaintances:
    """Everybody is called Lena, lives in Berlin and has the same locale."""

    locale: str

    def known(self, team: str, person_id: str) -> Person:
        return Person(team, person_id, "Lena", "Europe/Berlin", self.locale)


def speaking(locale: str) -> Speaker:
    return Speaker(WebClient("xoxb-nobody"), Acquaintances(locale))


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "dealreview.po").open("rb") as file:
        return read_po(file, language)


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """A message's English words and what they are in the catalogue's language; the plural for each of its plurals."""
    if isinstance(message.id, str):
        yield message.id, message.string
    else:
        yield from zip_longest(message.id, message.string, fillvalue=message.id[-1])


def translated(language: str) -> Iterator[tuple[str, str]]:
    for message in catalogue(language):
        yield from ((ours, theirs) for ours, theirs in forms(message) if ours and theirs)


# The catalogues


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_knows_everything_that_there_is_to_say(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is as `make words` leaves it: else a new sentence waits for its translator unseen."""
    monkeypatch.chdir(ROOT)
    new = tmp_path / "words.pot"
    CommandLineInterface().run(
        ["pybabel", "--quiet", "extract", "--mapping", "pyproject.toml", "--output", str(new), "."]
    )
    with new.open("rb") as file:
        there = {(each.context, each.id) for each in read_po(file)}
    assert {(each.context, each.id) for each in catalogue(language)} == there


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_review_the_summary_the_nudge_and_the_questions_are_there_whole(language: str) -> None:
    known = language_of(language)
    for sentence in WHOLE:
        missing = [said for said in messages(JINJA, f"{sentence.__name__}.j2") if not known.has(said)]
        assert missing == [], sentence.__name__
    questions = [each for each in catalogue(language) if each.context == QUESTION]
    assert len(questions) > 150
    assert [each.id for each in questions if not known.has((QUESTION, each.id))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_a_catalogue_waits_for_a_second_look(language: str) -> None:
    assert [each.id for each in catalogue(language) if each.id and each.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_filled_in_in_every_language(language: str) -> None:
    for ours, theirs in translated(language):
        assert sorted(PLACES.findall(ours)) == sorted(PLACES.findall(theirs)), ours
        assert not re.search(r"%(?!\(\w+\)[sd]|%)", theirs), theirs


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_it_tells_people_to_reply_with_are_understood(language: str) -> None:
    told = [(TICKED.findall(ours), TICKED.findall(theirs)) for ours, theirs in translated(language)]
    told = [(ours, theirs) for ours, theirs in told if any(spoken(word) for word in ours)]
    assert len(told) >= 6
    for ours, theirs in told:
        assert [spoken(word) for word in ours] == [spoken(word) for word in theirs], theirs


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_begins_or_ends_with_a_space_does_so_in_every_language(language: str) -> None:
    for ours, theirs in translated(language):
        assert (ours[0] == " ", ours[-1] == " ") == (theirs[0] == " ", theirs[-1] == " "), ours


# What is said in them


@pytest.mark.parametrize("locale", ["de-DE", "es-LA"])
def test_everything_renders_in_every_language_and_slack_would_take_it(locale: str) -> None:
    speaker = speaking(locale)
    for utterance in EVERYTHING:
        if utterance.slot.startswith(say.ON):
            continue
        said = speaker.render("T1", utterance, "U1")
        kind = said.frame.get("type")
        problems = view_problems(said.view, kind) if kind else block_problems(said.blocks, "message")
        assert problems == [], json.dumps(said.blocks, indent=1)
        assert kind or len(said.text) <= 4000
        assert not any(re.search(r"\{\{|%\(|\bNone\b(?! yet)|Undefined", text) for text in texts(said.blocks))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_on_a_button_is_short_in_every_language(language: str) -> None:
    labels = {
        label for _, source in templates() for label in re.findall(r'button\((?:"[^"]*" ~ )?_\("([^"%]*)"\)', source)
    }
    found = {ours: theirs for ours, theirs in translated(language) if ours in labels}
    assert len(found) > 12
    assert [theirs for theirs in found.values() if len(theirs) > 30] == []


def test_a_template_is_said_in_a_language_that_has_all_its_words_and_else_in_english() -> None:
    """Half a sentence in one language and half in another would help nobody."""
    short, names = catalogue("de"), Acquaintances("de-DE")
    short.delete("Pause")
    whole, wanting = Voice(language_of("de-DE"), names), Voice(Language(Locale("de"), short), names)
    assert whole.knows("question") and whole.knows("summary")
    assert not wanting.knows("question") and wanting.knows("summary")
    short.delete("still true")
    assert not Voice(Language(Locale("de"), short), names).knows("summary")


@pytest.mark.parametrize("locale", ["", "en", "en-GB", "fr-FR", "xx", "../de", "pt_BR.UTF-8", "de\x00"])
def test_whoever_reads_another_language_is_spoken_to_in_english(locale: str) -> None:
    assert language_of(locale) == ENGLISH


@pytest.mark.parametrize(
    ("locale", "day", "moment"),
    [
        ("en-GB", "Sat 5 Sep", "Sat 5 Sep, 14:05"),
        ("en-US", "Sat, Sep 5", "Sat, Sep 5, 2:05\N{NARROW NO-BREAK SPACE}PM"),
        ("de-DE", "Sa., 5. Sept.", "Sa., 5. Sept., 14:05"),
        ("de-AT", "Sa., 5. Sep.", "Sa., 5. Sep., 14:05"),
        ("es-ES", "sáb, 5 sept", "sáb, 5 sept, 14:05"),
        ("es-LA", "sáb, 5 sep", "sáb, 5 sep, 2:05\N{NARROW NO-BREAK SPACE}p.m."),
    ],
)
def test_days_and_times_are_written_as_people_write_them_there(locale: str, day: str, moment: str) -> None:
    known = {"day": date(2026, 9, 5), "at": datetime(2026, 9, 5, 12, 5, tzinfo=UTC)}
    voice = Voice(language_of(locale), Acquaintances(locale))
    shown = voice.words.from_string("{{ day | day }} / {{ at | moment('U1') }}")
    assert shown.render(team="T1", day=str(known["day"]), at=known["at"].isoformat()) == f"{day} / {moment}"


# People


@contextmanager
def room_of(url: str, **locales: str) -> Iterator[Room]:
    """A room whose people have these locales, by their names."""
    people = [replace(each, locale=locales.get(each.name, each.locale)) for each in PEOPLE]
    with open_room(url, people=people) as room:
        yield room


GERMAN_ANSWERS = (
    "Die Demo lief gut, und das Angebot ist raus.",
    "Ruth sagt, sie können keine weitere Prüfung mit Tabellen überstehen; zwei Leute haben deswegen gekündigt.",
    "Wenn sie nichts tun, verlieren sie im Frühjahr die Zertifizierung.",
    "Sie möchten in einem Jahr jede Lieferung am selben Tag buchen können.",
    "Marketing findet es toll, aber die Rechtsabteilung will erst den Datenschutz klären.",
    "Der Vorstand trifft sich am 11. Dezember, bis dahin will Ruth eine Entscheidung.",
    "Die IT hat im Moment keine Kapazität für ein weiteres Projekt.",
    "unbekannt",
    "Freitag schickt Ruth die Liste der Standorte.",
)


def test_a_german_rep_is_asked_summed_up_and_nudged_in_german(database_url: str) -> None:
    with room_of(database_url, lena="de-DE") as room:
        thread = room.start("Northwind @lena", by="maya")
        assert thread.asked.startswith("<@U0LENA>  *1 von 9*  ·  In deinen eigenen Worten: Wo steht Northwind heute?")
        assert "mit einem von diesen: `überspringen`, `pause`, `stopp`, `unbekannt`." in thread.asked
        assert list(buttons(thread.latest)) == ["Noch unbekannt", "Überspringen", "Pause"]

        for number, answer in enumerate(GERMAN_ANSWERS, start=1):
            assert thread.parent["text"] == f"*Northwind*  ·  mit Lena  ·  Frage {number} von 9"
            room.clock.passes(minutes=1)
            thread.says("lena", answer)
        assert all(not answer.probes for answer in thread.review.answers.values())

        assert thread.review.status is Status.FINISHED
        told = words(thread.latest)
        assert told.startswith("*Northwind*  ·  Deal-Review  ·  Lena  ·  9 Min.  ·  Di., 24. Nov.")
        assert f"⬜  *BEIDES MÖGLICH*\n> „{GERMAN_ANSWERS[0]}“" in told
        assert (
            "*NOCH UNBEKANNT*\n• *Wie wir helfen*\n    → man könnte fragen: _Was wäre gerade wirklich nützlich" in told
        )
        assert "7 von 8 gehört, 1 offen. 9 Aussagen unklar." in told
        assert list(buttons(thread.latest)) == ["Aussage verschieben", "Teilen"]
        thread.presses("lena", "Aussage verschieben")
        form = room.form("lena")
        line = {"value": offered(form, "Ruth sagt")}
        room.workspace.submit("lena", form["id"], {"line": line, "label": {"value": "customer"}})
        room.settle()
        assert f"*Warum etwas ändern*  ·  Di., 24. Nov.\n> „{GERMAN_ANSWERS[1]}“" in words(thread.latest)
        assert room.whispers("lena")[-1].endswith(
            "Verschoben: über den Kunden. Ähnliche Aussagen lese ich ab jetzt auch so."
        )

        days_later(room, 10)
        (nudge,) = [each for each in room.workspace.messages(room.workspace.dm("lena")) if each.get("bot_id")]
        assert words(nudge) == (
            "Guten Morgen, Lena. Etwas könnte sich bewegt haben, seit du zuletzt davon gehört hast:\n"
            "•  *Northwind*  –  ihr nächster Schritt (vor 10 Tagen gehört)"
        )
        room.workspace.action("lena", nudge, buttons(nudge)["Sie warten bis …"])
        room.settle()
        form = room.form("lena")
        assert form["title"]["text"] == "Sie warten"
        wrong = room.workspace.submit(
            "lena",
            form["id"],
            {"deal": {"value": str(deal(room).id)}, "day": {"value": "2026-11-02"}, "reason": {"value": "Budget"}},
        )
        assert wrong == {"day": "Mo., 2. Nov. ist schon vorbei. Wähle einen Tag, der noch kommt."}


def test_a_spanish_rep_is_asked_and_summed_up_in_spanish(database_url: str) -> None:
    with room_of(database_url, lena="es-LA") as room:
        thread = room.start("Northwind @lena", by="maya")
        assert "*1 de 9*  ·  Con tus propias palabras: ¿cómo está hoy Northwind?" in thread.asked
        thread.says("lena", "La propuesta está enviada, ahora toca esperar.")
        thread.says("lena", "Si no hacen nada, en primavera pierden la certificación.")
        thread.says("lena", "¡Ni idea!")
        assert thread.asked.startswith("_Aquí las oportunidades suelen enfriarse")
        thread.says("lena", "atras")
        thread.says("lena", "saltar")
        assert "*4 de 9*" in thread.asked
        thread.says("lena", "pausa")
        assert thread.asked.startswith("En pausa en la pregunta 4 de 9.")
        thread.says("lena", "Continuar")
        thread.says("lena", "parar")
        told = words(thread.latest)
        assert "revisión de la oportunidad" in told
        assert "1 de 8 con respuesta, 1 por saber. 2 frases poco claras." in told
        assert thread.review.status is Status.STOPPED


def test_a_thread_is_in_its_owners_language_and_a_whisper_in_its_readers(database_url: str) -> None:
    with room_of(database_url, lena="de-DE", omar="es-ES", maya="en-US") as room:
        thread = room.start("Northwind @lena", by="maya")
        for who in ("omar", "lena", "maya"):
            thread.says(who, "zurück")
        assert room.whispers("omar") == [
            "Eso le toca a Lena o a Maya. Lo que sabes es bienvenido igualmente: responde en el hilo."
        ]
        assert room.whispers("lena") == ["Das ist die erste Frage, davor gibt es keine."]
        assert room.whispers("maya") == ["This is the first question, so there is nothing before it."]
        thread.presses("maya", "Pause")
        assert thread.asked.startswith("Pausiert bei Frage 1 von 9.")
        assert room.command("maya", "Northwind @lena").startswith("<http")
        assert "is open already" in room.command("maya", "Northwind @lena")
        assert "läuft schon: mit Lena" in room.command("lena", "Northwind @lena")


def test_a_form_is_in_the_language_of_whoever_opens_it(database_url: str) -> None:
    with room_of(database_url, lena="de-DE") as room:
        for who, title in (("lena", "Deal besprechen"), ("maya", "Review a deal")):
            room.command(who)
            assert room.form(who)["title"]["text"] == title


def test_somebody_known_from_before_is_spoken_to_in_their_language_once_slack_is_asked_again(database_url: str) -> None:
    with room_of(database_url, lena="de-DE") as room:
        thread = room.start("Northwind @lena", by="maya")
        with room.bot.database.transaction() as session:
            keep_person(session, Person(TEAM, "U0LENA", "Lena", "Europe/Berlin"))
        thread.answers("lena", *ANSWERS)
        assert words(thread.latest).startswith("*Northwind*  ·  deal review  ·  Lena")
        days_later(room, 10)
        (nudge,) = [each for each in room.workspace.messages(room.workspace.dm("lena")) if each.get("bot_id")]
        assert words(nudge).startswith("Guten Morgen, Lena.")


def test_a_teams_own_words_stay_as_they_were_typed(database_url: str) -> None:
    """Even those that the product has a translation for where it says them itself."""
    with room_of(database_url, lena="de-DE") as room:
        maya = Desk(room, "maya")
        maya.opens("standard")
        maya.rewords("why_change", ask="Save 100% at {customer}?", label="Save")
        maya.presses("save")
        thread = room.start("Northwind @lena", by="maya")
        thread.says("lena", GERMAN_ANSWERS[0])
        assert thread.asked.startswith("*2 von 9*  ·  Save 100% at Northwind?")
        thread.says("lena", "unbekannt")
        assert "Angenommen, sie tun ein Jahr lang nichts." in thread.asked
        thread.says("lena", "stopp")
        assert "• *Save*\n    → man könnte fragen: _Was ist passiert, dass" in words(thread.latest)
