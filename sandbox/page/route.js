// Where the person is, as the address's hash says it: a channel, one of its messages or threads, or the app's Home.

// `#/channel/C1`, `#/channel/C1/message/1790000000.000100`, `#/channel/C1/thread/…`, and a reply in it,
// `#/channel/C1/thread/…/message/…`; `#/home`, `#/about`, `#/apps`; nothing is the sidebar.
export function route() {
  const [kind, id, ...within] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (kind === "home" || kind === "about" || kind === "apps") return { kind };
  if (kind !== "channel" || !id) return { kind: "sidebar" };
  return {
    kind: "channel",
    channel: id,
    thread: after("thread", within),
    message: after("message", within),
  };
}

const after = (word, parts) => (parts.includes(word) ? parts[parts.indexOf(word) + 1] : undefined);

export const addressOf = {
  sidebar: () => "#/",
  home: () => "#/home",
  about: () => "#/about",
  apps: () => "#/apps",
  channel: (id) => `#/channel/${id}`,
  thread: (id, ts) => `#/channel/${id}/thread/${ts}`,
  message: (id, ts) => `#/channel/${id}/message/${ts}`,
  reply: (id, ts, reply) => `#/channel/${id}/thread/${ts}/message/${reply}`,
};

export function go(address) {
  if (location.hash !== address) location.hash = address;
}

// A permalink as Slack writes it (`…/archives/C1/p1790000000000100?thread_ts=…`) to a place on this page, if it is one.
export function placeOfPermalink(url) {
  const found = /\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?/.exec(url);
  if (!found) return undefined;
  const [, channel, seconds, micros] = found;
  const thread = new URL(url, location.href).searchParams.get("thread_ts");
  const ts = `${seconds}.${micros}`;
  if (thread) return ts === thread ? addressOf.thread(channel, thread) : addressOf.reply(channel, thread, ts);
  return seconds ? addressOf.message(channel, ts) : addressOf.channel(channel);
}

// The permalink of a message, as Slack writes it, with the thread it is in.
export function permalinkOf({ channel, ts, thread_ts: thread }) {
  const within = thread && thread !== ts ? `?thread_ts=${thread}&cid=${channel}` : "";
  return `${location.origin}/archives/${channel}/p${ts.replace(".", "")}${within}`;
}
