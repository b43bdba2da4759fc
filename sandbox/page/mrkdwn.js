// Draws text in Slack's encoding (mentions, links, dates, `*marks*`, quotes, code) as DOM nodes, and turns it back to what was typed.
import { h } from "./dom.js";
import { glyphOf } from "./emoji.js";
import { addressOf, go, placeOfPermalink } from "./route.js";
import { nameOf, store } from "./store.js";
import { fullTime, slackDate } from "./time.js";

export function decode(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

// --- Pieces ------------------------------------------------------------------------------------------------------

export function person(userId, fallback) {
  const user = store.users.get(userId);
  const mine = userId === store.me?.id;
  return h(
    "span",
    { class: `mention${mine ? " is-me" : ""}`, title: user?.title },
    `@${user ? nameOf(userId) : fallback || userId}`,
  );
}

export function channelChip(channelId, fallback) {
  const channel = store.channels.get(channelId);
  const label = `#${channel?.name || fallback || channelId}`;
  return channel
    ? h("a", { class: "mention", href: addressOf.channel(channelId) }, label)
    : h("span", { class: "mention" }, label);
}

export function broadcast(range) {
  return h("span", { class: "mention is-me" }, `@${range}`);
}

export function emoji(name) {
  const glyph = glyphOf(name);
  return glyph
    ? h("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, glyph)
    : `:${name}:`;
}

// Only addresses that cannot run anything become links; a link to a message of this workspace stays on the page.
export function link(url, ...label) {
  const shown = label.length ? label : [url];
  if (!/^(https?:|mailto:|tel:)/i.test(url)) return h("span", {}, shown);
  const here = new URL(url, location.href).host === location.host && placeOfPermalink(url);
  if (!here) return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, shown);
  return h(
    "a",
    {
      href: here,
      onclick: (event) => {
        event.preventDefault();
        go(here);
      },
    },
    shown,
  );
}

export function dateNode(ts, pattern, url, fallback) {
  const valid = Number.isFinite(Number(ts)) && Number(ts) > 0;
  const shown = h(
    "time",
    { title: valid ? fullTime(ts) : undefined },
    valid && pattern ? slackDate(ts, pattern) : (fallback ?? ""),
  );
  return url ? link(url, shown) : shown;
}

// `<…>`: a mention, a channel, a broadcast, a date, or a link.
function entity(body) {
  const [target, ...rest] = body.split("|");
  const label = rest.length ? decode(rest.join("|")) : undefined;
  if (target.startsWith("@")) return person(target.slice(1), label);
  if (target.startsWith("#")) return channelChip(target.slice(1), label);
  if (target.startsWith("!date^")) {
    const [, ts, pattern, url] = target.split("^");
    return dateNode(ts, decode(pattern ?? ""), url && decode(url), label);
  }
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || "@group");
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!")) return label ?? target;
  if (!/^(https?:|mailto:|tel:)/i.test(target)) return decode(`<${body}>`);
  return link(decode(target), label ?? decode(target).replace(/^mailto:/, ""));
}

// --- Lines -------------------------------------------------------------------------------------------------------

const STYLES = { "*": "strong", _: "em", "~": "s" };
const isWord = (char) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
const isSpace = (char) => char === undefined || /\s/.test(char);

// Stretches in which a mark means nothing.
const OPAQUE = /`[^`\n]+`|<[^<>\n]+>/y;
const EMOJI = /:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/iy;
const BARE_URL = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"*_~]/y;

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function closingMark(text, from, mark) {
  for (let at = from; at < text.length; at++) {
    const opaque = matchAt(OPAQUE, text, at);
    if (opaque) at += opaque[0].length - 1;
    else if (text[at] === mark && at > from && !isSpace(text[at - 1]) && !isWord(text[at + 1])) return at;
  }
  return -1;
}

function inline(text, options) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(decode(plain));
    plain = "";
  };
  const add = (node) => {
    flush();
    nodes.push(node);
  };
  for (let at = 0; at < text.length;) {
    const char = text[at];
    const opaque = matchAt(OPAQUE, text, at);
    const named = char === ":" && matchAt(EMOJI, text, at);
    const url = char === "h" && !options.verbatim && matchAt(BARE_URL, text, at);
    if (opaque) {
      const inside = opaque[0].slice(1, -1);
      add(char === "`" ? h("code", {}, codeText(inside)) : entity(inside));
      at += opaque[0].length;
    } else if (named && glyphOf(named[1])) {
      add(emoji(named[1]));
      at += named[0].length;
    } else if (url) {
      add(link(decode(url[0])));
      at += url[0].length;
    } else if (STYLES[char] && !isWord(text[at - 1]) && !isSpace(text[at + 1]) && text[at + 1] !== char) {
      const end = closingMark(text, at + 1, char);
      if (end < 0) {
        plain += char;
        at += 1;
      } else {
        add(h(STYLES[char], {}, inline(text.slice(at + 1, end), options)));
        at = end + 1;
      }
    } else {
      plain += char;
      at += 1;
    }
  }
  flush();
  return nodes;
}

