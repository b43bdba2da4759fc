"""The composition root: the only place where the parts of the bot are built and joined."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, cast
from urllib.error import URLError

from slack_bolt import App, BoltContext, BoltResponse, Respond
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler

from bot import reference
from bot.bolt import Admissions, WorkspaceApp
from bot.clients import Client, Installations, ShortPauses, lasting
from bot.engine import Engine, NotNow
from bot.foundation import Foundation, lay_foundation
from bot.lateness import left_to_acknowledge
from bot.listeners import batches as batch_forms
from bot.listeners import buttons, commands, door, files, forms, home, mirrors, playbooks, rules, threads
from bot.listeners import digests as digest_presses
from bot.listeners import installations as removals
from bot.listeners import nudges as nudge_presses
from bot.listeners import privacy as privacy_forms
from bot.listeners import reminders as reminder_presses
from bot.listeners import schedules as schedule_forms
from bot.metrics import Metrics
from bot.oauth import Installing
from bot.observing import Observer
from bot.pipeline.files import Files
from bot.pipeline.owners import TRIES, Owners
from bot.service.arrivals import Arrivals, TooEarly
from bot.service.batches import BatchService
from bot.service.calendar import CalendarService
from bot.service.deals import DealService
from bot.service.desk import Desk, Take
from bot.service.digested import DigestedService
from bot.service.digests import DigestService
from bot.service.drafts import Drafts
from bot.service.home import HomeService
from bot.service.lessons import LessonService
from bot.service.mirrors import MirrorService
from bot.service.new_playbooks import NewPlaybooks
from bot.service.nudged import NudgedService
from bot.service.outsiders import OutsiderService
from bot.service.pipeline import PipelineService
from bot.service.playbooks import PlaybookService
from bot.service.portfolio import PortfolioService
from bot.service.privacy import PrivacyService
from bot.service.privacy_errands import PrivacyErrands
from bot.service.retention import RetentionService
from bot.service.reviews import ReviewService
from bot.service.rules import RulesService
from bot.service.schedules import ScheduleService
from bot.service.shares import ShareService
from bot.service.turns import TurnService
from bot.settings import BadSetting, Endpoint, Settings
from bot.speaker import Speaker
from bot.tracing import tracing
from bot.whereabouts import whereabouts
from flows import lens
from flows import utterances as say
from flows.hours import countries
from flows.lens import Lens
from flows.utterances import Utterance
from storage.database import Database

if TYPE_CHECKING:
    from bot.hosted_lens import HostedLens

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dealreview:
    """The whole bot, joined but not yet running."""

    bolt: App
    engine: Engine
    database: Database
    observer: Observer
    installing: Installing | None = None
    """How it is installed in many workspaces, if it works in many."""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Say what an earlier process left unsaid, and what is decided from now on; at the end, finish and let go."""
        # The names of the countries take a second the first time; Slack waits three for a form that offers them.
        threading.Thread(target=countries, name="countries", daemon=True).start()
        self.engine.start()
        try:
            yield
        finally:
            self.engine.stop()
            self.database.close()
            self.observer.tracing.flush()


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Callable[[], datetime] = utc_now, read: Lens = lens.read) -> Dealreview:
    """Build the bot. `clock` gives the time in UTC; `read` is the lens, or what the hosted one falls back on.

    Raises `BadSetting` when Slack does not accept the token, and `storage.database.DatabaseProblem`.
    """
    if settings.lens:
        read = hosted_lens(settings.lens, read)
        log.info("Answers are sent to %s to be read.", settings.lens.host)
    database = Database(settings.database_url)
    try:
        return _join(settings, database, clock, read)
    except BaseException:
        database.close()
        raise


def hosted_lens(endpoint: Endpoint, fallback: Lens = lens.read) -> HostedLens:
    """The lens that asks an endpoint. Raises `BadSetting` if its client is missing, which most bots do without."""
    try:
        from bot.hosted_lens import HostedLens
    except ImportError as error:
        raise BadSetting(
            f"LENS_URL is set, but its client is not installed ({error}); "
            f"run {sys.executable} -m pip install 'dealreview[hosted]'."
        ) from error
    return HostedLens(endpoint, fallback)


