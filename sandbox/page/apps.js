// The middle pane when it shows the apps, or the app's About tab: what the app may do here, and how it comes and goes.
import { confirmed } from "./dialog.js";
import { fill, h } from "./dom.js";
import { appTabs, backButton, personHeader } from "./header.js";
import { icon } from "./icons.js";
import { addressOf } from "./route.js";
import { act, bot, changed, nameOf, store } from "./store.js";
import { post } from "./wire.js";

let shown = null;
let note = { words: "", isError: false };

// `asTab` is on the page of the app, under its tabs.
export function drawApps(main, asTab) {
  if (shown?.asTab !== asTab || !main.contains(shown.body)) {
    note = { words: "", isError: false };
    const page = h("div", { class: "home apps" });
    const scroller = h("div", { class: "scroller", tabindex: -1 }, page);
    const body = h("div", { class: "pane-body" }, asTab ? appHead() : head(), scroller);
    main.replaceChildren(body);
    shown = { asTab, body, page };
  }
  const { app, name } = store.workspace;
  fill(shown.page, [
    {
      key: "app",
      signature: JSON.stringify([app, name, note]),
      build: () => card(app, name),
    },
  ]);
}

function head() {
  return h(
    "header",
    { class: "pane-head" },
    backButton(addressOf.sidebar(), "Back to channels"),
    h("div", { class: "pane-title" }, h("h1", {}, icon("apps", 18), "Apps")),
  );
}

const appHead = () => h("div", { class: "pane-top" }, personHeader(bot()), appTabs("about"));

function card(app, workspace) {
  return h(
    "section",
    { class: "app-card" },
    h("span", { class: "square app-square", "aria-hidden": "true" }, app.name[0].toUpperCase()),
    h(
      "div",
      { class: "app-words" },
      h("h2", {}, app.name),
      app.description && h("p", { class: "quiet" }, app.description),
      h("p", { class: `status${app.installed ? " is-on" : ""}` }, standing(app, workspace)),
    ),
    h("div", { class: "app-way" }, app.installed ? removeButton(app, workspace) : addButton(app, workspace)),
    h("p", { class: note.isError ? "message-error" : "app-note", role: "status", hidden: !note.words }, note.words),
    permissions(app.installed ? "What it sees" : "What it will see", app.may.sees),
    permissions(app.installed ? "What it does" : "What it will do", app.may.does),
  );
}

function standing(app, workspace) {
  if (!app.installed) return `Not in ${workspace}`;
  return app.installer ? `In ${workspace}, added by ${nameOf(app.installer)}` : `In ${workspace}`;
}

function permissions(heading, lines) {
  if (!lines.length) return null;
  return h(
    "div",
    { class: "app-may" },
    h("h3", {}, heading),
    h(
      "ul",
      {},
      lines.map(({ scope, words }) => h("li", { title: scope }, words)),
    ),
  );
}

// An app that has a page of its own for this begins there, and asks on the page that an app's link leads to.
function addButton(app, workspace) {
  const label = `Add to ${workspace}`;
  if (app.install_url) return h("a", { class: "button is-primary", href: app.install_url }, label);
  const add = async () => {
    const answer = await act("install");
    tell(answer, () => `Its token here is ${answer.token}. Add it to a channel, and it hears what is said there.`);
  };
  return h("button", { type: "button", class: "button is-primary", dataset: { focus: "app" }, onclick: add }, label);
}

function removeButton(app, workspace) {
  const remove = async () => {
    const sure = await confirmed({
      title: `Remove ${app.name} from ${workspace}?`,
      text: "It is told so, leaves every channel, and its token stops working. What it said stays.",
      confirm: "Remove it",
      style: "danger",
    });
    if (sure) tell(await post("uninstall", {}), () => "");
  };
  return h(
    "button",
    { type: "button", class: "button is-danger", dataset: { focus: "app" }, onclick: remove },
    "Remove",
  );
}

function tell(answer, words) {
  note = answer.ok ? { words: words(), isError: false } : { words: answer.message, isError: true };
  changed();
}
