// The workspace panel: whether the bot is connected, the workspace's clock, what went to and fro, and starting afresh.
import { confirmed } from "./dialog.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { changed, nameOf, now, store } from "./store.js";
import { shortTime } from "./time.js";
import { post, read } from "./wire.js";

const DAY = 86_400;
const STEPS = [
  { label: "1 day", seconds: DAY },
  { label: "1 week", seconds: 7 * DAY },
  { label: "3 weeks", seconds: 21 * DAY },
];
const TRAFFIC_LIMIT = 60;
const LOOK_EVERY_MS = 1500;

let open = false;
let entries = [];
let trouble = "";
let timer;

export const panelIsOpen = () => open;

export function togglePanel() {
  open = !open;
  clearInterval(timer);
  if (open) {
    look();
    timer = setInterval(look, LOOK_EVERY_MS);
  }
  changed();
}

async function look() {
  const answer = await read(`traffic?limit=${TRAFFIC_LIMIT}`);
  if (answer.ok) entries = answer.entries;
  changed();
}

export function drawPanel(panel) {
  panel.hidden = !open;
  if (!open) return;
  const bot = store.workspace.bot;
  fill(panel, [
    { key: "head", build: head },
    { key: "bot", signature: JSON.stringify(bot), build: () => botPart(bot) },
    { key: "clock", signature: JSON.stringify([store.workspace.clock, shortTime(now())]), build: clockPart },
    {
      key: "trouble",
      signature: trouble,
      build: () => h("p", { class: "message-error", role: "alert", hidden: !trouble }, trouble),
    },
    { key: "traffic", build: trafficPart },
    { key: "reset", build: resetPart },
  ]);
  const newestFirst = entries.toReversed();
  fill(
    panel.querySelector(".traffic"),
    newestFirst.map((entry) => ({
      key: `${entry.at}/${entry.direction}/${entry.kind}`,
      build: () => drawEntry(entry),
    })),
  );
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
        title: "Close",
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

function ahead(seconds) {
  const days = Math.round(seconds / DAY);
  if (!days) return "The same as this machine's.";
  return `${days} day${days === 1 ? "" : "s"} ahead of this machine.`;
}

async function tell(path, body) {
  const answer = await post(path, body);
  trouble = answer.ok ? "" : answer.message;
  changed();
}

function clockPart() {
  return part(
    "Clock",
    h(
      "p",
      {},
      h("strong", {}, shortTime(now())),
      " ",
      h("span", { class: "quiet" }, ahead(store.workspace.clock.offset)),
    ),
    h("p", { class: "quiet" }, "Move it forward to see what grows old and who is reminded."),
    h(
      "div",
      { class: "actions" },
      STEPS.map(({ label, seconds }) =>
        h(
          "button",
          {
            type: "button",
            class: "button is-small",
            dataset: { focus: label },
            onclick: () => tell("clock", { advance: seconds }),
          },
          `+ ${label}`,
        ),
      ),
    ),
  );
}

function trafficPart() {
  return part(
    "Traffic",
    h("p", { class: "quiet" }, "What the workspace and the bot say to each other, newest first."),
    h("div", { class: "traffic" }),
  );
}

function drawEntry({ at, direction, kind, summary, status, ms, body }) {
  const toBot = direction === "to_bot";
  const bad = status && !/^(ok|ack|acknowledged|2\d\d)/i.test(status);
  return h(
    "details",
    { class: "traffic-entry" },
    h(
      "summary",
      { title: `${toBot ? "To" : "From"} the bot, ${shortTime(at)}` },
      h(
        "span",
        {
          class: `traffic-way${toBot ? "" : " is-back"}`,
          "aria-label": toBot ? "to the bot" : "from the bot",
        },
        toBot ? "→" : "←",
      ),
      h("span", { class: "traffic-words" }, h("strong", {}, kind), " ", summary),
      h(
        "span",
        { class: `traffic-status${bad ? " is-bad" : ""}` },
        [status, Number.isFinite(ms) && `${ms} ms`].filter(Boolean).join(" · "),
      ),
    ),
    body && h("pre", {}, JSON.stringify(body, null, 2)),
  );
}

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
    h("button", { type: "button", class: "button is-danger", onclick: reset }, "Reset the workspace"),
  );
}
