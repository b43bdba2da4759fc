// How people look (avatar, name, badge), and who the page is acting as.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover, openPopover } from "./popover.js";
import { now, store } from "./store.js";
import { timeIn } from "./time.js";

export function avatar(user, size = 36) {
  const colour = user?.color ? `#${user.color.replace(/^#/, "")}` : "var(--ink-quiet)";
  return h(
    "span",
    {
      class: `avatar${user?.is_bot ? " is-bot" : ""}`,
      "aria-hidden": "true",
      style: { "--size": `${size}px`, "--colour": colour },
    },
    user?.initials ?? "?",
  );
}

// Whether someone is here: a person who has a window open, or an app that is connected.
export function isHere(user) {
  return user.is_bot ? Boolean(store.workspace.bot?.connected) : store.active.has(user.id);
}

export function presence(user) {
  const here = isHere(user);
  const word = user.is_bot ? (here ? "Connected" : "Not connected") : here ? "Active" : "Away";
  return h("span", { class: `presence${here ? " is-on" : ""}`, role: "img", "aria-label": word, title: word });
}

export function appBadge(user) {
  return user?.is_bot ? h("span", { class: "badge" }, "APP") : null;
}

export function humans() {
  return [...store.users.values()].filter((user) => !user.is_bot);
}

let onSwitched = () => {};

export function onSwitch(listener) {
  onSwitched = listener;
}

// Acts as someone else from now on.
export const switchTo = (user) => onSwitched(user);

// The address that opens this page as someone else, for a second window beside this one.
export function addressAs(user) {
  const url = new URL(location.href);
  url.searchParams.set("as", user.name);
  return url.href;
}

export function openSwitcher(anchor) {
  const row = (user) =>
    h(
      "div",
      { class: `person-row${user.id === store.me.id ? " is-me" : ""}` },
      h(
        "button",
        {
          type: "button",
          class: "person-pick",
          onclick: () => {
            closePopover();
            switchTo(user);
          },
        },
        avatar(user, 32),
        h(
          "span",
          { class: "person-words" },
          [user.real_name, " ", presence(user)],
          h("small", {}, `${user.title || "Member"} · ${timeIn(user.tz, now())}`),
        ),
        user.id === store.me.id && icon("check", 16),
      ),
      h(
        "a",
        {
          class: "person-window",
          href: addressAs(user),
          target: "_blank",
          title: `Open a second window as ${user.real_name}`,
          "aria-label": `Open a second window as ${user.real_name}`,
        },
        icon("window", 16),
      ),
    );
  const box = h(
    "div",
    { class: "menu people-menu", role: "dialog", "aria-label": "Act as" },
    h("p", { class: "menu-heading" }, "Act as"),
    humans().map(row),
  );
  if (openPopover(anchor, box)) box.querySelector("button")?.focus();
}
