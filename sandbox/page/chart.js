// The charts of a `data_visualization` block as SVG, with the same numbers in a table for those who do not see them.
import { h, svg } from "./dom.js";

const WIDTH = 460;
const HEIGHT = 240;
const EDGE = { top: 16, right: 8, bottom: 44, left: 44 };
const ACROSS = WIDTH - EDGE.left - EDGE.right;
const DOWN = HEIGHT - EDGE.top - EDGE.bottom;
const RADIUS = 95;
const LABEL_WIDTH = 46; // where there is less room, only every second or third is written
const ROUGHLY = 4; // lines across, so that a value can be read

export function drawChart({ title, chart }) {
  const { type } = chart;
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", { class: "chart-title" }, title),
    type === "pie" ? drawPie(title, chart.segments) : drawPlot(title, chart),
    legend(type === "pie" ? chart.segments.map(share(chart.segments)) : chart.series.map(({ name }) => name)),
    type === "pie"
      ? table(title, ["", "Value"], chart.segments.map(({ label, value }) => [label, value]))
      : table(
          title,
          ["", ...chart.series.map(({ name }) => name)],
          chart.axis_config.categories.map((label) => [label, ...chart.series.map(at(label))]),
        ),
  );
}

const at = (label) => (series) => series.data.find((point) => point.label === label)?.value ?? 0;

const share = (segments) => {
  const all = segments.reduce((sum, { value }) => sum + value, 0);
  return ({ label, value }) => `${label}, ${Math.round((100 * value) / all)}%`;
};

const picture = (title, ...parts) =>
  svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title }, parts);

function legend(names) {
  return h(
    "ul",
    { class: "chart-legend", "aria-hidden": "true" },
    names.map((name, n) => h("li", {}, h("span", { class: `chart-key series-${n + 1}` }), name)),
  );
}

function table(title, head, rows) {
  return h(
    "table",
    { class: "unseen" },
    h("caption", {}, title),
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
    h(
      "tbody",
      {},
      rows.map(([label, ...values]) =>
        h("tr", {}, h("th", { scope: "row" }, label), values.map((value) => h("td", {}, String(value)))),
      ),
    ),
  );
}

function drawPlot(title, { type, series, axis_config: axes }) {
  const { categories } = axes;
  const values = series.flatMap((each) => each.data.map(({ value }) => value));
  const ticks = scale(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [ticks[0], ticks[ticks.length - 1]];
  const y = (value) => EDGE.top + (DOWN * (high - value)) / (high - low);
  const step = ACROSS / categories.length;
  const middle = (n) => EDGE.left + step * (n + 0.5);
  const every = Math.ceil(LABEL_WIDTH / step);
  const draw = { bar: bars, line: lines, area: areas }[type];
  return picture(
    title,
    ticks.map((tick) => [
      svg("line", { class: "chart-grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(tick), y2: y(tick) }),
      words(EDGE.left - 6, y(tick) + 4, tick, "end"),
    ]),
    draw(series, categories, { y, step, middle }),
    categories.map((label, n) => n % every === 0 && words(middle(n), HEIGHT - 26, label)),
    axes.x_label && words(EDGE.left + ACROSS / 2, HEIGHT - 6, axes.x_label, "middle", "chart-axis"),
    axes.y_label &&
      svg(
        "text",
        { class: "chart-axis", "text-anchor": "middle", transform: `translate(12 ${EDGE.top + DOWN / 2}) rotate(-90)` },
        axes.y_label,
      ),
  );
}

const words = (x, y, text, anchor = "middle", kind = "chart-label") =>
  svg("text", { class: kind, x, y, "text-anchor": anchor }, String(text));

function bars(series, categories, { y, step, middle }) {
  const wide = Math.min(34, (step * 0.8) / series.length);
  return categories.map((label, n) =>
    series.map((each, m) => {
      const value = at(label)(each);
      const x = middle(n) + wide * (m - series.length / 2);
      const [above, below] = [y(Math.max(value, 0)), y(Math.min(value, 0))];
      return [
        svg("rect", { class: `series-${m + 1}`, x: x + 1, y: above, width: wide - 2, height: below - above, rx: 2 }),
        words(x + wide / 2, above - 4, value, "middle", "chart-value"),
      ];
    }),
  );
}

function lines(series, categories, { y, middle }) {
  return series.map((each, m) => [
    svg("polyline", {
      class: `chart-line series-${m + 1}`,
      points: categories.map((label, n) => `${middle(n)},${y(at(label)(each))}`).join(" "),
    }),
    categories.map((label, n) =>
      svg("circle", { class: `series-${m + 1}`, cx: middle(n), cy: y(at(label)(each)), r: 4 }),
    ),
  ]);
}

function areas(series, categories, { y, middle }) {
  return series.map((each, m) => {
    const edge = categories.map((label, n) => `${middle(n)},${y(at(label)(each))}`);
    const floor = [`${middle(categories.length - 1)},${y(0)}`, `${middle(0)},${y(0)}`];
    return svg("polygon", { class: `chart-area series-${m + 1}`, points: [...edge, ...floor].join(" ") });
  });
}

function drawPie(title, segments) {
  const all = segments.reduce((sum, { value }) => sum + value, 0);
  const [x, y] = [WIDTH / 2, HEIGHT / 2];
  let turned = -0.25;
  const slices = segments.map(({ label, value }, n) => {
    const part = value / all;
    if (part > 0.9999) return svg("circle", { class: `series-${n + 1}`, cx: x, cy: y, r: RADIUS });
    const edge = (turn) =>
      `${x + RADIUS * Math.cos(2 * Math.PI * turn)} ${y + RADIUS * Math.sin(2 * Math.PI * turn)}`;
    const d = `M ${x} ${y} L ${edge(turned)} A ${RADIUS} ${RADIUS} 0 ${part > 0.5 ? 1 : 0} 1 ${edge(turned + part)} Z`;
    turned += part;
    return svg("path", { class: `series-${n + 1}`, d }, svg("title", {}, `${label}: ${value}`));
  });
  return picture(title, slices);
}

// Round numbers from below the lowest value to above the highest, a few steps apart.
function scale(lowest, highest) {
  const rough = (highest - lowest || 1) / ROUGHLY;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const whole = [lowest, highest].every(Number.isInteger) ? Math.max(1, Math.ceil(step)) : step;
  const ticks = [];
  const first = Math.floor(lowest / whole);
  for (let n = first; n * whole < highest || ticks.length < 2; n += 1) ticks.push(round(n * whole));
  if (ticks[ticks.length - 1] < highest) ticks.push(round(ticks[ticks.length - 1] + whole));
  return ticks;
}

const round = (number) => Number(number.toFixed(6));
