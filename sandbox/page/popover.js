// What opens beside something: menus, type-ahead pickers and the emoji picker; one at a time, closed by Escape or a click elsewhere.
import { h } from "./dom.js";
import { emojiGroups, emojiLike, quickReactions, glyphOf } from "./emoji.js";
import { icon } from "./icons.js";

const TALLEST = 420;

let current = null;

export function closePopover({ restoreFocus = false } = {}) {
  if (!current) return;
  const { box, anchor, cleanUp, onClose } = current;
  current = null;
  cleanUp();
  box.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (restoreFocus && anchor.isConnected) anchor.focus();
  onClose?.();
}

function place(box, anchor) {
  const gap = 4;
  const edge = 8;
  const at = anchor.getBoundingClientRect();
  const below = innerHeight - at.bottom - gap - edge;
  const above = at.top - gap - edge;
  box.style.maxHeight = `${TALLEST}px`;
  const upward = box.offsetHeight > below && above > below;
  box.style.maxHeight = `${Math.min(TALLEST, upward ? above : below)}px`;
  const { width, height } = box.getBoundingClientRect();
  box.style.top = `${upward ? at.top - gap - height : at.bottom + gap}px`;
  const left = box.dataset.align === "end" ? at.right - width : at.left;
  box.style.left = `${Math.max(edge, Math.min(left, innerWidth - width - edge))}px`;
}

// Shows the box beside its anchor. Inside a dialog it must be the dialog's child, or the dialog would keep it inert.
export function openPopover(anchor, box, { align = "start", onClose } = {}) {
  const again = current?.anchor === anchor;
  closePopover();
  if (again) return false;
  box.classList.add("popover");
  box.dataset.align = align;
  box.popover = "manual";
  (anchor.closest("dialog") ?? document.body).append(box);
  box.showPopover();
  place(box, anchor);
  anchor.setAttribute("aria-expanded", "true");

  const outside = (event) => {
    if (!box.contains(event.target) && !anchor.contains(event.target)) closePopover();
  };
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    closePopover({ restoreFocus: true });
  };
  const follow = (event) => {
    if (event.type === "scroll" && box.contains(event.target)) return;
    anchor.isConnected ? place(box, anchor) : closePopover();
  };
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", escape, true);
  addEventListener("resize", follow);
  document.addEventListener("scroll", follow, true);
  const cleanUp = () => {
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", escape, true);
    removeEventListener("resize", follow);
    document.removeEventListener("scroll", follow, true);
  };
  current = { box, anchor, cleanUp, onClose };
  return true;
}

export function refit() {
  if (current) place(current.box, current.anchor);
}

function moveAmong(nodes, step) {
  if (!nodes.length) return;
  const at = nodes.indexOf(document.activeElement);
  nodes[(at + step + nodes.length) % nodes.length].focus();
}

// Items: `{label, detail?, icon?, danger?, onPick}`, `{heading}` or `{rule: true}`.
export function openMenu(anchor, items, { align = "start", label } = {}) {
  const draw = (item) => {
    if (item.rule) return h("hr", {});
    if (item.heading) return h("p", { class: "menu-heading" }, item.heading);
    const pick = () => {
      closePopover({ restoreFocus: true });
      item.onPick();
    };
    return h(
      "button",
      {
        type: "button",
        role: "menuitem",
        class: `menu-item${item.danger ? " is-danger" : ""}`,
        onclick: pick,
      },
      item.icon && icon(item.icon, 16),
      h("span", { class: "menu-label" }, item.label, item.detail && h("small", {}, item.detail)),
    );
  };
  const box = h("div", { class: "menu", role: "menu", "aria-label": label }, items.filter(Boolean).map(draw));
  const buttons = () => [...box.querySelectorAll("button")];
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    moveAmong(buttons(), step);
  });
  if (openPopover(anchor, box, { align })) buttons()[0]?.focus();
}

let serial = 0;

