// The heads of the panes: a channel's with topic and members, the app's with its Home and Messages tabs.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { appBadge, avatar, presence } from "./people.js";
import { closePopover, openPopover } from "./popover.js";
import { addressOf, go } from "./route.js";
import { act, bot, botChannel, channelLabel, nameOf, peopleHere, store } from "./store.js";

export const backButton = (address, label) =>
  h("a", { class: "tool back-button", href: address, "aria-label": label, title: label }, icon("back"));

export function channelHeader(channel) {
  return h(
    "header",
    { class: "pane-head" },
    backButton(addressOf.sidebar(), "Back to channels"),
    h(
      "div",
      { class: "pane-title" },
      h("h1", {}, icon(channel.kind === "private" ? "lock" : "hash", 18), channelLabel(channel)),
      channel.topic && h("p", { class: "pane-topic", title: channel.topic }, channel.topic),
    ),
    h(
      "button",
      {
        type: "button",
        class: "members-button",
        "aria-label": `${channel.members.length} members`,
        title: "Members",
        "aria-haspopup": "dialog",
        "aria-expanded": "false",
        dataset: { focus: "members" },
        onclick: ({ currentTarget }) => openMembers(currentTarget, channel),
      },
      h(
        "span",
        { class: "reply-people" },
        channel.members.slice(0, 3).map((id) => avatar(store.users.get(id), 22)),
      ),
      channel.members.length,
    ),
  );
}

export function personHeader(user) {
  return h(
    "header",
    { class: "pane-head" },
    backButton(addressOf.sidebar(), "Back to channels"),
    h(
      "div",
      { class: "pane-title" },
      h("h1", {}, avatar(user, 24), nameOf(user.id), appBadge(user)),
      !user.is_bot && h("p", { class: "pane-topic" }, user.title),
    ),
  );
}

export function appTabs(current) {
  const tab = (name, label, open) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        class: `tab${current === name ? " is-current" : ""}`,
        "aria-selected": String(current === name),
        dataset: { focus: `tab/${name}` },
        onclick: open,
      },
      label,
    );
  return h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": `${nameOf(bot()?.id)} tabs` },
    tab("home", "Home", () => go(addressOf.home())),
    tab("messages", "Messages", openBotMessages),
    tab("about", "About", () => go(addressOf.about())),
  );
}

export async function openBotMessages() {
  const known = botChannel();
  if (known) return go(addressOf.channel(known.id));
  const answer = await act("dm");
  const channel = answer.channel?.id ?? answer.channel;
  if (answer.ok) go(addressOf.channel(channel));
}

function openMembers(anchor, channel) {
  const row = (user, button) =>
    h(
      "div",
      { class: "member-row" },
      avatar(user, 28),
      h("span", { class: "person-words" }, [user.real_name, " ", appBadge(user), " ", presence(user)], h("small", {}, user.title)),
      button,
    );
  const error = h("p", { class: "picker-note is-error", role: "alert", hidden: true });
  const invite = async (user) => {
    const answer = await act("invite", { channel: channel.id, invitee: user.id });
    if (answer.ok) return closePopover({ restoreFocus: true });
    error.textContent = answer.message;
    error.hidden = false;
  };
  const everyone = peopleHere();
  const members = everyone.filter(({ id }) => channel.members.includes(id));
  const others = everyone.filter(({ id }) => !channel.members.includes(id));
  const box = h(
    "div",
    { class: "menu people-menu", role: "dialog", tabindex: -1, "aria-label": "Members" },
    h("p", { class: "menu-heading" }, "Members"),
    members.map((user) => row(user)),
    others.length > 0 && h("p", { class: "menu-heading" }, "Not in this channel"),
    others.map((user) =>
      row(
        user,
        h("button", { type: "button", class: "button is-small", onclick: () => invite(user) }, "Add"),
      ),
    ),
    error,
  );
  if (openPopover(anchor, box, { align: "end" })) box.focus();
}
