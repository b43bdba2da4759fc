// The page's own small line icons, drawn on a 20 by 20 grid.
import { svg } from "./dom.js";

const PATHS = {
  add: "M10 4v12M4 10h12",
  apps: "M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0v1.2c0 2.6 3.5 2.4 3.5-1.2A6.5 6.5 0 1 0 13.6 15.4",
  back: "M12 4l-6 6 6 6",
  bolt: "M11 2.5L4.5 11.5H9.5L8.5 17.5L15.5 8.5H10.5z",
  check: "M4 10.5l4 4 8-9",
  chevron: "M6 8l4 4 4-4",
  clip: "M15 9.5l-5.3 5.2a3.2 3.2 0 0 1-4.5-4.5l6-6a2.1 2.1 0 0 1 3 3l-5.9 5.9a1 1 0 0 1-1.5-1.5l5.2-5.1",
  close: "M5 5l10 10M15 5L5 15",
  down: "M10 4v12M5 11l5 5 5-5",
  edit: "M12.5 4.5l3 3L7 16l-3.5.5L4 13z",
  file: "M5.5 2.5h6l3.5 3.5v11.5h-9.5zM11.5 2.5V6H15",
  hash: "M7.8 3L6.2 17M13.8 3l-1.6 14M3.5 7.5h13.5M3 12.5h13.5",
  home: "M3.5 9.5L10 3.5l6.5 6V16.5h-4.5v-4h-4v4H3.5z",
  link: "M8.5 11.5a3 3 0 0 0 4.2 0l2.6-2.6a3 3 0 0 0-4.2-4.2L10 5.8M11.5 8.5a3 3 0 0 0-4.2 0l-2.6 2.6a3 3 0 0 0 4.2 4.2L10 14.2",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  moon: "M15.5 12A6.5 6.5 0 0 1 8 4.5 6.5 6.5 0 1 0 15.5 12z",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  people:
    "M7.5 9a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM2.5 16.5c0-3 2-5 5-5s5 2 5 5M12.5 3.9a2.7 2.7 0 0 1 0 4.9M14.5 11.9c1.9.6 3 2.3 3 4.6",
  reply: "M3.5 4.5h13v9H9l-3.5 3v-3h-2z",
  send: "M3.5 3.5l13.5 6.5-13.5 6.5 2-6.5zM5.5 10H11",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7.3 12a3.2 3.2 0 0 0 5.4 0M7.6 8v.01M12.4 8v.01",
  sun: "M10 13.3a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6zM10 2v1.7M10 16.3V18M2 10h1.7M16.3 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M4.3 15.7l1.2-1.2M14.5 5.5l1.2-1.2",
  switch: "M6 3.5L3 6.5l3 3M3 6.5h12M14 10.5l3 3-3 3M17 13.5H5",
  trash: "M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.8 11h7.4l.8-11",
  window: "M8 4.5H4v11.5h11.5V12M11.5 4h4.5v4.5M16 4l-6.5 6.5",
};

export function icon(name, size = 18) {
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true" },
    svg("path", { d: PATHS[name] }),
  );
}
