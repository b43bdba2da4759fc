// Block Kit's blocks, drawn on a surface.
import { drawChart } from "./chart.js";
import { h } from "./dom.js";
import { drawElement, drawImage, undrawn } from "./elements.js";
import { markdown } from "./markdown.js";
import { textOf } from "./mrkdwn.js";
import { richText } from "./richtext.js";

let serial = 0;

export function drawBlocks(blocks, surface) {
  surface.redrawn();
  return h(
    "div",
    { class: "blocks" },
    blocks.map((block) => drawBlock(block, surface)),
  );
}

function drawBlock(block, surface) {
  const draw = BLOCKS[block.type];
  return h(
    "div",
    { class: `block block-${block.type}`, dataset: { block: block.block_id } },
    draw ? draw(block, surface) : undrawn(`block type ${block.type}`),
    h("p", { class: "block-error", role: "alert", hidden: true }),
  );
}

const rich = (...nodes) => h("div", { class: "mrkdwn" }, nodes);

// A title over other blocks; one that folds is remembered as the reader left it.
function drawContainer(block, surface) {
  const { title, rich_text_title: richTitle, subtitle, icon, width = "standard" } = block;
  const head = h(
    "div",
    { class: "container-head" },
    icon && drawImage(icon, "icon"),
    h(
      "div",
      {},
      h("strong", { class: "container-title" }, richTitle ? richText(richTitle) : textOf(title)),
      subtitle && h("div", { class: "container-subtitle mrkdwn" }, textOf(subtitle)),
    ),
  );
  const body = h(
    "div",
    { class: "container-body" },
    block.child_blocks.map((child) => drawBlock(child, surface)),
  );
  const classes = `container is-${width}${block.has_header_divider ? " has-divider" : ""}`;
  if (!block.is_collapsible) return h("section", { class: classes }, head, body);
  const open = surface.unfolded.get(block.block_id) ?? !block.default_collapsed;
  const fold = h(
    "details",
    { class: classes, open, ontoggle: () => surface.unfolded.set(block.block_id, fold.open) },
    h("summary", { dataset: { focus: `fold/${block.block_id}` } }, head),
    body,
  );
  return fold;
}

const BLOCKS = {
  container: drawContainer,
  section({ text, fields, accessory, ...rest }, surface) {
    const block = { ...rest, type: "section" };
    return h(
      "div",
      { class: "section" },
      h(
        "div",
        { class: "section-text" },
        text && rich(textOf(text)),
        fields &&
          h(
            "div",
            { class: "fields" },
            fields.map((field) => rich(textOf(field))),
          ),
      ),
      accessory &&
        h(
          "div",
          { class: "section-accessory" },
          drawElement(accessory, { block, surface, dispatches: true }),
        ),
    );
  },
  header: ({ text }) => h("h3", { class: "block-heading" }, textOf(text)),
  divider: () => h("hr", { class: "divider" }),
  context: ({ elements }) =>
    h(
      "div",
      { class: "context" },
      elements.map((item) => (item.type === "image" ? drawImage(item, "icon") : rich(textOf(item)))),
    ),
  actions: drawActions,
  input: drawInput,
  image: (block) =>
    h(
      "figure",
      { class: "figure" },
      block.title && h("figcaption", {}, textOf(block.title)),
      drawImage(block, "wide"),
    ),
  rich_text: richText,
  markdown: ({ text }) => markdown(text),
  table: drawTable,
  data_visualization: drawChart,
  alert: ({ level = "default", text }) =>
    h("div", { class: `alert is-${level}`, role: "note" }, rich(textOf(text))),
};

function drawActions(block, surface) {
  return h(
    "div",
    { class: "actions" },
    block.elements.map((element) => drawElement(element, { block, surface, dispatches: true })),
  );
}

function drawInput(block, surface) {
  const id = `label-${++serial}`;
  return h(
    "div",
    { class: "input" },
    h(
      "div",
      { class: "input-label", id },
      textOf(block.label),
      block.optional && h("span", { class: "input-optional" }, " (optional)"),
    ),
    drawElement(block.element, {
      block,
      surface,
      dispatches: Boolean(block.dispatch_action),
      labelledBy: id,
    }),
    block.hint && h("p", { class: "input-hint" }, textOf(block.hint)),
  );
}

function cellText(cell) {
  if (cell.type === "rich_text") return richText(cell);
  return cell.text ?? (cell.value === undefined ? "" : String(cell.value));
}

function drawTable({ rows, column_settings: settings = [] }) {
  const cell = (tag) => (content, n) =>
    h(
      tag,
      { class: `align-${settings[n]?.align ?? "left"}${settings[n]?.is_wrapped ? " is-wrapped" : ""}` },
      cellText(content),
    );
  const [head, ...body] = rows;
  return h(
    "div",
    { class: "table-scroll" },
    h(
      "table",
      { class: "table" },
      h("thead", {}, h("tr", {}, head.map(cell("th")))),
      h(
        "tbody",
        {},
        body.map((row) => h("tr", {}, row.map(cell("td")))),
      ),
    ),
  );
}
