// The left pane: channels, direct messages, apps, and who the page is acting as.
import { fill, h } from "./dom.js";
import { openBotMessages } from "./header.js";
import { icon } from "./icons.js";
import { addressAs, avatar, humans, isHere, openSwitcher, presence } from "./people.js";
import { addressOf, go } from "./route.js";
import { bot, botChannel, channelLabel, nameOf, store } from "./store.js";

export function drawSidebar(nav, current) {
  const channels = [...store.channels.values()];
  const app = bot();
  const appRoom = botChannel();
  const named = channels
    .filter(({ kind }) => kind !== "im")
    .sort((one, other) => one.name.localeCompare(other.name));
  const people = channels.filter((channel) => channel.kind === "im" && channel !== appRoom);
  fill(nav, [
    heading("Channels"),
    ...named.map((channel) => room(channel, current, icon(channel.kind === "private" ? "lock" : "hash", 16))),
    ...(people.length ? [heading("Direct messages")] : []),
    ...people.map((channel) => room(channel, current, avatar(store.users.get(channel.with), 20))),
    heading("People"),
    ...humans()
      .filter(({ id }) => id !== store.me.id)
      .map(otherPerson),
    heading("Apps"),
    ...(app ? [appItem(app, appRoom, current)] : []),
    appsItem(Boolean(app), current === "apps"),
    { key: "space", build: () => h("div", { class: "sidebar-space" }) },
    { key: "tour", build: () => h("div", { class: "tour-place" }) },
    meItem(),
  ]);
}

function heading(label) {
  return { key: `heading/${label}`, build: () => h("h2", { class: "sidebar-heading" }, label) };
}

function room(channel, current, face) {
  const unread = store.unread[channel.id] ?? 0;
  const here = current === channel.id;
  const label = channelLabel(channel);
  return {
    key: channel.id,
    signature: JSON.stringify([label, unread, here, channel.kind]),
    build: () =>
      h(
        "a",
        {
          class: `room${here ? " is-current" : ""}${unread ? " is-unread" : ""}`,
          href: addressOf.channel(channel.id),
          "aria-current": here && "page",
          dataset: { focus: channel.id },
        },
        face,
        h("span", { class: "room-name" }, label),
        unread > 0 && h("span", { class: "unread", "aria-label": `${unread} unread` }, unread),
      ),
  };
}

// Someone else, and whether they are here; their own window opens beside this one.
function otherPerson(user) {
  const label = `Open a second window as ${user.real_name}`;
  return {
    key: user.id,
    signature: JSON.stringify([user, isHere(user)]),
    build: () =>
      h(
        "a",
        { class: "room", href: addressAs(user), target: "_blank", title: label, dataset: { focus: user.id } },
        avatar(user, 20),
        h("span", { class: "room-name" }, user.real_name),
        presence(user),
      ),
  };
}

function appItem(app, appRoom, current) {
  const unread = store.unread[appRoom?.id] ?? 0;
  const here = current === "home" || (appRoom && current === appRoom.id);
  const { connected } = store.workspace.bot;
  const open = () => (unread ? openBotMessages() : go(addressOf.home()));
  return {
    key: "app",
    signature: JSON.stringify([app, unread, here, connected]),
    build: () =>
      h(
        "button",
        {
          type: "button",
          class: `room${here ? " is-current" : ""}${unread ? " is-unread" : ""}`,
          "aria-current": here && "page",
          dataset: { focus: "app" },
          onclick: open,
        },
        avatar(app, 20),
        h("span", { class: "room-name" }, nameOf(app.id)),
        unread > 0 && h("span", { class: "unread", "aria-label": `${unread} unread` }, unread),
        presence(app),
      ),
  };
}

function appsItem(isThere, here) {
  return {
    key: "apps",
    signature: JSON.stringify([isThere, here, store.workspace.app?.name]),
    build: () =>
      h(
        "a",
        {
          class: `room${here ? " is-current" : ""}`,
          href: addressOf.apps(),
          "aria-current": here && "page",
          dataset: { focus: "apps" },
        },
        icon(isThere ? "apps" : "add", 16),
        h("span", { class: "room-name" }, isThere ? "Manage apps" : `Add ${store.workspace.app?.name ?? "an app"}`),
      ),
  };
}

function meItem() {
  return {
    key: "me",
    signature: JSON.stringify(store.me),
    build: () =>
      h(
        "button",
        {
          type: "button",
          class: "me",
          "aria-haspopup": "dialog",
          "aria-expanded": "false",
          title: "Act as someone else",
          dataset: { focus: "me" },
          onclick: ({ currentTarget }) => openSwitcher(currentTarget),
        },
        avatar(store.me, 36),
        h(
          "span",
          { class: "person-words" },
          h("small", {}, "You are acting as"),
          h("strong", {}, store.me.real_name),
          h("small", {}, store.me.title),
        ),
        icon("switch", 16),
      ),
  };
}