// A list under a search box. `find(typed)` gives groups `[{label?, options: [{value, label, detail?}]}]`, now or later.
export function openPicker(
  anchor,
  { label, find, isChosen = () => false, onPick, stayOpen = false, wait = 0 },
) {
  const id = `picker-${++serial}`;
  const list = h("div", { class: "picker-list", role: "listbox", id, "aria-label": label });
  const input = h("input", {
    class: "picker-input",
    type: "text",
    role: "combobox",
    placeholder: "Type to find…",
    autocomplete: "off",
    "aria-label": label,
    "aria-controls": id,
    "aria-expanded": "true",
    "aria-autocomplete": "list",
  });
  const box = h("div", { class: "picker" }, input, list);
  let active = 0;
  let asked = 0;
  let timer;

  const choices = () => [...list.querySelectorAll("[role=option]")];
  const activate = (at) => {
    const nodes = choices();
    if (!nodes.length) return input.removeAttribute("aria-activedescendant");
    active = (at + nodes.length) % nodes.length;
    nodes.forEach((node, n) => node.classList.toggle("is-active", n === active));
    nodes[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", nodes[active].id);
  };
  const pick = (option) => {
    if (!stayOpen) closePopover({ restoreFocus: true });
    onPick(option);
    if (stayOpen) show(true);
  };
  const drawOption = (option, n) =>
    h(
      "div",
      {
        role: "option",
        id: `${id}-${n}`,
        class: "picker-option",
        "aria-selected": String(Boolean(isChosen(option))),
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => pick(option),
        onpointermove: () => activate(n),
      },
      h("span", { class: "picker-label" }, option.label, option.detail && h("small", {}, option.detail)),
      isChosen(option) && icon("check", 16),
    );
  async function show(keepPlace = false) {
    const mine = ++asked;
    const answer = find(input.value.trim());
    if (answer instanceof Promise && !list.childElementCount)
      list.replaceChildren(h("p", { class: "picker-note" }, "Looking…"));
    let groups;
    try {
      groups = await answer;
    } catch (failure) {
      groups = failure;
    }
    if (mine !== asked) return;
    if (groups instanceof Error)
      return list.replaceChildren(h("p", { class: "picker-note is-error" }, groups.message));
    let n = 0;
    const nodes = groups
      .filter((group) => group.options.length)
      .map((group) => [
        group.label && h("p", { class: "menu-heading" }, group.label),
        group.options.map((option) => drawOption(option, n++)),
      ]);
    list.replaceChildren(...nodes.flat(3).filter(Boolean));
    if (!n) list.replaceChildren(h("p", { class: "picker-note" }, "Nothing found"));
    activate(
      keepPlace
        ? active
        : Math.max(
            0,
            choices().findIndex((node) => node.ariaSelected === "true"),
          ),
    );
    refit();
  }
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, wait);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") activate(active + 1);
    else if (event.key === "ArrowUp") activate(active - 1);
    else if (event.key === "Enter") choices()[active]?.click();
    else if (event.key === "Tab") return closePopover({ restoreFocus: true });
    else return;
    event.preventDefault();
  });
  box.style.minWidth = `${Math.max(240, anchor.offsetWidth)}px`;
  if (!openPopover(anchor, box)) return;
  input.focus();
  show();
}

export function openEmojiPicker(anchor, onPick, { align = "start" } = {}) {
  const choose = (name) => () => {
    closePopover({ restoreFocus: true });
    onPick(name);
  };
  const cell = ({ name, glyph }) =>
    h(
      "button",
      { type: "button", class: "emoji-cell", title: `:${name}:`, "aria-label": name, onclick: choose(name) },
      glyph,
    );
  const grid = h("div", { class: "emoji-grid" });
  const show = (typed) => {
    if (typed) return grid.replaceChildren(...emojiLike(typed, 40).map(cell));
    grid.replaceChildren(
      ...quickReactions.map((name) => cell({ name, glyph: glyphOf(name) })),
      ...emojiGroups.flatMap(({ title, entries }) => [
        h("p", { class: "menu-heading" }, title),
        ...entries.map(cell),
      ]),
    );
  };
  const input = h("input", {
    class: "picker-input",
    type: "text",
    placeholder: "Find an emoji…",
    "aria-label": "Find an emoji",
    autocomplete: "off",
    oninput: () => show(input.value.trim().replaceAll(":", "")),
    onkeydown: (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      grid.querySelector("button")?.click();
    },
  });
  show("");
  if (openPopover(anchor, h("div", { class: "picker emoji-picker" }, input, grid), { align })) input.focus();
}
