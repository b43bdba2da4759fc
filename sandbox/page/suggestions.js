// Suggests, above a text box, what the word before the caret may become: a command, a person, a channel, an emoji.
import { h } from "./dom.js";
import { emojiLike } from "./emoji.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { bot, peopleHere, store } from "./store.js";

const MOST = 8;

const starts = (text, typed) => text.toLowerCase().startsWith(typed.toLowerCase());
const startsAnyWord = (text, typed) => text.split(/\s+/).some((word) => starts(word, typed));

// What is offered for the word before the caret. `put` replaces that word.
const SUGGESTERS = [
  {
    title: "Commands",
    word: /^\/(\S*)$/,
    allowed: ({ inThread }) => !inThread,
    find: (typed) =>
      store.workspace.commands
        .filter(({ command }) => starts(command.slice(1), typed))
        .map(({ command, description, usage_hint: hint }) => ({
          put: command,
          node: [
            bot() ? avatar(bot(), 20) : icon("bolt", 18),
            h("strong", {}, command),
            hint && h("span", { class: "quiet" }, hint),
            h("small", {}, description),
          ],
        })),
  },
  {
    title: "People",
    word: /(?:^|[\s(])@([\w.-]*)$/,
    allowed: () => true,
    find: (typed) => [
      ...peopleHere()
        .filter((user) => starts(user.name, typed) || startsAnyWord(user.real_name || "", typed))
        .map((user) => ({
          put: `@${user.name}`,
          node: [
            avatar(user, 20),
            h("strong", {}, user.real_name || user.name),
            h("span", { class: "quiet" }, `@${user.name}`),
            h("small", {}, user.is_bot ? "App" : user.title),
          ],
        })),
      ...["channel", "here"]
        .filter((name) => typed && starts(name, typed))
        .map((name) => ({
          put: `@${name}`,
          node: [icon("at", 18), h("strong", {}, `@${name}`), h("small", {}, "Tell everyone here")],
        })),
    ],
  },
  {
    title: "Channels",
    word: /(?:^|[\s(])#([\w-]*)$/,
    allowed: () => true,
    find: (typed) =>
      [...store.channels.values()]
        .filter((channel) => channel.kind !== "im" && starts(channel.name, typed))
        .map((channel) => ({
          put: `#${channel.name}`,
          node: [
            icon(channel.kind === "private" ? "lock" : "hash", 16),
            h("strong", {}, channel.name),
            h("small", {}, channel.topic),
          ],
        })),
  },
  {
    title: "Emoji",
    word: /(?:^|[\s(]):([a-z0-9_+-]{2,})$/i,
    allowed: () => true,
    find: (typed) =>
      emojiLike(typed, 6).map(({ name, glyph }) => ({
        put: `:${name}:`,
        node: [glyph, h("strong", {}, `:${name}:`)],
      })),
  },
];

let serial = 0;

// `onTake(text, caret)` puts the chosen word in; `onChange` hears whenever the list is shown, changed or hidden.
export function suggestFor(text, { inThread, onTake, onChange }) {
  const id = `suggestions-${++serial}`;
  const node = h("div", { class: "suggestions", role: "listbox", id, hidden: true });
  let offered = [];
  let active = 0;

  function look() {
    const before = text.value.slice(0, text.selectionStart);
    const suggester = SUGGESTERS.find(({ allowed, word }) => allowed({ inThread }) && word.test(before));
    const typed = suggester?.word.exec(before)[1] ?? "";
    const from = before.length - typed.length - 1;
    const found = suggester?.find(typed).slice(0, MOST) ?? [];
    show(
      found.map((one) => ({ ...one, from })),
      suggester?.title,
    );
  }

  function show(suggestions, title) {
    offered = suggestions;
    node.hidden = !offered.length;
    node.replaceChildren(h("p", { class: "menu-heading" }, title), ...offered.map(drawOne));
    if (offered.length) activate(0);
    else text.removeAttribute("aria-activedescendant");
    onChange();
  }

  function drawOne(one, n) {
    const choose = (event) => {
      event.preventDefault();
      take(one);
    };
    return h(
      "div",
      {
        class: "suggestion",
        role: "option",
        id: `${id}-${n}`,
        onpointerdown: choose,
        onpointermove: () => activate(n),
      },
      one.node,
    );
  }

  function activate(n) {
    active = (n + offered.length) % offered.length;
    [...node.querySelectorAll(".suggestion")].forEach((item, at) => {
      item.classList.toggle("is-active", at === active);
      item.setAttribute("aria-selected", String(at === active));
    });
    text.setAttribute("aria-activedescendant", `${id}-${active}`);
  }

  function hide() {
    show([]);
  }

  function take({ put, from }) {
    const after = text.value.slice(text.selectionStart);
    onTake(`${text.value.slice(0, from)}${put} ${after}`, from + put.length + 1);
    hide();
    text.focus();
  }

  // Whether the key was meant for the list. Enter on what is already written in full is meant for the text.
  function takeKey({ key, shiftKey }) {
    if (!offered.length) return false;
    if (key === "ArrowDown") activate(active + 1);
    else if (key === "ArrowUp") activate(active - 1);
    else if (key === "Escape") hide();
    else if (key === "Tab" || (key === "Enter" && !shiftKey && text.value !== offered[active].put))
      take(offered[active]);
    else return false;
    return true;
  }

  text.setAttribute("aria-controls", id);
  text.addEventListener("click", look);
  // Later than a click on the list, which takes the focus from the text first.
  text.addEventListener("blur", () => setTimeout(hide, 150));
  return { node, look, hide, takeKey, areShown: () => !node.hidden };
}
