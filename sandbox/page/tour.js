// The tour that an app brings, one thing to try at a time. What is done is what the server has seen happen; the page
// only shows it, remembers whether it was put away, and helps: it goes there, fills in the box, moves the clock.
import { secondsUntilWorkday } from "./clock.js";
import { announce, fill, h } from "./dom.js";
import { openBotMessages } from "./header.js";
import { icon } from "./icons.js";
import { humans, switchTo } from "./people.js";
import { addressOf, go, route } from "./route.js";
import { act, bot, changed, now, onChange, store, threadOf } from "./store.js";
import { post, read, team } from "./wire.js";

const PUT_AWAY = `tour-put-away/${team}`;
const FOLDED = "tour-folded";
const LOOK_AFTER_MS = 150;
const READING_MS = 1800; // as long as it takes to see that there is a new question
const PATIENCE_MS = 8000;
const DAY = 86_400;
const narrow = matchMedia("(max-width: 760px)");

let tour = null;
let chosen; // the step that a person asked for; else it is the first that is not done
let answering = false;
let looking;

narrow.addEventListener("change", changed);

// --- Knowing -----------------------------------------------------------------------------------------------------

export async function lookAtTour() {
  const answer = await read("tour");
  if (!answer.ok) return;
  const before = tour;
  tour = answer.tour;
  if (before?.began === tour?.began) tellWhatIsNew(before);
  changed();
}

// Soon, and once for all that has just happened.
export function lookAtTourSoon() {
  clearTimeout(looking);
  if (tour) looking = setTimeout(lookAtTour, LOOK_AFTER_MS);
}

function tellWhatIsNew(before) {
  const isNew = ({ done }, at) => done && !before.steps[at].done;
  for (const step of tour?.steps.filter(isNew) ?? []) {
    announce(`Done: ${step.title}`);
    if (chosen === step.key) chosen = undefined;
  }
}

export const tourThread = () => tour && !isPutAway() && addressOf.thread(tour.channel, tour.thread);
export const hasTour = () => Boolean(tour);
export const isPutAway = () => localStorage.getItem(PUT_AWAY) === tour?.began;

export function putAway(away) {
  if (away) localStorage.setItem(PUT_AWAY, tour.began);
  else localStorage.removeItem(PUT_AWAY);
  changed();
}

const isFolded = () => (localStorage.getItem(FOLDED) ?? String(narrow.matches)) === "true";

function fold() {
  localStorage.setItem(FOLDED, String(!isFolded()));
  changed();
}

const current = () => tour.steps.find(({ key }) => key === chosen) ?? tour.steps.find(({ done }) => !done);

// --- Drawing -----------------------------------------------------------------------------------------------------

// In the sidebar, or at the foot of a narrow page, where the sidebar is a screen of its own.
export function drawTour(inSidebar, atFoot) {
  const [here, elsewhere] = narrow.matches ? [atFoot, inSidebar] : [inSidebar, atFoot];
  elsewhere.replaceChildren();
  const isShown = tour && !isPutAway();
  atFoot.hidden = !isShown || !narrow.matches;
  if (!isShown) return here.replaceChildren();
  const step = current();
  const helps = step ? helpsWith(step) : [];
  fill(here, [
    {
      key: "tour",
      signature: JSON.stringify([tour, step?.key, isFolded(), answering, helps.map(({ label }) => label)]),
      build: () => card(step, helps),
    },
  ]);
}

function card(step, helps) {
  const done = tour.steps.filter((each) => each.done).length;
  const folded = isFolded();
  const title = step?.title ?? "You have seen it all";
  return h(
    "section",
    { class: "tour", "aria-label": "Tour" },
    h(
      "header",
      { class: "tour-head" },
      h(
        "button",
        {
          type: "button",
          class: "tour-fold",
          "aria-expanded": String(!folded),
          dataset: { focus: "tour/fold" },
          onclick: fold,
        },
        h(
          "span",
          { class: "tour-words" },
          h("small", {}, `${step ? "Try this" : "The tour"} · ${done} of ${tour.steps.length} done`),
          h("strong", {}, title),
        ),
        icon("chevron", 16),
      ),
      h(
        "button",
        { type: "button", class: "tool", "aria-label": "Skip the tour", title: "Skip the tour", onclick: () => putAway(true) },
        icon("close", 14),
      ),
    ),
    !folded && h("p", {}, inType(step?.words ?? tour.end)),
    !folded && step?.left > 0 && h("p", {}, `${step.left} ${step.left === 1 ? "question is" : "questions are"} left.`),
    !folded && helps.length > 0 && h("div", { class: "actions" }, helps.map(helpButton)),
    !folded && stepList(step),
  );
}

