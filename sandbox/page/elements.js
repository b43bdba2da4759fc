// Block Kit's interactive elements: buttons, choices, dates and text inputs; selects have their own file.
import { growing, h } from "./dom.js";
import { icon } from "./icons.js";
import { link, textOf } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { typedOf } from "./richtext.js";
import { drawSelect } from "./selects.js";
import { store } from "./store.js";
import { explain } from "./surface.js";
import { localMoment, momentOf } from "./time.js";

let serial = 0;

// `dispatches` says whether a change is told to the bot at once; `labelledBy` is the id of the label, if there is one.
export function drawElement(element, context) {
  const draw = ELEMENTS[element.type];
  if (!draw) return undrawn(`element type ${element.type}`);
  return draw(element, {
    ...context,
    id: `element-${++serial}`,
    focus: `${context.block.block_id}/${element.action_id}`,
  });
}

export function undrawn(what) {
  return h("p", { class: "undrawn" }, `${what} is not drawn here`);
}

const ELEMENTS = {
  button: drawButton,
  overflow: drawOverflow,
  static_select: drawSelect,
  external_select: drawSelect,
  users_select: drawSelect,
  conversations_select: drawSelect,
  channels_select: drawSelect,
  multi_static_select: drawSelect,
  multi_external_select: drawSelect,
  multi_users_select: drawSelect,
  multi_conversations_select: drawSelect,
  multi_channels_select: drawSelect,
  radio_buttons: drawChoices,
  checkboxes: drawChoices,
  datepicker: (element, context) => drawMoment(element, context, "date"),
  timepicker: (element, context) => drawMoment(element, context, "time"),
  datetimepicker: (element, context) => drawMoment(element, context, "datetime-local"),
  plain_text_input: drawText,
  number_input: drawText,
  email_text_input: drawText,
  url_text_input: drawText,
  rich_text_input: (element, context) => drawText({ ...element, multiline: true }, context),
  image: (element) => drawImage(element, "thumbnail"),
};

// --- Buttons -----------------------------------------------------------------------------------------------------

function drawButton(element, { block, surface, focus }) {
  const shownTo = element.visible_to_user_ids;
  if (shownTo?.length && !shownTo.includes(store.me.id)) return null;
  const press = ({ currentTarget }) => {
    // Slack opens the address and tells the bot as well.
    if (element.url) link(element.url).click();
    surface.act(currentTarget, block, element);
  };
  return h(
    "button",
    {
      type: "button",
      class: `button${element.style ? ` is-${element.style}` : ""}`,
      "aria-label": element.accessibility_label,
      dataset: { focus },
      onclick: press,
    },
    textOf(element.text),
  );
}

function drawOverflow(element, { block, surface, focus }) {
  const pick = (button, option) => {
    if (option.url) link(option.url).click();
    surface.act(button, block, element, option.value);
  };
  const open = ({ currentTarget }) =>
    openMenu(
      currentTarget,
      element.options.map((option) => ({
        label: textOf(option.text),
        detail: option.description && textOf(option.description),
        onPick: () => pick(currentTarget, option),
      })),
      { align: "end", label: "More actions" },
    );
  return h(
    "button",
    {
      type: "button",
      class: "button is-icon",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      dataset: { focus },
      onclick: open,
    },
    icon("more"),
  );
}

// --- Radio buttons and checkboxes --------------------------------------------------------------------------------

