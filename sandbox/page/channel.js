// The middle pane when it shows a channel or a direct message.
import { composer } from "./composer.js";
import { fill, h } from "./dom.js";
import { takesFiles } from "./dropping.js";
import { appTabs, channelHeader, personHeader } from "./header.js";
import { hintBar } from "./hint.js";
import { icon } from "./icons.js";
import { MessageList } from "./messages.js";
import { avatar } from "./people.js";
import { route } from "./route.js";
import { act, channelLabel, nameOf, store, timelineOf } from "./store.js";

let shown = null; // the pane as it is now: {key, list, composer, newFrom, …}

export function drawChannel(main, channel, { message }) {
  const key = `${store.me.id}/${channel.id}`;
  if (shown?.key !== key || !main.contains(shown.body)) open(main, channel, key);
  const { list, head, newFrom } = shown;
  const messages = timelineOf(channel.id);
  fill(head, [headOf(channel)]);
  fill(shown.hint, [hintBar(channel, shown.composer)].filter(Boolean));
  fill(shown.foot, [footOf(channel)]);
  list.draw({ messages, intro: introOf(channel), newFrom, highlight: message });
  if (newFrom && !shown.isBegun) list.show(newFrom, "start");
  shown.isBegun = true;
  if (message && shown.litFor !== message) {
    shown.litFor = message;
    list.show(message);
  }
  markRead(channel);
}

function open(main, channel, key) {
  const label = channel.kind === "im" ? channelLabel(channel) : `#${channelLabel(channel)}`;
  const list = new MessageList({ label: `Messages in ${label}` });
  const box = composer({
    place: { channel: channel.id },
    placeholder: `Message ${label}`,
    onSent: () => list.toNewest(),
  });
  box.addEventListener("edit-last", (event) => list.editLast() && event.preventDefault());
  const head = h("div", { class: "pane-top" });
  const hint = h("div", { class: "hint-place" });
  const foot = h("div", {});
  const body = h("div", { class: "pane-body" }, head, list.node, hint, foot);
  takesFiles(body, box.attach);
  main.replaceChildren(body);
  shown = { key, body, list, head, hint, foot, composer: box, newFrom: firstUnread(channel) };
  // A thread that opens with it has its own box to begin in.
  if (matchMedia("(hover: hover)").matches && !route().thread) queueMicrotask(() => box.focusText());
}

function footOf(channel) {
  if (channel.archived) return archivedBar(channel);
  if (!channel.members.includes(store.me.id)) return joinBar(channel);
  return { key: "composer", build: () => shown.composer };
}

function archivedBar(channel) {
  const error = h("p", { class: "message-error", role: "alert" });
  const reopen = async () => {
    const answer = await act("archive", { channel: channel.id, on: false });
    error.textContent = answer.ok ? "" : answer.message;
  };
  return {
    key: "archived",
    build: () =>
      h(
        "div",
        { class: "join" },
        h("p", {}, h("strong", {}, `#${channel.name}`), " is archived. Nothing more is said here."),
        h("button", { type: "button", class: "button", onclick: reopen }, "Unarchive the channel"),
        error,
      ),
  };
}

// A public channel can be read by anyone, but only members talk in it.
function joinBar(channel) {
  const error = h("p", { class: "message-error", role: "alert" });
  const join = async () => {
    const answer = await act("invite", { channel: channel.id, invitee: store.me.id });
    error.textContent = answer.ok ? "" : answer.message;
  };
  return {
    key: "join",
    build: () =>
      h(
        "div",
        { class: "join" },
        h("p", {}, "You are looking at ", h("strong", {}, `#${channel.name}`)),
        h("button", { type: "button", class: "button is-primary", onclick: join }, "Join the channel"),
        error,
      ),
  };
}

function headOf(channel) {
  const isBot = channel.kind === "im" && channel.with === store.workspace.bot?.id;
  return {
    key: "head",
    signature: JSON.stringify([channel, isBot, store.users.size]),
    build: () => {
      if (channel.kind !== "im") return channelHeader(channel);
      const user = store.users.get(channel.with) ?? { id: channel.with };
      return h("div", {}, personHeader(user), isBot && appTabs("messages"));
    },
  };
}

function introOf(channel) {
  return {
    key: "intro",
    signature: JSON.stringify([channel.topic, channel.name]),
    build: () =>
      channel.kind === "im"
        ? h(
            "div",
            { class: "intro" },
            avatar(store.users.get(channel.with), 48),
            h("h2", {}, channelLabel(channel)),
            h("p", {}, `This is the start of your direct messages with ${nameOf(channel.with)}.`),
          )
        : h(
            "div",
            { class: "intro" },
            h("h2", {}, icon(channel.kind === "private" ? "lock" : "hash", 24), channelLabel(channel)),
            h("p", {}, `This is the start of #${channel.name}. ${channel.topic ?? ""}`),
          ),
  };
}

function firstUnread(channel) {
  const count = store.unread[channel.id] ?? 0;
  const theirs = timelineOf(channel.id).filter(({ user, ephemeral }) => user !== store.me.id && !ephemeral);
  return count ? theirs.at(-Math.min(count, theirs.length))?.ts : undefined;
}

function markRead(channel) {
  if (!store.unread[channel.id] || document.visibilityState !== "visible") return;
  store.unread[channel.id] = 0;
  act("read", { channel: channel.id });
}