// `in backticks` is set in type.
const inType = (words) => words.split("`").map((part, at) => (at % 2 ? h("code", {}, part) : part));

function helpButton({ label, help }, at) {
  return h(
    "button",
    {
      type: "button",
      class: `button is-small${at ? "" : " is-primary"}`,
      dataset: { focus: `tour/help/${at}` },
      onclick: help,
    },
    label,
  );
}

function stepList(step) {
  return h(
    "ol",
    { class: "tour-steps", "aria-label": "All steps" },
    tour.steps.map(({ key, title, done }, at) =>
      h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            class: `tour-step${done ? " is-done" : ""}`,
            title,
            "aria-label": `${title}${done ? ", done" : ""}`,
            "aria-current": key === step?.key && "step",
            dataset: { focus: `tour/${key}` },
            onclick: () => {
              chosen = key;
              changed();
            },
          },
          done ? icon("check", 12) : at + 1,
        ),
      ),
    ),
  );
}

// --- Helping -----------------------------------------------------------------------------------------------------

// What the page can do towards a step, the likeliest first.
function helpsWith(step) {
  const person = humans().find(({ name }) => name === step.person);
  const inThread = step.where === "thread";
  const isThere = !inThread || (route().channel === tour.channel && route().thread === tour.thread);
  const isLater = step.clock && now() - Number(tour.began) > (step.clock.days - 1) * DAY;
  if (person && person.id !== store.me.id) return [{ label: `Act as ${firstName(person)}`, help: () => become(person, step) }];
  if (answering) return [{ label: "Stop answering", help: stopAnswering }];
  return [
    !isThere && { label: "Open the thread", help: () => goTo(step) },
    isThere && step.put && !step.done && { label: "Put it in the box", help: () => put(step) },
    step.answers && step.left > 0 && { label: "Answer the rest for me", help: () => answerTheRest(step) },
    step.clock && !isLater && { label: `Go ${spanOf(step.clock.days)} on`, help: () => moveClock(step.clock) },
    step.where === "app" && (isLater || !step.clock) && { label: "Open the messages", help: openBotMessages },
  ].filter(Boolean);
}

function spanOf(days) {
  const [count, unit] = days % 7 ? [days, "day"] : [days / 7, "week"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

const firstName = (user) => (user.real_name || user.name).split(" ")[0];

async function become(person, step) {
  await switchTo(person);
  if (step.where === "thread") goTo(step);
}

const goTo = () => go(addressOf.thread(tour.channel, tour.thread));

function put(step) {
  if (step.where !== "thread") go(addressOf.channel(tour.channel));
  afterDrawing(() => document.querySelector(`#${step.where === "thread" ? "thread" : "main"} .composer`)?.fillIn(step.put));
}

// A changed address is drawn in a turn of its own.
const afterDrawing = (then) => setTimeout(then, 50);

async function moveClock({ days, at }) {
  const answer = await post("clock", { advance: secondsUntilWorkday(days, at) });
  if (!answer.ok) announce(answer.message);
}

// Answers one question after the other as the acting person, until there is nothing left or nothing comes back.
async function answerTheRest(step) {
  const { channel, thread } = tour;
  const me = store.me.id;
  goTo();
  answering = true;
  changed();
  while (answering && store.me.id === me && leftOf(step) > 0) {
    const asked = latestOfApp(channel, thread);
    await new Promise((resolve) => setTimeout(resolve, READING_MS));
    if (!answering || latestOfApp(channel, thread) !== asked) continue;
    const { says } = step.answers.find(({ to }) => new RegExp(to).test(asked?.text)) ?? { says: step.otherwise };
    const sent = await act("message", { channel, thread_ts: thread, text: says });
    if (!sent.ok || !(await cameWithin(PATIENCE_MS, () => latestOfApp(channel, thread)?.ts !== asked?.ts))) break;
    await lookAtTour();
  }
  // What came at the end may be longer than the screen: it is read from its beginning.
  const end = latestOfApp(channel, thread);
  document.querySelector(`#thread [data-ts="${end?.ts}"]`)?.scrollIntoView({ block: "start" });
  stopAnswering();
}

function stopAnswering() {
  answering = false;
  changed();
}

const leftOf = ({ key }) => tour?.steps.find((step) => step.key === key)?.left ?? 0;
const latestOfApp = (channel, thread) =>
  threadOf(channel, thread)
    .filter(({ user, ephemeral }) => user === bot()?.id && !ephemeral)
    .at(-1);

// Whether it comes true before so much time has passed; it is looked at after every change.
function cameWithin(patience, isTrue) {
  return new Promise((resolve) => {
    const end = setTimeout(() => done(false), patience);
    const stop = onChange(() => isTrue() && done(true));
    function done(came) {
      clearTimeout(end);
      stop();
      resolve(came);
    }
  });
}
