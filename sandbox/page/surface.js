// One thing that shows blocks (a message, a note, a view), with what is filled in on it and the way its elements act.
import { confirmed } from "./dialog.js";
import { textOf } from "./mrkdwn.js";
import { act } from "./store.js";

const surfaces = new Map();

// The same surface for the same container, so that what is filled in outlives a redraw, as it does in Slack. No two
// containers ever have the same ids, so after a reset or a reconnect there is nothing to forget.
export function surfaceOf(container, state) {
  const key = JSON.stringify(container);
  if (!surfaces.has(key)) surfaces.set(key, new Surface(container, state));
  return surfaces.get(key);
}

export function forgetSurfaces() {
  surfaces.clear();
}

class Surface {
  constructor(container, state) {
    this.container = container;
    this.state = state?.values ?? {};
    this.held = new Map();
    this.present = new Map();
    this.unfolded = new Map(); // block id -> whether that container is open
  }

  // To be called before the blocks are drawn: what is no longer among them is no longer sent.
  redrawn() {
    this.present.clear();
  }

  // Where an element keeps its value. `initialFrom` reads it from the element, or from the same element's saved state.
  slot(block, element, initialFrom, toValue = (value) => value) {
    const key = JSON.stringify([block.block_id, element.action_id]);
    this.present.set(key, { block, element, toValue });
    if (!this.held.has(key)) {
      const saved = this.state[block.block_id]?.[element.action_id];
      this.held.set(key, initialFrom(saved ? asInitial(saved) : element));
    }
    return { get: () => this.held.get(key), set: (value) => this.held.set(key, value) };
  }

  values() {
    const values = {};
    for (const [key, { block, element, toValue }] of this.present) {
      values[block.block_id] ??= {};
      values[block.block_id][element.action_id] = toValue(this.held.get(key));
    }
    return values;
  }

  // Presses, chooses or enters: asks first if the element says so, shows that it is on its way, and says what went wrong.
  async act(node, block, element, value) {
    if (node.getAttribute("aria-busy") === "true") return false;
    if (element.confirm && !(await confirmed(wordsOf(element.confirm)))) return false;
    node.setAttribute("aria-busy", "true");
    explain(node, "");
    const answer = await act("action", {
      container: this.container,
      block_id: block.block_id,
      action_id: element.action_id,
      value,
      values: this.values(),
    });
    node.removeAttribute("aria-busy");
    if (!answer.ok) explain(node, answer.message);
    return answer.ok;
  }

  async options(block, element, typed) {
    const answer = await act("options", {
      container: this.container,
      block_id: block.block_id,
      action_id: element.action_id,
      value: typed,
    });
    if (!answer.ok) throw new Error(answer.message);
    return answer;
  }
}

function asInitial(saved) {
  return Object.fromEntries(
    Object.entries(saved).map(([name, value]) => [
      /^(rich_text_)?value$/.test(name) ? "initial_value" : name.replace(/^selected_/, "initial_"),
      value,
    ]),
  );
}

function wordsOf({ title, text, confirm, deny, style }) {
  return { title: textOf(title), text: textOf(text), confirm: textOf(confirm), deny: textOf(deny), style };
}

// Puts a sentence in the place its block keeps for that, or takes it away.
export function explain(node, sentence) {
  const slot = node.closest("[data-block]")?.querySelector(":scope > .block-error");
  if (!slot) return;
  slot.textContent = sentence;
  slot.hidden = !sentence;
}