def _join(settings: Settings, database: Database, clock: Callable[[], datetime], read: Lens) -> Dealreview:
    database.claim()
    database.upgrade()
    installations, installing = whereabouts(settings, database, clock)
    client = partial(Client, installations, settings.slack_api_url)
    asks = client([ConnectionErrorRetryHandler(), ShortPauses()])
    says = client([])  # whether a post is to be tried again, only the outbox can know
    patient = client([ConnectionErrorRetryHandler(), RateLimitErrorRetryHandler(TRIES)])
    bolt, engine = _bolt(settings, installations), Engine(database)
    observer = Observer(Metrics(database, clock), tracing(settings.traces))
    bolt.once = Admissions(database).once
    bolt.around, engine.around, read = observer.request, observer.work, observer.lens(read)
    engine.is_away = installations.is_away
    base = lay_foundation(database, asks, says, lambda: _home(installations), clock, engine.wake, settings.pace)
    outsiders = OutsiderService(database, base.outbox, base.directory, clock, engine.wake)
    base.outbox.reads_along, base.outbox.shut = outsiders.reads_along, outsiders.shut
    door.register(bolt, base.directory, outsiders, base.speaker)
    removals.register(bolt, installations)
    arrivals = Arrivals(database, base.directory, clock, engine.accepting)
    courier = Files(patient)
    arrivals.on_accepted, base.outbox.on_attempt = observer.accepted, observer.attempted
    engine.take_on(TurnService(database, base.decisions, base.directory, base.speaker, read, settings.burst))
    engine.take_on(base.nudges)
    drafts = Drafts(database, base.outbox, base.decisions, base.directory)
    own = PlaybookService(database, drafts, base.decisions, base.directory)
    new = NewPlaybooks(drafts, base.decisions)
    people_of = partial(Owners, patient, base.directory)
    pipeline = PipelineService(database, base.decisions, base.outbox, base.speaker, courier, people_of, bring=new.bring)
    # What people say comes oftenest, and Bolt asks one listener after the other.
    files.register(bolt, pipeline, base.speaker)
    threads.register(bolt, arrivals)
    commands_of_calls = _join_calls(bolt, engine, base)
    playbooks.register(bolt, own, new, base.speaker)
    engine.take_on(pipeline)
    commands_of_privacy = _join_privacy(bolt, engine, base, courier)
    settled = RulesService(database, base.directory, clock)
    rules.register(bolt, settled, base.speaker)
    engine.take_on(outsiders)
    engine.take_on(base.outbox)
    _join_reviews(
        bolt,
        engine,
        base,
        arrivals,
        {**commands_of_calls, **commands_of_privacy, "settings": settled.take, "playbook": own.take},
    )
    _answer_for_errors(bolt, base.speaker)
    return Dealreview(bolt, engine, database, observer, installing)


def _join_reviews(bolt: App, engine: Engine, base: Foundation, arrivals: Arrivals, more: Mapping[str, Take]) -> None:
    """Reviews, deals, nudges and App Home; `more` takes the commands of the rest."""
    reviews = ReviewService(base.database, base.decisions, base.outbox, base.directory, base.rulings)
    deals = DealService(base.database, base.directory, base.clock)
    lessons = LessonService(base.database, base.directory)
    portfolio = PortfolioService(base.database, base.decisions, base.directory)
    engine.on_tick = reviews.tick
    base.outbox.on_refused = reviews.could_not_open
    desk = Desk(reviews, deals, portfolio, lessons, base.directory, base.speaker, more)
    commands.register(bolt, desk, arrivals, base.speaker)
    home.register(bolt, HomeService(base.database, base.directory, base.clock), base.speaker)
    nudged = NudgedService(base.database, base.decisions, base.nudges, base.directory)
    nudge_presses.register(bolt, nudged, base.speaker)
    buttons.register(bolt, reviews, arrivals, deals, lessons, base.speaker)
    forms.register(bolt, reviews, portfolio, base.speaker)


