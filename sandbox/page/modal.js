// Draws the top of the stack of modals, and submits or closes it.
import { drawBlocks } from "./blocks.js";
import { h, refocus } from "./dom.js";
import { icon } from "./icons.js";
import { textOf } from "./mrkdwn.js";
import { closePopover } from "./popover.js";
import { act, store } from "./store.js";
import { explain, surfaceOf } from "./surface.js";

let dialog = null;
let shown = null; // {id, signature} of the view that is drawn
let opener = null; // what had the focus before the first modal

export function drawModal() {
  const view = store.modals.at(-1);
  if (!view) return shut();
  const signature = JSON.stringify([
    view.hash,
    view.blocks,
    view.title,
    view.submit,
    view.close,
    store.modals.length,
  ]);
  if (shown?.id === view.id && shown.signature === signature) return;
  if (!dialog) {
    opener = document.activeElement;
    dialog = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    // A browser may close a dialog whatever the page says; the bot must hear of that too.
    dialog.addEventListener("close", () => dialog && close());
    document.body.append(dialog);
  }
  closePopover();
  const again = shown?.id === view.id;
  const focused = again
    ? dialog.contains(document.activeElement) && document.activeElement.dataset.focus
    : undefined;
  const scrolled = again ? dialog.querySelector(".dialog-body")?.scrollTop : 0;
  const surface = surfaceOf({ type: "view", view_id: view.id }, view.state);
  shown = { id: view.id, signature };
  dialog.replaceChildren(form(view, surface));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(".dialog-body").scrollTop = scrolled;
  if (focused) refocus(dialog, focused);
  else if (!again) focusFirst();
}

function shut() {
  if (!dialog) return;
  const old = dialog;
  dialog = null;
  shown = null;
  closePopover();
  old.close();
  old.remove();
  if (opener?.isConnected) opener.focus();
}

function focusFirst() {
  const first =
    dialog.querySelector(".dialog-body [autofocus]") ??
    dialog.querySelector(".dialog-body :is(input, textarea, button)") ??
    dialog.querySelector(".dialog-foot button:last-child");
  first?.focus();
}

function form(view, surface) {
  const body = h(
    "div",
    { class: "dialog-body" },
    drawBlocks(view.blocks, surface),
    h("p", { class: "form-error", role: "alert", hidden: true }),
  );
  const deeper = store.modals.length > 1;
  return h(
    "form",
    {
      class: "modal-form",
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        submit(view, surface);
      },
    },
    h(
      "header",
      { class: "dialog-head" },
      deeper &&
        h(
          "button",
          { type: "button", class: "tool", "aria-label": "Back", title: "Back", onclick: close },
          icon("back"),
        ),
      h("h2", { id: "modal-title", class: "dialog-title" }, textOf(asText(view.title))),
      h(
        "button",
        { type: "button", class: "tool", "aria-label": "Close", title: "Close (Esc)", onclick: close },
        icon("close"),
      ),
    ),
    body,
    h(
      "footer",
      { class: "dialog-foot" },
      h(
        "button",
        { type: "button", class: "button", onclick: close },
        textOf(asText(view.close ?? (view.submit ? "Cancel" : "Close"))),
      ),
      view.submit &&
        h("button", { type: "submit", class: "button is-primary submit" }, textOf(asText(view.submit))),
    ),
  );
}

const asText = (given) => (typeof given === "string" ? { type: "plain_text", text: given } : given);

async function close() {
  const view = store.modals.at(-1);
  if (!view) return;
  const answer = await act("view/close", { view_id: view.id });
  if (!answer.ok) complain(answer.message);
}

async function submit(view, surface) {
  complain("");
  for (const block of dialog.querySelectorAll("[data-block]")) explain(block, "");
  const button = dialog.querySelector(".submit");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const answer = await act("view/submit", { view_id: view.id, values: surface.values() });
  button.removeAttribute("aria-busy");
  if (answer.errors) showErrors(view.id, answer.errors);
  else if (!answer.ok) complain(answer.message);
}

function complain(sentence) {
  const slot = dialog?.querySelector(".form-error");
  if (!slot) return;
  slot.textContent = sentence;
  slot.hidden = !sentence;
}

// Sentences under the blocks they are about, from the submit's answer or over the socket.
export function showErrors(viewId, errors) {
  if (shown?.id !== viewId || !dialog) return;
  const blocks = Object.entries(errors).map(([blockId, sentence]) => {
    const block = dialog.querySelector(`[data-block="${CSS.escape(blockId)}"]`);
    if (block) explain(block, sentence);
    else complain(sentence);
    return block;
  });
  const first = blocks.find(Boolean);
  first?.scrollIntoView({ block: "nearest" });
  first?.querySelector("input, textarea, button")?.focus({ preventScroll: true });
}
