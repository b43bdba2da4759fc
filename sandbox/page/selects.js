// Block Kit's select menus, single and multiple, over options that are built in, asked of the bot, or of the workspace.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { plainText } from "./mrkdwn.js";
import { openPicker } from "./popover.js";
import { channelLabel, store } from "./store.js";
import { explain } from "./surface.js";

const includes = (text, typed) => text.toLowerCase().includes(typed.toLowerCase());

const userOption = (user) => ({ value: user.id, text: user.real_name || user.name, note: user.title });
const channelOption = (channel) => ({
  value: channel.id,
  text: channel.kind === "im" ? channelLabel(channel) : `#${channelLabel(channel)}`,
});
const builtOption = ({ value, text, description }) => ({ value, text: text.text, note: description?.text });

function people() {
  return [...store.users.values()].filter((user) => !user.is_bot);
}

function conversations({ filter = {} }) {
  const kindOf = { channel: "public", private: "private", im: "im" };
  return [...store.channels.values()].filter(
    (channel) =>
      (!filter.include || filter.include.includes(kindOf[channel.kind])) &&
      !(filter.exclude_bot_users && store.users.get(channel.with)?.is_bot),
  );
}

function builtGroups({ options, option_groups }) {
  if (option_groups)
    return option_groups.map(({ label, options }) => ({
      label: label.text,
      options: options.map(builtOption),
    }));
  return [{ options: (options ?? []).map(builtOption) }];
}

// What a select offers for what was typed, by the kind of select.
const SOURCES = {
  static: (element) => builtGroups(element),
  users: () => [{ options: people().map(userOption) }],
  channels: () => [
    { options: [...store.channels.values()].filter((c) => c.kind === "channel").map(channelOption) },
  ],
  conversations: (element) => [{ options: conversations(element).map(channelOption) }],
};

function initialOptions(kind, given) {
  const of = (one, many) => given[many] ?? (given[one] ? [given[one]] : []);
  if (kind === "users")
    return of("initial_user", "initial_users").map((id) =>
      userOption(store.users.get(id) ?? { id, name: id }),
    );
  if (kind === "channels" || kind === "conversations") {
    const noun = kind.slice(0, -1);
    return of(`initial_${noun}`, `initial_${kind}`).map((id) =>
      channelOption(store.channels.get(id) ?? { id, name: id }),
    );
  }
  return of("initial_option", "initial_options").map(builtOption);
}

export function drawSelect(element, { block, surface, dispatches, labelledBy, id, focus }) {
  const many = element.type.startsWith("multi_");
  const kind = element.type.replace(/^multi_/, "").replace(/_select$/, "");
  const slot = surface.slot(
    block,
    element,
    (given) => initialOptions(kind, given),
    (chosen) => (many ? chosen.map(({ value }) => value) : (chosen[0]?.value ?? null)),
  );
  const placeholder = element.placeholder?.text ?? (many ? "Choose some" : "Choose one");

  const choose = async (chosen) => {
    const before = slot.get();
    slot.set(chosen);
    show();
    explain(box, "");
    if (!dispatches) return;
    const happened = await surface.act(
      box,
      block,
      element,
      many ? chosen.map(({ value }) => value) : chosen[0]?.value,
    );
    if (!happened) {
      slot.set(before);
      show();
    }
  };
  const isChosen = (option) => slot.get().some(({ value }) => value === option.value);
  const pick = (option) => {
    if (!many) return choose([option]);
    const chosen = slot.get();
    if (isChosen(option)) return choose(chosen.filter(({ value }) => value !== option.value));
    if (chosen.length >= (element.max_selected_items ?? Infinity)) {
      return explain(box, `You can choose at most ${element.max_selected_items}.`);
    }
    choose([...chosen, option]);
  };

  const find = async (typed) => {
    let groups;
    if (kind === "external") {
      const least = element.min_query_length ?? 3;
      if (typed.length < least) throw new Error(`Type at least ${least} letter${least === 1 ? "" : "s"}.`);
      groups = builtGroups(await surface.options(block, element, typed));
    } else {
      groups = SOURCES[kind](element).map(({ label, options }) => ({
        label,
        options: options.filter(({ text, note }) => includes(`${text} ${note ?? ""}`, typed)),
      }));
    }
    return groups.map(({ label, options }) => ({
      label,
      options: options.map((option) => ({
        ...option,
        label: plainText(option.text),
        detail: option.note && plainText(option.note),
      })),
    }));
  };
  const open = () =>
    openPicker(field, {
      label: placeholder,
      find,
      isChosen,
      onPick: ({ value, text, note }) => pick({ value, text, note }),
      stayOpen: many,
      wait: kind === "external" ? 200 : 0,
    });

  const field = h("button", {
    type: "button",
    id,
    class: "select-field",
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    "aria-labelledby": labelledBy && `${labelledBy} ${id}`,
    dataset: { focus },
    onclick: open,
  });
  const pills = h("span", { class: "pills" });
  const box = h("span", { class: `select${many ? " is-multi" : ""}` }, many && pills, field);

  function show() {
    const chosen = slot.get();
    if (many) {
      pills.replaceChildren(
        ...chosen.map((option) =>
          h(
            "span",
            { class: "pill" },
            plainText(option.text),
            h(
              "button",
              { type: "button", "aria-label": `Remove ${option.text}`, onclick: () => pick(option) },
              icon("close", 12),
            ),
          ),
        ),
      );
      pills.hidden = !chosen.length;
    }
    const text = !many && chosen.length ? plainText(chosen[0].text) : placeholder;
    field.classList.toggle("is-empty", many || !chosen.length);
    field.replaceChildren(h("span", { class: "select-text" }, text), icon("chevron", 16));
  }
  show();
  // A choice that may be left out can also be taken back.
  if (!many && block.type === "input" && block.optional) {
    box.append(
      h(
        "button",
        { type: "button", class: "select-clear", "aria-label": "Clear", onclick: () => choose([]) },
        icon("close", 12),
      ),
    );
  }
  return box;
}
