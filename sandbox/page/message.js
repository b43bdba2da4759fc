// One message: who said it and when, what was said, its files, its reactions and the way to its thread.
import { drawBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { emoji, flat, isOnlyEmoji, mrkdwn } from "./mrkdwn.js";
import { appBadge, avatar } from "./people.js";
import { openEmojiPicker } from "./popover.js";
import { addressOf } from "./route.js";
import { changed, messageAt, nameOf, store } from "./store.js";
import { surfaceOf } from "./surface.js";
import { clockTime, dayInSentence, fullTime } from "./time.js";
import { addressOfThread, drawEditor, drawToolbar, isBeingEdited, keyOf, toggle } from "./toolbar.js";
import { doorTo } from "./wire.js";

// What Slack writes into a channel itself, in a quieter voice.
const NOTICES = new Set([
  "channel_join",
  "channel_leave",
  "channel_topic",
  "channel_purpose",
  "channel_name",
  "tombstone",
]);

export const isNotice = ({ subtype }) => NOTICES.has(subtype);

const dismissed = new Set(); // ephemerals put away in this window

export const isDismissed = (message) => dismissed.has(keyOf(message));

export function drawMessage(message, { grouped, lit, inThread }) {
  const author = store.users.get(message.user);
  const inPlace = isBeingEdited(message);
  const isGone = message.subtype === "tombstone"; // deleted, but its thread is still there
  const time = h("time", { class: "message-time", title: fullTime(message.ts) }, clockTime(message.ts));
  const classes = ["message"];
  if (grouped) classes.push("is-grouped");
  if (message.ephemeral) classes.push("is-ephemeral");
  if (lit) classes.push("is-lit");
  if (inPlace) classes.push("is-editing");
  return h(
    "article",
    {
      class: classes.join(" "),
      tabindex: -1,
      dataset: { ts: message.ts, focus: `message/${keyOf(message)}` },
      "aria-label": isGone ? "Deleted message" : `${nameOf(message.user)}, ${clockTime(message.ts)}`,
    },
    h("div", { class: "message-gutter" }, isGone ? icon("trash", 20) : grouped ? time : avatar(author)),
    h(
      "div",
      { class: "message-body" },
      message.ephemeral && h("p", { class: "message-note" }, icon("lock", 12), "Only visible to you"),
      !grouped &&
        !isGone &&
        h(
          "header",
          { class: "message-head" },
          h("strong", { class: "message-author" }, nameOf(message.user)),
          appBadge(author),
          time,
        ),
      message.broadcast && h("p", { class: "message-note" }, broadcastNote(message, inThread)),
      inPlace ? drawEditor(message) : drawContent(message),
      message.files?.length > 0 && h("div", { class: "file-chips" }, message.files.map(drawFile)),
      message.reactions?.length > 0 && drawReactions(message),
      !inThread && message.reply_count > 0 && drawReplyBar(message),
      message.ephemeral &&
        h(
          "button",
          {
            type: "button",
            class: "text-button",
            onclick: () => {
              dismissed.add(keyOf(message));
              changed();
            },
          },
          "Dismiss",
        ),
    ),
    !message.ephemeral && !inPlace && !isGone && drawToolbar(message, inThread),
  );
}

function broadcastNote(message, inThread) {
  if (inThread) return `Also sent to #${store.channels.get(message.channel)?.name ?? "the channel"}`;
  const root = messageAt(message.channel, message.thread_ts);
  return h(
    "span",
    {},
    "replied to a thread: ",
    h("a", { href: addressOfThread(message) }, flat(root?.text) || "open it"),
  );
}

function drawContent(message) {
  const edited =
    message.edited &&
    h("span", { class: "edited", title: `Edited ${fullTime(message.edited.ts)}` }, " (edited)");
  if (message.subtype === "channel_join")
    return h("div", { class: "is-notice" }, `joined #${store.channels.get(message.channel)?.name}`);
  if (isNotice(message)) return h("div", { class: "mrkdwn is-notice" }, mrkdwn(message.text));
  if (message.blocks?.length) {
    const container = message.ephemeral
      ? { type: "ephemeral", id: message.id }
      : { type: "message", channel: message.channel, ts: message.ts };
    return h("div", { class: "message-content" }, drawBlocks(message.blocks, surfaceOf(container)), edited);
  }
  if (!message.text) return null;
  return h(
    "div",
    { class: `mrkdwn${isOnlyEmoji(message.text) ? " is-jumbo" : ""}` },
    mrkdwn(message.text),
    edited,
  );
}

function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

// A file that has content can be saved; of one from long ago there may be the name only.
function drawFile({ id, name, size, mimetype, url_private_download }) {
  const address = doorTo(`file/${id}?user=${encodeURIComponent(store.me.id)}`).href;
  const link = url_private_download && { href: address, download: name };
  return h(
    link ? "a" : "span",
    { class: "file-chip is-sent", title: mimetype, ...link },
    icon("file"),
    h("span", {}, name, h("small", {}, sizeOf(size ?? 0))),
  );
}

function drawReactions(message) {
  const pill = ({ name, users }) => {
    const mine = users.includes(store.me.id);
    const who = users.map((id) => (id === store.me.id ? "You" : nameOf(id))).join(", ");
    return h(
      "button",
      {
        type: "button",
        class: `reaction${mine ? " is-mine" : ""}`,
        title: `${who} reacted with :${name}:`,
        "aria-pressed": String(mine),
        "aria-label": `${name}, ${users.length}`,
        dataset: { focus: `reaction/${keyOf(message)}/${name}` },
        onclick: () => toggle(message, name),
      },
      emoji(name),
      h("span", { class: "reaction-count" }, users.length),
    );
  };
  const add = h(
    "button",
    {
      type: "button",
      class: "reaction is-add",
      "aria-label": "Add a reaction",
      title: "Add a reaction",
      onclick: ({ currentTarget }) => openEmojiPicker(currentTarget, (name) => toggle(message, name)),
    },
    icon("smile", 16),
  );
  return h("div", { class: "reactions" }, message.reactions.map(pill), add);
}

function drawReplyBar(message) {
  const count = message.reply_count;
  const last = message.latest_reply;
  return h(
    "a",
    {
      class: "reply-bar",
      href: addressOf.thread(message.channel, message.ts),
      dataset: { focus: `replies/${keyOf(message)}` },
    },
    h(
      "span",
      { class: "reply-people" },
      (message.reply_users ?? []).slice(0, 5).map((id) => avatar(store.users.get(id), 22)),
    ),
    h("strong", {}, `${count} ${count === 1 ? "reply" : "replies"}`),
    last && h("span", { class: "reply-last" }, `Last reply ${dayInSentence(last)} at ${clockTime(last)}`),
    h("span", { class: "reply-view" }, "View thread"),
  );
}
