// What the acting person can see, as the server last told it, and how each change folds into that.
import { post } from "./wire.js";

const nothing = () => ({
  me: null,
  workspace: {
    id: "",
    name: "",
    notice: "",
    commands: [],
    shortcuts: [],
    bot: null,
    app: null,
    beside: [],
    clock: { now: "0", offset: 0 },
  },
  users: new Map(),
  active: new Set(), // the ids of those who have a page open
  channels: new Map(),
  messages: new Map(), // channel id -> Map(ts -> message)
  ephemerals: new Map(), // id -> ephemeral
  home: null,
  modals: [],
  unread: {},
  statuses: new Map(), // "channel/thread" -> what the bot says it is doing there
});

export const store = {
  ...nothing(),
  online: true,
  clockSkew: 0, // the workspace's clock less this machine's, in seconds
};

const listeners = new Set();
let pending = false;

// Calls the listener after every change, until the returned function is called.
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// Redraws once, however many changes arrive together.
export function changed() {
  if (pending) return;
  pending = true;
  queueMicrotask(() => {
    pending = false;
    for (const listener of [...listeners]) listener();
  });
}

export function now() {
  return Date.now() / 1000 + store.clockSkew;
}

function setClock(clock) {
  store.workspace.clock = clock;
  store.clockSkew = Number(clock.now) - Date.now() / 1000;
}

// As in Slack, a note is gone once the page is loaded anew: what each person had been told before, by person.
const toldBefore = new Map();

function stillThere(person, notes) {
  if (!toldBefore.has(person)) toldBefore.set(person, new Set(notes.map(({ id }) => id)));
  return notes.filter(({ id }) => !toldBefore.get(person).has(id));
}

const placeKey = (channel, thread) => `${channel}/${thread ?? ""}`;

const folds = {
  state(event) {
    const byId = (list) => new Map((list ?? []).map((thing) => [thing.id, thing]));
    Object.assign(store, nothing(), {
      me: event.me,
      workspace: event.workspace,
      users: byId(event.users),
      active: new Set(event.active),
      channels: byId(event.channels),
      messages: new Map(
        Object.entries(event.messages ?? {}).map(([id, list]) => [id, new Map(list.map((m) => [m.ts, m]))]),
      ),
      ephemerals: byId(stillThere(event.me.id, event.ephemerals ?? [])),
      home: event.home,
      modals: event.modals ?? [],
      unread: event.unread ?? {},
      statuses: new Map(
        (event.statuses ?? []).map((one) => [placeKey(one.channel, one.thread_ts), one.status]),
      ),
    });
    setClock(event.workspace.clock);
  },
  message({ message }) {
    if (!store.messages.has(message.channel)) store.messages.set(message.channel, new Map());
    store.messages.get(message.channel).set(message.ts, message);
  },
  message_deleted({ channel, ts }) {
    store.messages.get(channel)?.delete(ts);
  },
  ephemeral({ ephemeral }) {
    store.ephemerals.set(ephemeral.id, ephemeral);
  },
  ephemeral_deleted({ id }) {
    store.ephemerals.delete(id);
  },
  modals({ modals }) {
    store.modals = modals;
  },
  home({ home }) {
    store.home = home;
  },
  channel({ channel }) {
    store.channels.set(channel.id, channel);
  },
  unread({ channel, count }) {
    store.unread[channel] = count;
  },
  status({ channel, thread_ts, status }) {
    store.statuses.set(placeKey(channel, thread_ts), status);
  },
  bot({ connected }) {
    if (store.workspace.bot) store.workspace.bot = { ...store.workspace.bot, connected };
  },
  presence({ user, active }) {
    store.active[active ? "add" : "delete"](user);
  },
  clock({ clock }) {
    setClock(clock);
  },
};

export function fold(event) {
  folds[event.type]?.(event);
  changed();
}

// Does something as the acting person; the answer says whether it happened, and in which words it did not.
export function act(path, body = {}) {
  return post(path, { user: store.me.id, ...body });
}

// --- Reading -----------------------------------------------------------------------------------------------------

export function nameOf(userId) {
  const user = store.users.get(userId);
  return user ? user.real_name || user.name : userId;
}

export function bot() {
  const { bot } = store.workspace;
  return bot && (store.users.get(bot.id) ?? { ...bot, real_name: bot.name, is_bot: true });
}

export function botChannel() {
  const id = store.workspace.bot?.id;
  return [...store.channels.values()].find((channel) => channel.kind === "im" && channel.with === id);
}

// Who is here now; whom they talked to may be in `users` still.
export function peopleHere() {
  return [...store.users.values()].filter((user) => !user.deleted);
}

// A channel by its id or by its name, with or without the hash sign.
export function channelBy(idOrName) {
  const name = idOrName?.replace(/^#/, "");
  return (
    store.channels.get(idOrName) ??
    [...store.channels.values()].find((c) => c.kind !== "im" && c.name === name)
  );
}

export function channelLabel(channel) {
  return channel.kind === "im" ? nameOf(channel.with) : channel.name;
}

export function statusIn(channel, thread) {
  return store.statuses.get(placeKey(channel, thread));
}

const inOrder = (one, other) => one.ts - other.ts;
const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;

// A note's `user` is its only reader; who says it is always the app.
function ephemeralsIn(channel, thread) {
  return [...store.ephemerals.values()]
    .filter((note) => note.channel === channel && (note.thread_ts ?? undefined) === thread)
    .map((note) => ({ ...note, user: store.workspace.bot?.id, ephemeral: true, reactions: [] }));
}

export function messageAt(channel, ts) {
  return store.messages.get(channel)?.get(ts);
}

// What the channel's own pane shows: no replies, unless they were also sent to the channel.
export function timelineOf(channel) {
  const said = [...(store.messages.get(channel)?.values() ?? [])].filter((m) => !isReply(m) || m.broadcast);
  return [...said, ...ephemeralsIn(channel, undefined)].sort(inOrder);
}

export function threadOf(channel, root) {
  const said = [...(store.messages.get(channel)?.values() ?? [])].filter(
    (m) => m.ts === root || m.thread_ts === root,
  );
  return [...said, ...ephemeralsIn(channel, root)].sort(inOrder);
}
