// Getting around without a mouse, as in Slack: F6 from pane to pane, Alt and the arrows from place to place, the arrows
// within a list of places, and Escape out of whatever is open.
import { panelIsOpen, togglePanel } from "./panel.js";
import { addressOf, go, route } from "./route.js";

const PANES = ["topbar", "rail", "sidebar", "main", "thread", "tour", "panel"];
// Where one arrives in a pane, the best first.
const ARRIVALS = [".composer textarea", ".room.is-current", ".scroller"];
const FOCUSABLE = "a[href], button, input, textarea, select, summary, [tabindex='0']";

// The arrows walk along these.
const LISTS = ["#sidebar .room", ".person-pick", ".traffic-entry > summary"];

const visible = (node) => node.checkVisibility();
const panes = () => PANES.map((id) => document.getElementById(id)).filter(visible);
const all = (selector) => [...document.querySelectorAll(selector)].filter(visible);

function toPane(step) {
  const shown = panes();
  const at = shown.findIndex((pane) => pane.contains(document.activeElement));
  const from = at < 0 && step < 0 ? shown.length : at;
  const pane = shown[(from + step + shown.length) % shown.length];
  const firstOf = (selector) => [...pane.querySelectorAll(selector)].find(visible);
  [...ARRIVALS, FOCUSABLE].map(firstOf).find(Boolean)?.focus();
}

function toPlace(step) {
  const here = all("#sidebar .room").filter((node) => !node.target);
  const at = here.findIndex((node) => node.classList.contains("is-current"));
  here[(at + step + here.length) % here.length]?.click();
}

function along(nodes, event, step) {
  const next = nodes[nodes.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function pressed(event) {
  const list = LISTS.find((selector) => event.target.matches(selector));
  const vertical = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "F6" && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    toPane(event.shiftKey ? -1 : 1);
  } else if (event.altKey && vertical) {
    event.preventDefault();
    toPlace(vertical);
  } else if (vertical && list) along(all(list), event, vertical);
  else if (event.target.matches("[role='tab']")) {
    const tabs = [...event.target.parentElement.children];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) along(tabs, event, step);
  } else if (event.key === "Escape") escape(event);
}

// Leaves what is open, innermost first; whatever has its own use for the key has stopped it before it gets here.
function escape(event) {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (panelIsOpen()) return togglePanel();
  const { channel, thread } = route();
  if (thread) go(addressOf.channel(channel));
}

document.addEventListener("keydown", pressed);

// When a pane that had the focus is gone, the focus goes back to what had opened it, else to the box.
export function keepFocus(hadFocus, thread) {
  if (!hadFocus || document.activeElement !== document.body) return;
  const opener = thread && document.querySelector(`#main a[href$="/thread/${thread}"]`);
  (opener ?? document.querySelector("#main .composer textarea"))?.focus({ preventScroll: true });
}
