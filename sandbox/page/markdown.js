// Draws the `markdown` block: the everyday part of Markdown (headings, lists, quotes, fences, tables, emphasis, links).
import { h } from "./dom.js";
import { link, plainText } from "./mrkdwn.js";

const SPAN =
  /(`[^`]+`)|(\*\*|__)(?=\S)(.+?)\2|(~~)(?=\S)(.+?)~~|([*_])(?=\S)(.+?)\6|\[([^\]]+)\]\(([^)\s]+)\)/;

function spans(text) {
  const found = SPAN.exec(text);
  if (!found) return plainText(text);
  const [whole, code, , strong, , struck, , em, label, url] = found;
  const node = code
    ? h("code", {}, code.slice(1, -1))
    : strong
      ? h("strong", {}, spans(strong))
      : struck
        ? h("s", {}, spans(struck))
        : em
          ? h("em", {}, spans(em))
          : link(url, label);
  return [...plainText(text.slice(0, found.index)), node, ...spans(text.slice(found.index + whole.length))];
}

const cells = (row) =>
  row
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function table([head, , ...rows]) {
  return h(
    "div",
    { class: "table-scroll" },
    h(
      "table",
      { class: "table" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          cells(head).map((cell) => h("th", {}, spans(cell))),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            cells(row).map((cell) => h("td", {}, spans(cell))),
          ),
        ),
      ),
    ),
  );
}

// Each kind of paragraph: how its first line is known, whether a further line belongs to it, and how it is drawn.
const KINDS = [
  {
    is: /^#{1,6} /,
    takes: () => false,
    draw: ([line]) => h("p", { class: "markdown-heading" }, h("strong", {}, spans(line.replace(/^#+ /, "")))),
  },
  { is: /^([-*_] ?){3,}$/, takes: () => false, draw: () => h("hr", { class: "divider" }) },
  {
    is: /^> ?/,
    takes: (line) => /^> ?/.test(line),
    draw: (lines) => h("blockquote", {}, spans(lines.map((l) => l.replace(/^> ?/, "")).join("\n"))),
  },
  {
    is: /^\s*[-*+] /,
    takes: (line) => /^\s*[-*+] /.test(line),
    draw: (lines) =>
      h(
        "ul",
        {},
        lines.map((l) => h("li", {}, spans(l.replace(/^\s*[-*+] /, "")))),
      ),
  },
  {
    is: /^\s*\d+[.)] /,
    takes: (line) => /^\s*\d+[.)] /.test(line),
    draw: (lines) =>
      h(
        "ol",
        {},
        lines.map((l) => h("li", {}, spans(l.replace(/^\s*\d+[.)] /, "")))),
      ),
  },
  {
    is: /^\|.*\|\s*$/,
    takes: (line) => /^\|.*\|\s*$/.test(line),
    draw: (lines) => (lines.length > 1 ? table(lines) : h("p", {}, spans(lines[0]))),
  },
];

export function markdown(text) {
  const box = h("div", { class: "mrkdwn markdown" });
  const rows = text.split("\n");
  for (let at = 0; at < rows.length;) {
    if (!rows[at].trim()) at += 1;
    else if (rows[at].startsWith("```")) {
      const end = rows.findIndex((row, n) => n > at && row.startsWith("```"));
      const to = end < 0 ? rows.length : end;
      box.append(h("pre", {}, rows.slice(at + 1, to).join("\n")));
      at = to + 1;
    } else {
      const kind = KINDS.find(({ is }) => is.test(rows[at])) ?? {
        takes: (line) => line.trim() && !line.startsWith("```") && !KINDS.some(({ is }) => is.test(line)),
        draw: (lines) => h("p", {}, spans(lines.join("\n"))),
      };
      let to = at + 1;
      while (to < rows.length && kind.takes(rows[to])) to += 1;
      box.append(kind.draw(rows.slice(at, to)));
      at = to;
    }
  }
  return box;
}
