// What can be done to a message: react, reply, edit, delete, copy its link, run an app's shortcut on it.
import { confirmed } from "./dialog.js";
import { growing, h } from "./dom.js";
import { glyphOf, quickReactions } from "./emoji.js";
import { icon } from "./icons.js";
import { asTyped, mrkdwn } from "./mrkdwn.js";
import { openEmojiPicker, openMenu } from "./popover.js";
import { addressOf, go, permalinkOf } from "./route.js";
import { act, changed, store } from "./store.js";

let editing = null; // the key of the message being edited

export const keyOf = (message) => `${message.channel}/${message.ephemeral ? message.id : message.ts}`;
export const isMine = (message) => message.user === store.me.id && !message.ephemeral;
export const isBeingEdited = (message) => editing === keyOf(message);
export const addressOfThread = (message) =>
  addressOf.thread(message.channel, message.thread_ts ?? message.ts);

export function toggle(message, name) {
  return act("reaction", { channel: message.channel, ts: message.ts, name });
}

export function drawToolbar(message, inThread) {
  const button = (label, face, onclick, props) =>
    h(
      "button",
      { type: "button", class: "tool", title: label, "aria-label": label, onclick, ...props },
      face,
    );
  return h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    quickReactions.slice(0, 3).map((name) =>
      button(`React with :${name}:`, glyphOf(name), () => toggle(message, name), {
        class: "tool is-quick",
      }),
    ),
    button("Add a reaction", icon("smile"), ({ currentTarget }) =>
      openEmojiPicker(currentTarget, (name) => toggle(message, name), { align: "end" }),
    ),
    !inThread && button("Reply in thread", icon("reply"), () => go(addressOfThread(message))),
    button("More actions", icon("more"), ({ currentTarget }) => openMore(currentTarget, message), {
      "aria-haspopup": "menu",
    }),
  );
}

function openMore(anchor, message) {
  const shortcuts = store.workspace.shortcuts.filter(({ type }) => type === "message");
  openMenu(
    anchor,
    [
      { label: "Copy link", icon: "link", onPick: () => copyLink(anchor, message) },
      isMine(message) && { label: "Edit message", icon: "edit", onPick: () => edit(message) },
      isMine(message) && {
        label: "Delete message",
        icon: "trash",
        danger: true,
        onPick: () => remove(message),
      },
      shortcuts.length > 0 && { rule: true },
      ...shortcuts.map(({ name, callback_id }) => ({
        label: name,
        icon: "bolt",
        onPick: () => runShortcut(anchor, message, callback_id),
      })),
    ],
    { align: "end", label: "Message actions" },
  );
}

function noteOn(row, sentence, { isError = true } = {}) {
  const body = row?.querySelector(".message-body");
  if (!body) return;
  body.querySelector(":scope > [role]:is(.message-error, .message-done)")?.remove();
  const look = isError ? { class: "message-error", role: "alert" } : { class: "message-done", role: "status" };
  if (sentence) body.append(h("p", look, sentence));
}

async function runShortcut(anchor, message, callback_id) {
  const row = anchor.closest(".message");
  const answer = await act("shortcut", {
    callback_id,
    message: { channel: message.channel, ts: message.ts },
  });
  noteOn(row, answer.ok ? "" : answer.message);
}

async function copyLink(anchor, message) {
  const row = anchor.closest(".message");
  try {
    await navigator.clipboard.writeText(permalinkOf(message));
    noteOn(row, "Link copied", { isError: false });
    setTimeout(() => noteOn(row, ""), 2500);
  } catch {
    noteOn(row, `This browser does not let the page copy. The link is ${permalinkOf(message)}`);
  }
}

async function remove(message) {
  const sure = await confirmed({
    title: "Delete message",
    text: h("blockquote", {}, mrkdwn(message.text)),
    confirm: "Delete",
    style: "danger",
  });
  if (sure) act("delete", { channel: message.channel, ts: message.ts });
}

export function edit(message) {
  editing = keyOf(message);
  changed();
}

export function drawEditor(message) {
  const stop = () => {
    editing = null;
    changed();
  };
  const save = async () => {
    if (!text.value.trim()) return stop();
    const answer = await act("edit", { channel: message.channel, ts: message.ts, text: text.value });
    if (answer.ok) return stop();
    error.textContent = answer.message;
    error.hidden = false;
  };
  const text = h("textarea", {
    class: "composer-text",
    rows: 1,
    "aria-label": "Edit message",
    value: asTyped(message.text),
    dataset: { focus: `edit/${keyOf(message)}` },
    onkeydown: (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        stop();
      } else if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        save();
      }
    },
  });
  growing(text);
  const error = h("p", { class: "message-error", role: "alert", hidden: true });
  queueMicrotask(() => {
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  });
  return h(
    "div",
    { class: "editor" },
    h("div", { class: "composer-box" }, text),
    h(
      "div",
      { class: "editor-buttons" },
      h("button", { type: "button", class: "button is-small", onclick: stop }, "Cancel"),
      h("button", { type: "button", class: "button is-small is-primary", onclick: save }, "Save"),
    ),
    error,
  );
}
