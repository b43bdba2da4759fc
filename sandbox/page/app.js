// Starts the page: finds out who is acting and where, keeps the socket open, and draws every pane after a change.
import { drawApps } from "./apps.js";
import { drawChannel } from "./channel.js";
import { announce, h } from "./dom.js";
import { keepPage } from "./dropping.js";
import { drawHome } from "./home.js";
import { keepFocus } from "./keys.js";
import { drawModal, showErrors } from "./modal.js";
import { flat } from "./mrkdwn.js";
import { drawPanel } from "./panel.js";
import { onSwitch } from "./people.js";
import { drawRail } from "./rail.js";
import { addressOf, go, route } from "./route.js";
import { drawSidebar } from "./sidebar.js";
import { act, bot, botChannel, channelBy, changed, channelLabel, fold, nameOf, onChange, store } from "./store.js";
import { forgetSurfaces } from "./surface.js";
import { drawThread } from "./thread.js";
import { drawTopbar } from "./topbar.js";
import { drawTour, lookAtTour, lookAtTourSoon, tourThread } from "./tour.js";
import { listen, read, team } from "./wire.js";

const FIRST_PERSON = "lena";
const ANYBODY = "";
const FIRST_CHANNEL = "deals";
const KEPT_PERSON = team ? `acting-as/${team}` : "acting-as";

const at = (id) => document.getElementById(id);
let stopListening = () => {};
let openThread; // the thread that was shown last
let entered = null; // the last tab of the app that the bot was told about

// --- Drawing -----------------------------------------------------------------------------------------------------

function draw() {
  if (!store.me) return;
  const place = route();
  const channel = placeOf(place);
  const onAbout = place.kind === "about" && Boolean(bot());
  const onHome = place.kind === "home" && Boolean(bot());
  const onApps = place.kind === "apps" || (["home", "about"].includes(place.kind) && !bot());
  document.body.dataset.pane = place.kind === "sidebar" ? "sidebar" : place.thread ? "thread" : "main";
  drawTopbar(at("topbar"));
  drawRail(at("rail"), at("app"));
  drawSidebar(at("sidebar"), onApps ? "apps" : onHome || onAbout ? "home" : channel?.id);
  if (onApps || onAbout) drawApps(at("main"), onAbout);
  else if (onHome) drawHome(at("main"));
  else if (channel) drawChannel(at("main"), channel, place);
  drawTour(at("sidebar").querySelector(".tour-place"), at("tour"));
  const hadFocus = at("thread").contains(document.activeElement);
  drawThread(at("thread"), channel, onHome || onAbout || onApps ? undefined : place.thread);
  keepFocus(hadFocus, openThread);
  openThread = place.thread;
  drawPanel(at("panel"));
  drawModal();
  document.title = titleOf(onApps ? "Apps" : onAbout ? "About" : onHome || !channel ? "Home" : roomName(channel));
  enter(onHome, onApps || onAbout ? undefined : channel);
}

// The channel to show; one that this person cannot see falls back on the first.
function placeOf({ channel }) {
  return channelBy(channel) ?? channelBy(FIRST_CHANNEL) ?? [...store.channels.values()][0];
}

const roomName = (channel) => `${channel.kind === "im" ? "" : "#"}${channelLabel(channel)}`;

function titleOf(name) {
  const unread = Object.values(store.unread).reduce((sum, count) => sum + count, 0);
  return `${unread ? `(${unread}) ` : ""}${name} · ${store.workspace.name || "Local workspace"}`;
}

// The bot hears when someone opens its Home or its messages, once for each visit.
function enter(onHome, channel) {
  const tab = onHome ? "home" : bot() && channel && channel === botChannel() ? "messages" : null;
  const visit = tab && `${store.me.id}/${tab}`;
  if (visit === entered) return;
  entered = visit;
  if (tab) act("home", { tab });
}

// --- Changes -----------------------------------------------------------------------------------------------------

function receive(event) {
  if (event.type === "view_errors") return showErrors(event.view_id, event.errors);
  if (event.type === "message") tellReader(event.message);
  fold(event);
  lookAtTourSoon();
}

function tellReader(message) {
  const isNew = !store.messages.get(message.channel)?.has(message.ts);
  if (isNew && message.user !== store.me.id) announce(`${nameOf(message.user)}: ${flat(message.text ?? "")}`);
}

// --- Who is acting -----------------------------------------------------------------------------------------------

async function actAs(wanted) {
  const state = await read(`state?user=${encodeURIComponent(wanted)}`);
  if (!state.ok) return state;
  stopListening();
  forgetSurfaces();
  fold({ type: "state", ...state });
  localStorage.setItem(KEPT_PERSON, state.me.name);
  const url = new URL(location.href);
  url.searchParams.set("as", state.me.name);
  history.replaceState(null, "", url);
  entered = null;
  // Where this person cannot follow, the page goes back to the first channel.
  const place = route();
  if (place.kind === "channel" && !channelBy(place.channel))
    go(addressOf.channel(channelBy(FIRST_CHANNEL)?.id ?? FIRST_CHANNEL));
  stopListening = listen(state.me.id, {
    onEvent: receive,
    onOnline: (online) => {
      store.online = online;
      changed();
    },
  });
  return state;
}

async function start() {
  await lookAtTour();
  if (!location.hash)
    history.replaceState(null, "", `${location.search}${tourThread() || addressOf.channel(FIRST_CHANNEL)}`);
  const asked = new URLSearchParams(location.search).get("as");
  for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
    const people = [...new Set([asked, localStorage.getItem(KEPT_PERSON), FIRST_PERSON].filter(Boolean)), ANYBODY];
    let last;
    for (const person of people) {
      last = await actAs(person);
      if (last.ok || last.error === "unreachable") break;
    }
    if (last.ok) return;
    at("main").replaceChildren(h("p", { class: "empty" }, `${last.message} Trying again…`));
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

onSwitch((user) => actAs(user.id));
onChange(draw);
addEventListener("hashchange", changed);
document.addEventListener("visibilitychange", changed);
document.addEventListener("visibilitychange", lookAtTourSoon);
setInterval(changed, 30_000);

keepPage();
start();
