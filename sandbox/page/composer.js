// The box people write in: grows with the text, keeps a draft per place, and gives back what could not be sent.
import { growing, h } from "./dom.js";
import { icon } from "./icons.js";
import { openEmojiPicker, openMenu } from "./popover.js";
import { act, bot, store } from "./store.js";
import { suggestFor } from "./suggestions.js";

const drafts = new Map(); // "me/channel/thread" -> {text, files}

// A picked file as the door takes it: its content is base64, which is what a data URL has after its comma.
function contentOf(file) {
  return new Promise((done, refused) => {
    const reader = new FileReader();
    reader.onerror = refused;
    reader.onload = () =>
      done({
        name: file.name,
        mimetype: file.type || "application/octet-stream",
        size: file.size,
        content: reader.result.slice(reader.result.indexOf(",") + 1),
      });
    reader.readAsDataURL(file);
  });
}

// `place` is `{channel, thread?}`; `broadcastLabel` adds the "also send to the channel" choice.
export function composer({ place, placeholder, broadcastLabel, onSent = () => {} }) {
  const key = [store.me.id, place.channel, place.thread ?? ""].join("/");
  const draft = drafts.get(key) ?? { text: "", files: [] };
  drafts.set(key, draft);

  const hint = h("p", { class: "composer-hint", hidden: true });
  const chips = h("div", { class: "file-chips" });
  const note = h("p", { class: "composer-note", role: "status" });
  const picker = h("input", { type: "file", multiple: true, hidden: true, onchange: attachPicked });
  const broadcast = h("input", { type: "checkbox" });
  const text = h("textarea", {
    class: "composer-text",
    rows: 1,
    placeholder,
    "aria-label": placeholder,
    value: draft.text,
    dataset: { focus: `composer/${key}` },
    oninput: typed,
    onkeydown: pressed,
  });
  const fit = growing(text);
  const suggestions = suggestFor(text, { inThread: Boolean(place.thread), onTake: set, onChange: showHint });
  const sendButton = h(
    "button",
    { type: "button", class: "send", title: "Send", "aria-label": "Send", onclick: send },
    icon("send"),
  );
  const tool = (name, label, onclick, props) =>
    h(
      "button",
      { type: "button", class: "tool", title: label, "aria-label": label, onclick, ...props },
      icon(name),
    );

  const node = h(
    "div",
    { class: "composer" },
    h(
      "div",
      { class: "composer-box" },
      suggestions.node,
      text,
      chips,
      h(
        "div",
        { class: "composer-tools" },
        tool("clip", "Attach a file", () => picker.click()),
        tool(
          "smile",
          "Emoji",
          ({ currentTarget }) => openEmojiPicker(currentTarget, (name) => insert(`:${name}: `)),
          { "aria-haspopup": "dialog" },
        ),
        tool("at", "Mention someone", () => insert("@")),
        tool("bolt", "Shortcuts", ({ currentTarget }) => openShortcuts(currentTarget), {
          "aria-haspopup": "menu",
        }),
        broadcastLabel && h("label", { class: "composer-broadcast" }, broadcast, broadcastLabel),
        picker,
        sendButton,
      ),
    ),
    hint,
    note,
  );

  function say(sentence, isError = false) {
    note.textContent = sentence;
    note.classList.toggle("is-error", isError);
  }

  function set(value, caret = value.length) {
    text.value = value;
    text.setSelectionRange(caret, caret);
    typed();
    fit();
  }

  function insert(piece) {
    const { selectionStart: from, selectionEnd: to, value } = text;
    const gap = piece === "@" && from > 0 && !/\s/.test(value[from - 1]) ? " " : "";
    text.focus();
    set(value.slice(0, from) + gap + piece + value.slice(to), from + gap.length + piece.length);
  }

  function typed() {
    draft.text = text.value;
    say("");
    refresh();
    suggestions.look();
  }

  function refresh() {
    sendButton.disabled = !draft.text.trim() && !draft.files.length;
    chips.replaceChildren(
      ...draft.files.map((file) =>
        h(
          "span",
          { class: "file-chip" },
          icon("file", 16),
          file.name,
          h(
            "button",
            {
              type: "button",
              "aria-label": `Remove ${file.name}`,
              onclick: () => {
                draft.files.splice(draft.files.indexOf(file), 1);
                refresh();
              },
            },
            icon("close", 12),
          ),
        ),
      ),
    );
  }

  function attachPicked() {
    const picked = [...picker.files];
    picker.value = "";
    attach(picked);
  }

  async function attach(files) {
    try {
      draft.files.push(...(await Promise.all(files.map(contentOf))));
      say("");
    } catch {
      say("That file cannot be read. Choose it again.", true);
    }
    refresh();
    text.focus();
  }

  // Once a command is chosen, what may follow it.
  function showHint() {
    const command =
      !place.thread &&
      store.workspace.commands.find(
        ({ command }) => text.value === command || text.value.startsWith(`${command} `),
      );
    hint.hidden = !command || suggestions.areShown();
    if (command)
      hint.replaceChildren(
        h("strong", {}, command.command),
        ` ${command.usage_hint ?? ""}`,
        command.description ? ` — ${command.description}` : "",
      );
  }

  // --- Keys

  function pressed(event) {
    if (event.isComposing) return;
    const { key } = event;
    if (suggestions.takeKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (key === "ArrowUp" && !text.value) {
      const edited = node.dispatchEvent(new CustomEvent("edit-last", { bubbles: true, cancelable: true }));
      if (!edited) event.preventDefault();
    }
  }

  // --- Sending

  async function send() {
    const sent = { text: text.value, files: [...draft.files] };
    if (!sent.text.trim() && !sent.files.length) return;
    draft.files = [];
    set("");
    suggestions.hide();
    const command = !place.thread && /^(\/[\w-]+)(?:\s+([\s\S]*))?$/.exec(sent.text.trimEnd());
    if (command) say(`Running ${command[1]}…`);
    const answer = command
      ? await act("command", { channel: place.channel, command: command[1], text: command[2] ?? "" })
      : await act("message", {
          channel: place.channel,
          text: sent.text,
          thread_ts: place.thread,
          broadcast: broadcast.checked || undefined,
          files: sent.files.length ? sent.files : undefined,
        });
    if (answer.ok) {
      if (command) say("");
      broadcast.checked = false;
      return onSent();
    }
    // Nothing typed is lost: it comes back, before whatever was typed meanwhile.
    draft.files = [...sent.files, ...draft.files];
    set([sent.text, text.value].filter(Boolean).join("\n"));
    suggestions.hide();
    say(answer.message, true);
  }

  function openShortcuts(anchor) {
    const shortcuts = store.workspace.shortcuts.filter(({ type }) => type === "global");
    const items = shortcuts.map(({ name, callback_id }) => ({
      label: name,
      detail: bot()?.real_name,
      icon: "bolt",
      onPick: async () => {
        const answer = await act("shortcut", { callback_id, channel: place.channel });
        if (!answer.ok) say(answer.message, true);
      },
    }));
    openMenu(anchor, [{ heading: items.length ? "Shortcuts" : "No app here has a shortcut" }, ...items], {
      label: "Shortcuts",
    });
  }

  refresh();
  showHint();
  return Object.assign(node, {
    focusText: () => text.focus(),
    attach,
    fillIn: (value) => {
      set(value);
      suggestions.hide();
      text.focus();
    },
  });
}
