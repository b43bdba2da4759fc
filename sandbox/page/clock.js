// How far it is to a moment on the wall clock of the acting person, by the workspace's clock, in seconds.
import { now, store } from "./store.js";

const DAY = 86_400;
const SATURDAY = 6;
const SUNDAY = 0;

// What the person's wall clock shows at a moment, as if it were UTC.
function wallTime(seconds) {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: store.me?.tz || undefined,
    dateStyle: "short",
    timeStyle: "medium",
  });
  return Date.parse(`${format.format(new Date(seconds * 1000)).replace(" ", "T")}Z`) / 1000;
}

// The moment at which the wall clock shows this; where the clocks change in between, it is found in a second step.
function momentOf(wall) {
  const guess = wall - (wallTime(now()) - now());
  return guess + (wall - wallTime(guess));
}

export const dateIn = (days) => new Date((wallTime(now()) + days * DAY) * 1000).toISOString().slice(0, 10);

// `date` is YYYY-MM-DD, `time` HH:MM. Negative if that is over.
export const secondsUntil = (date, time) => momentOf(Date.parse(`${date}T${time}Z`) / 1000) - now();

// To a time of a working day: so many days from now, or the Monday after.
export function secondsUntilWorkday(days, time) {
  const weekday = new Date(`${dateIn(days)}T00:00Z`).getUTCDay();
  return secondsUntil(dateIn(days + ({ [SATURDAY]: 2, [SUNDAY]: 1 }[weekday] ?? 0)), time);
}
