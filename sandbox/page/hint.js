// A quiet line for a first visit: what to type, and then where the question is. It can be put away for good.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { addressOf, route } from "./route.js";
import { changed, store } from "./store.js";
import { hasTour } from "./tour.js";

const KEPT = "hint-dismissed";

function example() {
  const command = store.workspace.commands[0]?.command ?? "/dealreview";
  return `${command} Northwind`;
}

function line(key, words) {
  const dismiss = () => {
    localStorage.setItem(KEPT, "yes");
    changed();
  };
  return {
    key,
    signature: key,
    build: () =>
      h(
        "div",
        { class: "hint" },
        icon("bolt", 16),
        h("p", {}, words()),
        h(
          "button",
          {
            type: "button",
            class: "tool",
            "aria-label": "Dismiss the hint",
            title: "Dismiss",
            onclick: dismiss,
          },
          icon("close", 14),
        ),
      ),
  };
}

export function hintBar(channel, box) {
  if (hasTour() || localStorage.getItem(KEPT) || channel.kind === "im") return undefined;
  if (route().thread) {
    // Whoever has found a thread needs no more hints.
    localStorage.setItem(KEPT, "yes");
    return undefined;
  }
  const asked = [...(store.messages.get(channel.id)?.values() ?? [])]
    .filter((m) => m.user === store.workspace.bot?.id && m.reply_count)
    .at(-1);
  if (!store.workspace.bot) {
    return line("hint/add", () => [
      "There is no app in this workspace yet: ",
      h("a", { href: addressOf.apps() }, `add ${store.workspace.app.name}`),
      ".",
    ]);
  }
  if (!asked) {
    return line("hint/try", () => [
      "Try typing ",
      h(
        "button",
        {
          type: "button",
          class: "text-button",
          title: "Put it in the box",
          onclick: () => box.fillIn(example()),
        },
        h("code", {}, example()),
      ),
    ]);
  }
  return line(`hint/thread/${asked.ts}`, () => [
    "The questions come in the thread, one at a time: ",
    h("a", { href: addressOf.thread(channel.id, asked.ts) }, "open it"),
    ".",
  ]);
}
