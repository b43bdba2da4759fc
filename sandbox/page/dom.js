// Builds and refreshes DOM nodes; no other module makes an element, and none is ever made from a string of markup.

export function h(tag, props, ...children) {
  return furnish(document.createElement(tag), props, children);
}

export function svg(tag, props, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function furnish(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "style") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

// Makes the parent's children match the items, `{key, signature, build}`, keeping every node whose signature is the
// same as before: what a person is typing, choosing or reading in one row survives a change in another.
export function fill(parent, items) {
  const kept = new Map([...parent.children].map((node) => [node.__key, node]));
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  const wanted = items.map(({ key, signature = "", build }) => {
    const old = kept.get(key);
    if (old && old.__signature === signature) return old;
    return Object.assign(build(), { __key: key, __signature: signature });
  });
  const wantedSet = new Set(wanted);
  for (const node of [...parent.childNodes]) if (!wantedSet.has(node)) node.remove();
  wanted.forEach((node, at) => {
    if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null);
  });
  if (focused && !parent.contains(document.activeElement)) refocus(parent, focused);
}

export function refocus(root, key) {
  root.querySelector(`[data-focus="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

// Says a sentence to screen readers without moving anything on the page.
export function announce(sentence) {
  const announcer = document.getElementById("announcer");
  announcer.append(h("p", {}, sentence));
  while (announcer.childElementCount > 5) announcer.firstElementChild.remove();
}

// A text box that is as tall as what is in it, up to the limit its style sets.
export function growing(textarea) {
  const fit = () => {
    textarea.style.height = "auto";
    textarea.style.height = `${textarea.scrollHeight + textarea.offsetHeight - textarea.clientHeight}px`;
  };
  textarea.addEventListener("input", fit);
  requestAnimationFrame(fit);
  return fit;
}
