// Draws the `rich_text` block: sections, lists, quotes and preformatted text.
import { h } from "./dom.js";
import { broadcast, channelChip, dateNode, emoji, link, person } from "./mrkdwn.js";
import { store } from "./store.js";

const INLINE = {
  text: ({ text }) => text,
  link: ({ url, text }) => link(url, text || url),
  user: ({ user_id }) => person(user_id),
  channel: ({ channel_id }) => channelChip(channel_id),
  usergroup: ({ usergroup_id }) => h("span", { class: "mention" }, `@${usergroup_id}`),
  broadcast: ({ range }) => broadcast(range),
  emoji: ({ name }) => emoji(name),
  date: ({ timestamp, format, url, fallback }) => dateNode(timestamp, format, url, fallback),
  color: ({ value }) => h("code", {}, value),
};

const WRAPS = { code: "code", bold: "strong", italic: "em", strike: "s" };

function inline(element) {
  let node = INLINE[element.type]?.(element) ?? "";
  for (const [name, tag] of Object.entries(WRAPS)) if (element.style?.[name]) node = h(tag, {}, node);
  return node;
}

// What one would type to get a `rich_text` block, for a box to write it in.
export function typedOf(block) {
  const words = (elements) => elements.map(typed).join("");
  const parts = {
    rich_text_section: ({ elements }) => words(elements),
    rich_text_list: ({ elements }) => elements.map((item) => `• ${words(item.elements)}`).join("\n"),
    rich_text_quote: ({ elements }) => words(elements).replace(/^/gm, "> "),
    rich_text_preformatted: ({ elements }) => `\`\`\`\n${words(elements)}\n\`\`\``,
  };
  return (block?.elements ?? []).map((part) => parts[part.type]?.(part) ?? "").join("\n");
}

const AS_TYPED = {
  text: ({ text }) => text,
  link: ({ url }) => url,
  user: ({ user_id }) => `@${store.users.get(user_id)?.name ?? user_id}`,
  channel: ({ channel_id }) => `#${store.channels.get(channel_id)?.name ?? channel_id}`,
  broadcast: ({ range }) => `@${range}`,
  emoji: ({ name }) => `:${name}:`,
};
const MARKS = { code: "`", strike: "~", italic: "_", bold: "*" };

function typed(element) {
  let text = AS_TYPED[element.type]?.(element) ?? "";
  // A mark stands beside a letter, so the spaces at either end stay outside.
  for (const [name, mark] of Object.entries(MARKS))
    if (element.style?.[name]) text = text.replace(/\S([\s\S]*\S)?/, (words) => mark + words + mark);
  return text;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const NUMERALS = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
const ORDERED = [(n) => n + 1, (n) => LETTERS[n % 26], (n) => NUMERALS[n] ?? n + 1];
const BULLETS = ["•", "◦", "▪"];

function list({ style, indent = 0, offset = 0, elements }) {
  const mark = (n) => (style === "ordered" ? `${ORDERED[indent % 3](n + offset)}.` : BULLETS[indent % 3]);
  return h(
    "ul",
    { class: "rich-list", style: { "--indent": indent } },
    elements.map((item, n) =>
      h("li", {}, h("span", { class: "rich-mark" }, mark(n)), h("span", {}, item.elements.map(inline))),
    ),
  );
}

const PARTS = {
  rich_text_section: ({ elements }) => h("div", {}, elements.map(inline)),
  rich_text_list: list,
  rich_text_quote: ({ elements }) => h("blockquote", {}, elements.map(inline)),
  rich_text_preformatted: ({ elements }) => h("pre", {}, elements.map(inline)),
};

export function richText(block) {
  return h(
    "div",
    { class: "mrkdwn" },
    (block.elements ?? []).map((part) => PARTS[part.type]?.(part)),
  );
}