// In code only links are still recognised, and shown as their label.
function codeText(text) {
  return decode(
    text.replace(/<((?:https?:|mailto:)[^|<>\n]+)(?:\|([^<>\n]+))?>/g, (_, url, label) => label ?? url),
  );
}

const QUOTE = /^(?:&gt;|>) ?/;
const QUOTE_ALL = /^(?:&gt;&gt;&gt;|>>>) ?/;

function lines(text, options) {
  const nodes = [];
  let quote = null;
  const rows = text.split("\n");
  rows.forEach((row, at) => {
    const toEnd = QUOTE_ALL.test(row);
    if (quote?.toEnd || toEnd || QUOTE.test(row)) {
      quote ??= { rows: [], toEnd };
      quote.rows.push(quote.toEnd ? row.replace(QUOTE_ALL, "") : row.replace(QUOTE, ""));
      const next = rows[at + 1];
      if (next === undefined || (!quote.toEnd && !QUOTE.test(next))) {
        nodes.push(h("blockquote", {}, inlineRows(quote.rows, options)));
        quote = null;
      }
      return;
    }
    nodes.push(...inline(row, options));
    // A quote is a block of its own, so the line end beside it would be one too many.
    const next = rows[at + 1];
    if (next !== undefined && !QUOTE.test(next)) nodes.push("\n");
  });
  return nodes;
}

function inlineRows(rows, options) {
  return rows.flatMap((row, at) => [...(at ? ["\n"] : []), ...inline(row, options)]);
}

export function mrkdwn(text, options = {}) {
  return (text ?? "").split(/```([\s\S]+?)```/).flatMap((part, at, parts) => {
    if (at % 2) return [h("pre", {}, codeText(part.replace(/^\n/, "").replace(/\n$/, "")))];
    // The line ends that only set a code block off from its neighbours.
    const after = at > 0 ? part.replace(/^\n/, "") : part;
    const before = at < parts.length - 1 ? after.replace(/\n$/, "") : after;
    return before ? lines(before, options) : [];
  });
}

export function isOnlyEmoji(text) {
  const rest = text.replace(/:([a-z0-9_+'-]+):/gi, (whole, name) => (glyphOf(name) ? "" : whole));
  return rest !== text && rest.trim() === "" && text.split("::").length <= 12;
}

// Plain text that may still name emoji between colons.
export function plainText(text, withEmoji = true) {
  if (!withEmoji) return [text ?? ""];
  return (text ?? "")
    .split(/:([a-z0-9_+'-]+):/i)
    .map((part, at) => (at % 2 ? emoji(part) : part))
    .filter((part) => part !== "");
}

// A text object of Block Kit.
export function textOf(object) {
  if (!object) return [];
  return object.type === "mrkdwn"
    ? mrkdwn(object.text, object)
    : plainText(object.text, object.emoji !== false);
}

// Without any marks, for a line in a list or for reading aloud.
export function flat(text) {
  const box = h("div", {}, mrkdwn(text));
  return box.textContent.replace(/\s+/g, " ").trim();
}

// What a person would type to get this text, for editing it.
export function asTyped(text) {
  return decode(
    text
      .replace(/<@([^|>]+)(?:\|[^>]*)?>/g, (_, id) => `@${store.users.get(id)?.name ?? id}`)
      .replace(
        /<#([^|>]+)(?:\|([^>]*))?>/g,
        (_, id, name) => `#${store.channels.get(id)?.name ?? (name || id)}`,
      )
      .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
      .replace(/<(?:mailto:)?([^|>]+)(?:\|[^>]*)?>/g, "$1"),
  );
}
