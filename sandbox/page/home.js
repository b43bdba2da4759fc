// The middle pane when it shows the app's Home.
import { drawBlocks } from "./blocks.js";
import { fill, h } from "./dom.js";
import { appTabs, personHeader } from "./header.js";
import { avatar } from "./people.js";
import { bot, nameOf, store } from "./store.js";
import { surfaceOf } from "./surface.js";

let shown = null;

export function drawHome(main) {
  const key = `${store.me.id}/home`;
  if (shown?.key !== key || !main.contains(shown.body)) {
    const head = h("div", { class: "pane-top" });
    const page = h("div", { class: "home" });
    const body = h("div", { class: "pane-body" }, head, h("div", { class: "scroller", tabindex: -1 }, page));
    main.replaceChildren(body);
    shown = { key, body, head, page };
  }
  const app = bot();
  fill(shown.head, [
    {
      key: "head",
      signature: JSON.stringify(app),
      build: () => h("div", {}, app && personHeader(app), appTabs("home")),
    },
  ]);
  fill(shown.page, [store.home ? viewItem(store.home) : emptyItem(app)]);
}

function viewItem(view) {
  return {
    key: view.id,
    signature: JSON.stringify([view.hash, view.blocks]),
    build: () =>
      h(
        "div",
        { class: "home-view" },
        h("h2", { class: "sr-only" }, "Home"),
        drawBlocks(view.blocks, surfaceOf({ type: "view", view_id: view.id }, view.state)),
      ),
  };
}

function emptyItem(app) {
  return {
    key: "empty",
    signature: String(store.workspace.bot?.connected),
    build: () =>
      h(
        "div",
        { class: "intro is-centred" },
        avatar(app, 48),
        h("h2", {}, "Nothing on Home yet"),
        h(
          "p",
          {},
          store.workspace.bot?.connected
            ? `${nameOf(app?.id)} has not put anything here for you.`
            : "The bot is not connected, so it cannot fill this page.",
        ),
      ),
  };
}