function drawChoices(element, { block, surface, dispatches, labelledBy, id, focus }) {
  const many = element.type === "checkboxes";
  const slot = surface.slot(block, element, (given) =>
    many ? (given.initial_options ?? []).map(({ value }) => value) : (given.initial_option?.value ?? null),
  );
  const isChosen = (value) => (many ? slot.get().includes(value) : slot.get() === value);
  const box = h("div", {
    class: "choices",
    role: many ? "group" : "radiogroup",
    "aria-labelledby": labelledBy,
  });
  const change = async (value) => {
    const before = slot.get();
    slot.set(!many ? value : before.includes(value) ? before.filter((v) => v !== value) : [...before, value]);
    explain(box, "");
    if (!dispatches || (await surface.act(box, block, element, slot.get()))) return;
    slot.set(before);
    show();
  };
  const show = () =>
    box.replaceChildren(
      ...element.options.map((option, n) => {
        const input = h("input", {
          type: many ? "checkbox" : "radio",
          name: id,
          value: option.value,
          dataset: { focus: `${focus}/${n}` },
          onchange: () => change(option.value),
        });
        input.checked = isChosen(option.value);
        return h(
          "label",
          { class: "choice" },
          input,
          h(
            "span",
            {},
            textOf(option.text),
            option.description && h("small", {}, textOf(option.description)),
          ),
        );
      }),
    );
  show();
  return box;
}

// --- Dates and times ---------------------------------------------------------------------------------------------

function drawMoment(element, context, type) {
  const { block, surface, dispatches, labelledBy, focus } = context;
  const { initial, shown, taken } = MOMENTS[type];
  const slot = surface.slot(block, element, (given) => given[initial] ?? null);
  const show = () => (input.value = slot.get() === null ? "" : shown(slot.get()));
  const input = h("input", {
    class: "field is-moment",
    type,
    "aria-labelledby": labelledBy,
    "aria-label": labelledBy ? undefined : (element.placeholder?.text ?? "Choose a time"),
    title: element.placeholder?.text ?? element.timezone,
    autofocus: element.focus_on_load,
    dataset: { focus },
    onchange: async () => {
      const before = slot.get();
      slot.set(input.value ? taken(input.value) : null);
      explain(input, "");
      if (!dispatches || (await surface.act(input, block, element, slot.get()))) return;
      slot.set(before);
      show();
    },
  });
  show();
  return input;
}

const asItIs = (value) => value;
const MOMENTS = {
  date: { initial: "initial_date", shown: asItIs, taken: asItIs },
  time: { initial: "initial_time", shown: asItIs, taken: asItIs },
  "datetime-local": { initial: "initial_date_time", shown: localMoment, taken: momentOf },
};

// --- Text --------------------------------------------------------------------------------------------------------

const INPUT_TYPES = {
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  plain_text_input: "text",
};

function drawText(element, { block, surface, dispatches, labelledBy, focus }) {
  const slot = surface.slot(
    block,
    element,
    ({ initial_value: initial }) => (typeof initial === "object" ? typedOf(initial) : (initial ?? "")),
    (value) => (value === "" ? null : value),
  );
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer;
  const tell = () => dispatches && surface.act(input, block, element, slot.get());
  const props = {
    class: "field",
    value: slot.get(),
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    autocomplete: "off",
    "aria-labelledby": labelledBy,
    "aria-label": labelledBy ? undefined : element.placeholder?.text,
    dataset: { focus },
    autofocus: element.focus_on_load,
    oninput: () => {
      slot.set(input.value);
      explain(input, "");
      if (!triggers.includes("on_character_entered")) return;
      clearTimeout(timer);
      timer = setTimeout(tell, 300);
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.shiftKey || !dispatches || !triggers.includes("on_enter_pressed"))
        return;
      event.preventDefault();
      tell();
    },
  };
  const input = element.multiline
    ? h("textarea", { ...props, rows: 3 })
    : h("input", {
        ...props,
        type: INPUT_TYPES[element.type],
        step: element.type === "number_input" ? (element.is_decimal_allowed ? "any" : "1") : undefined,
        min: element.min_value,
        max: element.max_value,
      });
  if (element.multiline) growing(input);
  return input;
}

// --- Pictures ----------------------------------------------------------------------------------------------------

// Only pictures that are in the page already; anything else would be a request to elsewhere.
export function drawImage({ image_url: url, alt_text: alt }, kind) {
  if (url?.startsWith("data:image/"))
    return h("img", { class: `image is-${kind}`, src: url, alt: alt ?? "" });
  return h(
    "span",
    { class: `image is-absent is-${kind}`, title: "Pictures from elsewhere are not fetched" },
    alt || "picture",
  );
}
