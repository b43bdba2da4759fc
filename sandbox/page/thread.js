// The right pane: one message and its replies.
import { composer } from "./composer.js";
import { fill, h } from "./dom.js";
import { takesFiles } from "./dropping.js";
import { backButton } from "./header.js";
import { icon } from "./icons.js";
import { MessageList } from "./messages.js";
import { addressOf, route } from "./route.js";
import { channelLabel, messageAt, nameOf, statusIn, store, threadOf } from "./store.js";

let shown = null;

export function drawThread(pane, channel, root) {
  pane.hidden = !root;
  if (!root) {
    pane.replaceChildren();
    shown = null;
    return;
  }
  const key = `${store.me.id}/${channel.id}/${root}`;
  if (shown?.key !== key) open(pane, channel, root, key);
  const messages = threadOf(channel.id, root);
  const replies = messages.filter(({ ts, ephemeral }) => ts !== root && !ephemeral).length;
  fill(
    shown.missing,
    messages.length
      ? []
      : [{ key: "missing", build: () => h("p", { class: "empty" }, "This thread is not here any more.") }],
  );
  shown.status.textContent = sayStatus(statusIn(channel.id, root));
  shown.composer.hidden = !messageAt(channel.id, root) || channel.archived;
  const { message } = route();
  shown.list.draw({ messages, afterFirst: replies > 0 && countRule(replies), highlight: message });
  if (message && shown.litFor !== message) {
    shown.litFor = message;
    shown.list.show(message);
  }
}

function open(pane, channel, root, key) {
  const place = channelLabel(channel);
  const list = new MessageList({ inThread: true, label: "Replies" });
  const box = composer({
    place: { channel: channel.id, thread: root },
    placeholder: "Reply…",
    broadcastLabel: channel.kind === "im" ? undefined : `Also send to #${place}`,
    onSent: () => list.toNewest(),
  });
  box.addEventListener("edit-last", (event) => list.editLast() && event.preventDefault());
  const missing = h("div", {});
  const status = h("p", { class: "typing", role: "status" });
  pane.replaceChildren(
    h(
      "div",
      { class: "pane-body" },
      h(
        "header",
        { class: "pane-head" },
        backButton(addressOf.channel(channel.id), "Back to the channel"),
        h(
          "div",
          { class: "pane-title" },
          h("h2", {}, "Thread"),
          h("p", { class: "pane-topic" }, channel.kind === "im" ? place : `#${place}`),
        ),
        h(
          "a",
          {
            class: "tool close-button",
            href: addressOf.channel(channel.id),
            "aria-label": "Close the thread",
            title: "Close (Esc)",
          },
          icon("close"),
        ),
      ),
      missing,
      list.node,
      status,
      box,
    ),
  );
  takesFiles(pane.firstElementChild, box.attach);
  shown = { key, list, composer: box, missing, status };
  if (matchMedia("(hover: hover)").matches) box.focusText();
}

function sayStatus(status) {
  return status ? `${nameOf(store.workspace.bot?.id)} ${status}` : "";
}

function countRule(count) {
  const label = `${count} ${count === 1 ? "reply" : "replies"}`;
  return {
    key: "count",
    signature: label,
    build: () => h("div", { class: "rule is-count", role: "separator" }, h("span", {}, label)),
  };
}
