// The workspace panel: whether the bot is connected, the workspace's clock, trouble on demand, what went to and fro,
// and starting afresh.
import { dateIn, secondsUntil } from "./clock.js";
import { confirmed } from "./dialog.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { changed, nameOf, now, store } from "./store.js";
import { shortTime } from "./time.js";
import { hasTour, isPutAway, putAway } from "./tour.js";
import { drawTraffic, lookAtTraffic, trafficPart } from "./traffic.js";
import { troublePart } from "./troubles.js";
import { post } from "./wire.js";

const DAY = 86_400;
const MORNING = "09:00";
const JUMPS = [
  { label: "+ 1 hour", seconds: () => 3600 },
  { label: "+ 1 day", seconds: () => DAY },
  { label: "Tomorrow 9:00", seconds: () => secondsUntil(dateIn(1), MORNING) },
  { label: "+ 1 week", seconds: () => 7 * DAY },
  { label: "+ 3 weeks", seconds: () => 21 * DAY },
];
const LOOK_EVERY_MS = 1500;

let open = false;
let refusal = "";
let timer;

export const panelIsOpen = () => open;

export function togglePanel() {
  open = !open;
  clearInterval(timer);
  if (open) {
    lookAtTraffic();
    timer = setInterval(lookAtTraffic, LOOK_EVERY_MS);
  }
  changed();
}

export function drawPanel(panel) {
  const hadFocus = panel.contains(document.activeElement);
  panel.hidden = !open;
  if (!open) {
    if (hadFocus) document.querySelector('[data-focus="panel"]')?.focus();
    return;
  }
  const { bot, clock } = store.workspace;
  fill(panel, [
    { key: "head", build: head },
    { key: "bot", signature: JSON.stringify(bot), build: () => botPart(bot) },
    ...(hasTour() ? [{ key: "tour", signature: String(isPutAway()), build: tourPart }] : []),
    { key: "clock", build: clockPart },
    { key: "trouble", build: () => part("Trouble", troublePart()) },
    { key: "traffic", build: () => part("Traffic", trafficPart()) },
    { key: "reset", build: resetPart },
  ]);
  panel.querySelector(".clock-now").textContent = shortTime(now());
  panel.querySelector(".clock-ahead").textContent = ahead(clock.offset);
  const error = panel.querySelector(".message-error");
  error.textContent = refusal;
  error.hidden = !refusal;
  drawTraffic(panel.querySelector(".traffic"));
}

function head() {
  return h(
    "header",
    { class: "pane-head" },
    h("div", { class: "pane-title" }, h("h2", {}, "Workspace")),
    h(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": "Close the workspace panel",
        title: "Close (Esc)",
        onclick: togglePanel,
      },
      icon("close"),
    ),
  );
}

function part(title, ...content) {
  return h("section", { class: "panel-part" }, h("h3", {}, title), content);
}

function botPart(bot) {
  return part(
    "Bot",
    h(
      "p",
      { class: `status${bot?.connected ? " is-on" : ""}` },
      bot?.connected
        ? `${nameOf(bot.id)} is connected.`
        : bot
          ? "Not connected. Start the bot, and this turns green."
          : "It is not in this workspace. Add it under Apps.",
    ),
  );
}

function tourPart() {
  const away = isPutAway();
  return part(
    "Tour",
    h("p", { class: "quiet" }, "A few things to try, one at a time."),
    h(
      "div",
      { class: "actions" },
      h(
        "button",
        { type: "button", class: "button is-small", dataset: { focus: "tour" }, onclick: () => putAway(!away) },
        away ? "Show the tour" : "Skip the tour",
      ),
    ),
  );
}

// --- The clock ---------------------------------------------------------------------------------------------------

const UNITS = [
  { name: "day", seconds: DAY },
  { name: "hour", seconds: 3600 },
  { name: "minute", seconds: 60 },
];

function ahead(seconds) {
  const unit = UNITS.find((each) => seconds >= each.seconds);
  if (!unit) return "The same as this machine's.";
  const count = Math.round(seconds / unit.seconds);
  return `${count} ${unit.name}${count === 1 ? "" : "s"} ahead of this machine.`;
}

async function tell(path, body) {
  const answer = await post(path, body);
  refusal = answer.ok ? "" : answer.message;
  changed();
}

function clockPart() {
  const day = h("input", {
    type: "date",
    class: "panel-input",
    "aria-label": "A day to go to, at nine",
    required: true,
    dataset: { focus: "clock/day" },
  });
  const leap = (event) => {
    event.preventDefault();
    tell("clock", { advance: secondsUntil(day.value, MORNING) });
  };
  return part(
    "Clock",
    h("p", {}, h("strong", { class: "clock-now" }), " ", h("span", { class: "quiet clock-ahead" })),
    h("p", { class: "quiet" }, "Move it forward to see what grows old and who is reminded. It cannot go back."),
    h(
      "div",
      { class: "actions" },
      JUMPS.map(({ label, seconds }) =>
        h(
          "button",
          { type: "button", class: "button is-small", onclick: () => tell("clock", { advance: seconds() }) },
          label,
        ),
      ),
    ),
    h(
      "form",
      { class: "clock-form", onsubmit: leap },
      day,
      h("button", { type: "submit", class: "button is-small" }, "Go to that day, 9:00"),
    ),
    h("p", { class: "message-error", role: "alert", hidden: true }),
  );
}

// --- Starting afresh ---------------------------------------------------------------------------------------------

function resetPart() {
  const reset = async () => {
    const sure = await confirmed({
      title: "Start afresh?",
      text: "All messages are forgotten. People and channels stay, and what the bot keeps on its own side is not touched.",
      confirm: "Forget all messages",
      style: "danger",
    });
    if (sure) tell("reset", {});
  };
  return part(
    "Start afresh",
    h("p", { class: "quiet" }, "Forgets everything that was said here."),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", class: "button is-small is-danger", onclick: reset }, "Reset the workspace"),
    ),
  );
}
