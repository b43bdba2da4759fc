// What a person would wince at, or could not use at all, on the page as it is now; a sentence for each.
() => {
  const found = new Set();
  const seen = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const labelOf = (node) =>
    node.getAttribute("aria-label") ||
    (node.getAttribute("aria-labelledby") ?? "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join("") ||
    [...(node.labels ?? [])].map((label) => label.textContent).join("") ||
    (/^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) ? "" : node.textContent) ||
    node.title;

  for (const node of all("button, a[href], input, select, textarea, [role='tab'], [role='combobox'], [role='dialog']"))
    if (!labelOf(node).trim()) found.add(`has no name: ${node.outerHTML.slice(0, 100)}`);

  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.add(`two have the id ${id}`);

  for (const pane of all("nav, main, aside")) {
    let level = 0;
    for (const heading of [...pane.querySelectorAll("h1, h2, h3, h4")].filter(seen)) {
      const next = Number(heading.tagName[1]);
      if (level && next > level + 1) found.add(`“${heading.textContent}” is an h${next} under an h${level}`);
      level = next;
    }
  }

  // --- Contrast, as WCAG 2 computes it

  const colour = (css) => {
    const [red, green, blue, alpha = 1] = css.match(/[\d.]+/g).map(Number);
    return css.startsWith("color(srgb") ? [red * 255, green * 255, blue * 255, alpha] : [red, green, blue, alpha];
  };
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3]));
  const groundOf = (node) => {
    if (!node) return [255, 255, 255];
    const own = colour(getComputedStyle(node).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, groundOf(node.parentElement));
  };
  const light = (rgb) => {
    const [red, green, blue] = rgb.map((part) =>
      part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const check = (node, css, words) => {
    const ground = groundOf(node);
    const [dark, bright] = [light(over(colour(css), ground)), light(ground)].sort((one, other) => one - other);
    const contrast = (bright + 0.05) / (dark + 0.05);
    if (contrast < 4.5) found.add(`is hard to read, at ${contrast.toFixed(2)}: “${words.trim().slice(0, 40)}”`);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { textContent, parentElement } = texts.currentNode;
    if (!/[\p{L}\p{N}]/u.test(textContent) || !seen(parentElement)) continue;
    if (parentElement.closest(".sr-only, noscript, :disabled")) continue;
    check(parentElement, getComputedStyle(parentElement).color, textContent);
  }
  for (const box of all("input, textarea"))
    if (box.placeholder) check(box, getComputedStyle(box, "::placeholder").color, box.placeholder);

  if (document.documentElement.scrollWidth > innerWidth) found.add("scrolls sideways");
  for (const node of all("button, a[href], input, select")) {
    const { left, right, width } = node.getBoundingClientRect();
    if (width && right > innerWidth + 1 && left < innerWidth) found.add(`is cut off: ${node.outerHTML.slice(0, 100)}`);
  }
  return [...found];
}