def _join_calls(bolt: App, engine: Engine, base: Foundation) -> Mapping[str, Take]:
    """Forecast calls: batches, the calendar, reminders, the digest and mirrors; returns what takes their commands."""
    database, outbox, directory, decisions = base.database, base.outbox, base.directory, base.decisions
    batches = BatchService(database, decisions, directory, base.opening, base.rulings)
    batches.on_cancelled = base.reminders.called_off
    calendar = CalendarService(database, outbox, directory, batches, base.clock, base.rulings)
    schedules = ScheduleService(database, outbox, decisions, directory, calendar, base.rulings)
    digests = DigestService(database, outbox, directory, base.clock)
    seen = MirrorService(database, outbox, directory, base.clock)
    # The calendar before what it brings about: whoever asks whether all is done is told so of each in turn.
    for work in (seen, calendar, base.opening, base.reminders, digests):
        engine.take_on(work)
    batch_forms.register(bolt, batches, base.speaker)
    schedule_forms.register(bolt, schedules, base.speaker)
    reminder_presses.register(bolt, base.reminders, base.speaker)
    digest_presses.register(bolt, DigestedService(database, decisions, outbox, digests, directory), base.speaker)
    mirrors.register(bolt, seen, ShareService(database, directory, base.clock), base.speaker)
    return {"batch": batches.take, "schedule": schedules.take, "digest": digests.give}


def _join_privacy(bolt: App, engine: Engine, base: Foundation, courier: Files) -> Mapping[str, Take]:
    """What people may have of their own data, and have forgotten; returns what takes their commands."""
    privacy = PrivacyService(base.database, base.clock, base.decisions.wake)
    engine.take_on(PrivacyErrands(base.database, base.decisions, base.outbox, base.directory, courier))
    engine.take_on(RetentionService(base.database, base.clock, base.decisions.wake), everywhere=True)
    privacy_forms.register(bolt, privacy, base.speaker)
    return {"my": privacy.my_data, "forget": privacy.forget_form, "delete": privacy.delete_form}


def _bolt(settings: Settings, installations: Installations) -> WorkspaceApp:
    return WorkspaceApp(
        client=WebClient(base_url=settings.slack_api_url),  # without the token, which `authorize` brings
        signing_secret=settings.signing_secret,
        authorize=_authorize(installations),
        request_verification_enabled=bool(settings.signing_secret),
        process_before_response=True,  # Slack is told that something arrived when it is committed, not before
    )


def _home(installations: Installations) -> str:
    here = installations.here()
    return str(here.url or "") if here else ""


def _authorize(installations: Installations) -> Callable[..., AuthorizeResult]:
    """Bolt's question whose request this is: of a workspace we are installed in, or of another."""

    def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
        return installations.find(team_id or "", enterprise_id or "")

    return cast(Callable[..., AuthorizeResult], authorize)  # Bolt takes None for "not installed there"


def _answer_for_errors(bolt: App, speaker: Speaker) -> None:
    @bolt.error
    def on_error(error: Exception, body: dict[str, Any], respond: Respond, context: BoltContext) -> BoltResponse:
        """An event is not acknowledged, so that Slack sends it again; a person who waits gets an answer."""
        if isinstance(error, TooEarly):
            log.info("%s; Slack sends it again", error)
            return BoltResponse(status=503)
        words = _objection(error)
        if body.get("type") == "event_callback":
            return BoltResponse(status=500)
        team = body.get("team_id") or (body.get("team") or {}).get("id", "")
        said = speaker.render(team, words)
        if body.get("type") == "view_submission" and (block := next(iter(body["view"]["state"]["values"]), "")):
            return BoltResponse(status=200, body={"response_action": "errors", "errors": {block: said.text}})
        if "command" in body:
            return BoltResponse(status=200, body=left_to_acknowledge(said.private, respond, context) or "")
        speaker.tell(team, body["user"]["id"], words)
        return BoltResponse(status=200)


def _objection(error: Exception) -> Utterance:
    """What a person is told of an error, which is logged."""
    if _is_of_slack(error):
        log.warning("Slack does not do its part: %s", error)
        return say.slack_is_busy()
    known_by = reference.given()
    log.error("error %s", known_by, exc_info=error)
    return say.went_wrong(known_by)


def _is_of_slack(error: Exception) -> bool:
    """Whether it was Slack that could not be reached, or answered something that will pass, or too late for a form."""
    if not isinstance(error, SlackApiError):
        return isinstance(error, (NotNow, URLError, ConnectionError, TimeoutError, HTTPException))
    try:
        return lasting(error) == "expired_trigger_id"
    except NotNow:
        return True
