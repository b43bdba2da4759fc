// What went between the workspace and the bot: newest first, each entry to be opened, and all of them filtered.
import { fill, h } from "./dom.js";
import { changed } from "./store.js";
import { secondTime, shortTime } from "./time.js";
import { read } from "./wire.js";

const LIMIT = 200;
const WELL = /^(ok|ack|acknowledged|2\d\d)/i;
const KINDS = [
  { label: "All", fits: () => true },
  { label: "To the bot", fits: ({ direction }) => direction === "to_bot" },
  { label: "From the bot", fits: ({ direction }) => direction === "from_bot" },
  { label: "Failed", fits: ({ status }) => isBad(status) },
];

let entries = [];
let kind = KINDS[0];
let words = "";

const isBad = (status) => Boolean(status) && !WELL.test(status);

export async function lookAtTraffic() {
  const answer = await read(`traffic?limit=${LIMIT}`);
  if (answer.ok) entries = answer.entries;
  changed();
}

export function trafficPart() {
  const search = ({ target }) => {
    words = target.value.toLowerCase();
    changed();
  };
  const choose = (wanted, buttons) => {
    kind = wanted;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === kind.label));
    changed();
  };
  const choices = KINDS.map((each) =>
    h(
      "button",
      {
        type: "button",
        class: "traffic-kind",
        "aria-pressed": String(each === kind),
        onclick: () => choose(each, choices),
      },
      each.label,
    ),
  );
  return [
    h("p", { class: "quiet" }, "What the workspace and the bot say to each other, newest first."),
    h("input", {
      type: "search",
      class: "panel-input traffic-words-wanted",
      placeholder: "Filter by words",
      "aria-label": "Filter the traffic by words",
      value: words,
      oninput: search,
    }),
    h("div", { class: "traffic-kinds", role: "group", "aria-label": "Which traffic" }, choices),
    h("div", { class: "traffic" }),
  ];
}

export function drawTraffic(list) {
  const times = new Map();
  const items = entries.map((entry) => {
    const name = `${entry.at}/${entry.direction}/${entry.kind}`;
    times.set(name, (times.get(name) ?? 0) + 1);
    return { entry, key: `${name}/${times.get(name)}` };
  });
  const shown = items.filter(({ entry }) => kind.fits(entry) && wordsOf(entry).includes(words)).reverse();
  const none = { key: "none", build: () => h("p", { class: "quiet panel-note" }, "Nothing like that so far.") };
  fill(list, shown.length ? shown.map(({ entry, key }) => ({ key, build: () => drawEntry(entry) })) : [none]);
}

const wordsOf = ({ kind, summary, status }) => `${kind} ${summary} ${status}`.toLowerCase();

function drawEntry({ at, direction, kind, summary, status, ms, body }) {
  const toBot = direction === "to_bot";
  return h(
    "details",
    { class: "traffic-entry" },
    h(
      "summary",
      { title: `${toBot ? "To" : "From"} the bot, ${shortTime(at)}` },
      h(
        "span",
        { class: `traffic-way${toBot ? "" : " is-back"}`, role: "img", "aria-label": toBot ? "to the bot" : "from the bot" },
        toBot ? "→" : "←",
      ),
      h("strong", {}, kind),
      h(
        "span",
        { class: `traffic-status${isBad(status) ? " is-bad" : ""}` },
        [status, Number.isFinite(ms) && `${ms} ms`].filter(Boolean).join(" · "),
      ),
      h("span", { class: "traffic-words" }, `${secondTime(at)}  ${summary}`),
    ),
    body && h("pre", { tabindex: 0, "aria-label": "What was sent" }, JSON.stringify(body, null, 2)),
  );
}
