// A list of messages as Slack lays it out: grouped by person and day, and kept at the newest.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage, isDismissed, isNotice } from "./message.js";
import { edit, isBeingEdited, isMine, keyOf } from "./toolbar.js";
import { store } from "./store.js";
import { dayKey, dayLabel } from "./time.js";

const GROUP_SECONDS = 300;

export class MessageList {
  constructor({ inThread = false, label }) {
    this.inThread = inThread;
    this.list = h("div", {
      class: "message-list",
      "aria-label": label,
      onkeydown: (event) => this.walk(event),
    });
    this.scroller = h(
      "div",
      { class: "scroller", tabindex: -1, onscroll: () => this.noticeScroll() },
      this.list,
    );
    this.pill = h(
      "button",
      { type: "button", class: "to-newest", hidden: true, onclick: () => this.toNewest() },
      icon("down", 16),
      "New messages",
    );
    this.node = h("div", { class: "message-pane" }, this.scroller, this.pill);
    this.atNewest = true;
    this.newest = Infinity; // the time of the last message shown; nothing is newer than the first drawing
    new ResizeObserver(() => this.atNewest && this.toNewest()).observe(this.scroller);
    new ResizeObserver(() => this.atNewest && this.toNewest()).observe(this.list);
  }

  // `intro` stands above everything; `afterFirst` under the first message (a thread's count); `newFrom` is the first unread.
  draw({ messages, intro, afterFirst, newFrom, highlight }) {
    const shown = messages.filter((message) => !isDismissed(message));
    const items = intro ? [intro] : [];
    let previous = null;
    for (const message of shown) {
      const isNew = Boolean(newFrom) && message.ts === newFrom;
      const isNextDay = !this.inThread && (!previous || dayKey(previous.ts) !== dayKey(message.ts));
      if (isNew || isNextDay) {
        items.push(ruleAbove(message, isNextDay, isNew));
        previous = null;
      }
      const grouped = Boolean(previous) && belongsTo(message, previous);
      const lit = highlight === message.ts;
      items.push({
        key: keyOf(message),
        signature: JSON.stringify([
          message,
          grouped,
          store.me.id,
          isBeingEdited(message),
          lit,
          this.inThread || undefined,
        ]),
        build: () => drawMessage(message, { grouped, lit, inThread: this.inThread }),
      });
      previous = message;
      if (afterFirst && message === shown[0]) {
        items.push(afterFirst);
        previous = null;
      }
    }
    this.shown = shown;
    const last = shown.at(-1);
    const grew = last && Number(last.ts) > this.newest;
    const mine = last && (isMine(last) || last.ephemeral);
    this.newest = Number(last?.ts ?? 0);
    fill(this.list, items);
    this.rove();
    if (this.atNewest || (grew && mine)) this.toNewest();
    else if (grew) this.pill.hidden = false;
  }

  toNewest() {
    this.atNewest = true;
    this.pill.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  noticeScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.atNewest = scrollHeight - scrollTop - clientHeight < 40;
    if (this.atNewest) this.pill.hidden = true;
  }

  show(ts, block = "center") {
    const row = this.list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    if (!row) return;
    this.atNewest = false;
    row.scrollIntoView({ block });
    this.noticeScroll(); // it may be at the newest already, and then nothing scrolls
  }

  // One message at a time is a tab stop; the arrow keys walk from one to the next.
  rows() {
    return [...this.list.querySelectorAll(".message")];
  }

  rove() {
    const rows = this.rows();
    if (rows.length && !rows.some((row) => row.tabIndex === 0)) rows.at(-1).tabIndex = 0;
  }

  walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.classList.contains("message")) return;
    const rows = this.rows();
    const next = rows[rows.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  editLast() {
    const message = this.shown.findLast(isMine);
    if (message) edit(message);
    return Boolean(message);
  }
}

function ruleAbove(message, isNextDay, isNew) {
  const label = [isNextDay && dayLabel(message.ts), isNew && "New"].filter(Boolean).join(" · ");
  return {
    key: isNextDay ? `day/${dayKey(message.ts)}` : "new",
    signature: label,
    build: () =>
      h("div", { class: `rule${isNew ? " is-new" : ""}`, role: "separator" }, h("span", {}, label)),
  };
}

function belongsTo(message, previous) {
  return (
    message.user === previous.user &&
    Number(message.ts) - Number(previous.ts) < GROUP_SECONDS &&
    !message.ephemeral === !previous.ephemeral &&
    !isNotice(message) &&
    !isNotice(previous) &&
    !message.broadcast
  );
}
