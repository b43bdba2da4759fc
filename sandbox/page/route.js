// Where the person is, as the address's hash says it: a channel, one of its messages or threads, or the app's Home.

// `#/channel/C1`, `#/channel/C1/thread/1790000000.000100`, `#/channel/C1/message/…`, `#/home`, `#/apps`; nothing is the
// sidebar.
export function route() {
  const [kind, id, within, ts] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (kind === "home" || kind === "apps") return { kind };
  if (kind !== "channel" || !id) return { kind: "sidebar" };
  return {
    kind: "channel",
    channel: id,
    thread: within === "thread" ? ts : undefined,
    message: within === "message" ? ts : undefined,
  };
}

export const addressOf = {
  sidebar: () => "#/",
  home: () => "#/home",
  apps: () => "#/apps",
  channel: (id) => `#/channel/${id}`,
  thread: (id, ts) => `#/channel/${id}/thread/${ts}`,
  message: (id, ts) => `#/channel/${id}/message/${ts}`,
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
  if (thread) return addressOf.thread(channel, thread);
  return seconds ? addressOf.message(channel, `${seconds}.${micros}`) : addressOf.channel(channel);
}
