// How far it is to a moment on the wall clock of the acting person, by the workspace's clock, in seconds.
import { now } from "./store.js";
import { localMoment, momentOf } from "./time.js";

const DAY = 86_400;
const SATURDAY = 6;
const SUNDAY = 0;

// As YYYY-MM-DD, where the person is.
export const dateIn = (days) => localMoment(now() + days * DAY).slice(0, 10);

// `date` is YYYY-MM-DD, `time` HH:MM. Negative if that is over.
export const secondsUntil = (date, time) => momentOf(`${date}T${time}`) - now();

// To a time of a working day: so many days from now, or the Monday after.
export function secondsUntilWorkday(days, time) {
  const weekday = new Date(`${dateIn(days)}T00:00Z`).getUTCDay();
  return secondsUntil(dateIn(days + ({ [SATURDAY]: 2, [SUNDAY]: 1 }[weekday] ?? 0)), time);
}
