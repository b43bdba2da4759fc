// What went between the workspace and the bot: newest first, each entry to be opened, and all of them filtered.
import { fill, h } from "./dom.js";
import { changed } from "./store.js";
import { secondTime, shortTime } from "./time.js";
import { read } from "./wire.js";

const LIMIT = 200;
const WELL = /^(ok|ack|acknowledged|2\d\d)/i;
const KINDS = [
  { value: "all", label: "All", fits: () => true },
  { value: "to", label: "To the bot", fits: ({ direction }) => direction === "to_bot" },
  { value: "from", label: "From the bot", fits: ({ direction }) => direction === "from_bot" },
  { value: "bad", label: "Only trouble", fits: ({ status }) => isBad(status) },
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
  const choose = ({ target }) => {
    kind = KINDS.find(({ value }) => value === target.value);
    changed();
  };
  return [
    h("p", { class: "quiet" }, "What the workspace and the bot say to each other, newest first."),
    h(
      "div",
      { class: "traffic-filter" },
      h("input", {
        type: "search",
        class: "panel-input",
        placeholder: "Filter",
        "aria-label": "Filter the traffic by words",
        value: words,
        oninput: search,
      }),
      h(
        "select",
        { class: "panel-input", "aria-label": "Which traffic", onchange: choose },
        KINDS.map(({ value, label }) => h("option", { value, selected: value === kind.value }, label)),
      ),
    ),
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
