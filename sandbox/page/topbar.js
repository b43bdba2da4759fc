// The top line: which workspace this is, that it is not Slack, and the switches for theme and the workspace panel.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { changed, nameOf, store } from "./store.js";
import { togglePanel, panelIsOpen } from "./panel.js";

const NOTICE = "This is a local workspace, not Slack. Nothing leaves this machine.";

export function drawTopbar(bar) {
  const { theme } = document.documentElement.dataset;
  const bot = store.workspace.bot;
  fill(bar, [
    {
      key: "name",
      signature: store.workspace.name,
      build: () => h("strong", { class: "workspace-name" }, store.workspace.name || "Local workspace"),
    },
    {
      key: "notice",
      signature: store.workspace.notice,
      build: () => h("p", { class: "notice" }, store.workspace.notice || NOTICE),
    },
    { key: "status", signature: JSON.stringify([store.online, bot]), build: () => statusLine(bot) },
    { key: "theme", signature: theme, build: () => themeButton(theme) },
    {
      key: "panel",
      signature: String(panelIsOpen()),
      build: () =>
        h(
          "button",
          {
            type: "button",
            class: "bar-button",
            "aria-label": "Workspace",
            title: "Workspace: clock, trouble and traffic",
            "aria-expanded": String(panelIsOpen()),
            dataset: { focus: "panel" },
            onclick: togglePanel,
          },
          icon("sliders", 16),
          h("span", {}, "Workspace"),
        ),
    },
  ]);
}

function statusLine(bot) {
  if (!store.online) return h("p", { class: "status is-off", role: "status" }, "Reconnecting…");
  if (!bot) return h("p", { class: "status" }, "No app is here");
  return h(
    "p",
    { class: `status${bot?.connected ? " is-on" : ""}` },
    bot?.connected ? `${nameOf(bot.id)} is connected` : "The bot is not connected",
  );
}

function themeButton(theme) {
  const other = theme === "dark" ? "light" : "dark";
  const choose = () => {
    const isSystems = matchMedia(`(prefers-color-scheme: ${other})`).matches;
    if (isSystems) localStorage.removeItem("theme");
    else localStorage.setItem("theme", other);
    document.documentElement.dataset.theme = other;
    changed();
  };
  return h(
    "button",
    {
      type: "button",
      class: "bar-button",
      "aria-label": `Use the ${other} theme`,
      title: `Use the ${other} theme`,
      dataset: { focus: "theme" },
      onclick: choose,
    },
    icon(theme === "dark" ? "sun" : "moon", 16),
  );
}
