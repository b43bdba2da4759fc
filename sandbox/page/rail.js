// The squares of the workspaces that are beside each other; where there is only one, there is no rail.
import { fill, h } from "./dom.js";
import { store } from "./store.js";

export function drawRail(rail, app) {
  const { beside, id: here } = store.workspace;
  rail.hidden = beside.length < 2;
  app.classList.toggle("has-rail", !rail.hidden);
  fill(
    rail,
    beside.map((workspace, index) => ({
      key: workspace.id,
      signature: String(workspace.id === here),
      build: () =>
        h(
          "a",
          {
            class: "rail-square",
            href: index ? `/?team=${encodeURIComponent(workspace.id)}` : "/",
            title: workspace.name,
            "aria-label": workspace.name,
            "aria-current": workspace.id === here && "true",
          },
          h("span", { class: "square", "aria-hidden": "true" }, workspace.initials),
        ),
    })),
  );
}
