// Says times in the acting person's own time zone, by the workspace's clock.
import { now, store } from "./store.js";

const formats = new Map();

function format(seconds, options) {
  const timeZone = store.me?.tz || undefined;
  const key = JSON.stringify([timeZone, options]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone, ...options }));
  return formats.get(key).format(new Date(seconds * 1000));
}

const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const MIDDLE = { day: "numeric", month: "long", year: "numeric" };
const SHORT = { day: "numeric", month: "short", year: "numeric" };

export const dayKey = (ts) => format(Number(ts), { year: "numeric", month: "2-digit", day: "2-digit" });
export const clockTime = (ts) => format(Number(ts), { hour: "2-digit", minute: "2-digit" });
export const secondTime = (ts) => format(Number(ts), { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const fullTime = (ts) =>
  format(Number(ts), {
    ...LONG,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
export const shortTime = (ts) =>
  format(Number(ts), {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });

// A moment as a `datetime-local` box has it, in the acting person's zone; seconds since the epoch both ways.
export function localMoment(seconds) {
  const part = (options) => format(seconds, options);
  const day = `${part({ year: "numeric" })}-${part({ month: "2-digit" })}-${part({ day: "2-digit" })}`;
  return `${day}T${clockTime(seconds)}`;
}

export function momentOf(local) {
  const asUtc = (text) => Date.parse(`${text}Z`) / 1000;
  const offsetAt = (seconds) => asUtc(localMoment(seconds)) - Math.floor(seconds / 60) * 60;
  const guess = asUtc(local);
  return guess - offsetAt(guess - offsetAt(guess)); // the second look is for the hours around a change of the clocks
}

export function timeIn(timeZone, seconds) {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: timeZone || undefined,
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(seconds * 1000));
}

function relativeDay(ts) {
  const day = 86_400;
  if (dayKey(ts) === dayKey(now())) return "today";
  if (dayKey(ts) === dayKey(now() - day)) return "yesterday";
  if (dayKey(ts) === dayKey(now() + day)) return "tomorrow";
  return undefined;
}

const yearOf = (seconds) => format(seconds, { year: "numeric" });
const isThisYear = (seconds) => yearOf(seconds) === yearOf(now());

const capital = (word) => word[0].toUpperCase() + word.slice(1);

export function dayLabel(ts) {
  const near = relativeDay(ts);
  return near ? capital(near) : format(Number(ts), { weekday: "long", day: "numeric", month: "long" });
}

export function dayInSentence(ts) {
  return relativeDay(ts) ?? `on ${format(Number(ts), { day: "numeric", month: "long" })}`;
}

export function ago(ts) {
  const seconds = now() - Number(ts);
  const size = Math.abs(seconds);
  const [count, unit] =
    size < 60
      ? [0, "minute"]
      : size < 3600
        ? [size / 60, "minute"]
        : size < 86_400
          ? [size / 3600, "hour"]
          : [size / 86_400, "day"];
  const whole = Math.floor(count);
  if (whole === 0) return "just now";
  const phrase = `${whole} ${unit}${whole === 1 ? "" : "s"}`;
  return seconds < 0 ? `in ${phrase}` : `${phrase} ago`;
}

// Fills the tokens of a `<!date^…>` or a date in rich text; a token nobody knows stays as it is written.
export function slackDate(ts, pattern) {
  const at = Number(ts);
  const iso = () =>
    `${format(at, { year: "numeric" })}-${format(at, { month: "2-digit" })}-${format(at, { day: "2-digit" })}`;
  const pretty = (options) => relativeDay(at) ?? format(at, options);
  const tokens = {
    date_num: iso,
    date_slash: () => format(at, { day: "2-digit", month: "2-digit", year: "numeric" }),
    date: () => format(at, MIDDLE),
    date_short: () => format(at, SHORT),
    date_long: () => format(at, LONG),
    date_long_full: () => format(at, MIDDLE),
    date_pretty: () => pretty(MIDDLE),
    date_short_pretty: () => pretty(SHORT),
    date_long_pretty: () => pretty(LONG),
    day_divider_pretty: () => pretty(isThisYear(at) ? { ...LONG, year: undefined } : LONG),
    time: () => clockTime(at),
    time_secs: () => format(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: () => ago(at),
  };
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => tokens[token]?.() ?? whole);
}
