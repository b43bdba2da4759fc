// The page's two wires to the server: acts as JSON posts, and the socket on which every change arrives.

// The workspace this page is of, as its address says; without one it is the first.
export const team = new URLSearchParams(location.search).get("team") ?? "";

export function doorTo(path) {
  const url = new URL(`/control/${path}`, location.href);
  if (team) url.searchParams.set("team", team);
  return url;
}

const UNREACHABLE = {
  ok: false,
  error: "unreachable",
  message: "The local workspace does not answer. Is it still running?",
};

async function ask(path, options) {
  try {
    const response = await fetch(doorTo(path), options);
    const answer = await response.json();
    if (!answer.ok && !answer.message)
      answer.message = `The workspace refused this (${answer.error ?? response.status}).`;
    return answer;
  } catch {
    return { ...UNREACHABLE };
  }
}

export function read(path) {
  return ask(path);
}

export function post(path, body) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

// Keeps a socket open for one person until the returned function is called; waits longer after each failure.
export function listen(user, { onEvent, onOnline }) {
  let socket;
  let timer;
  let failures = 0;
  let closed = false;

  function open() {
    const url = doorTo(`socket?user=${encodeURIComponent(user)}`);
    url.protocol = url.protocol.replace("http", "ws");
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      failures = 0;
      if (!closed) onEvent(JSON.parse(data));
    };
    socket.onopen = () => closed || onOnline(true);
    socket.onclose = () => {
      if (closed) return;
      onOnline(false);
      timer = setTimeout(open, Math.min(10_000, 400 * 2 ** failures++) * (0.75 + Math.random() / 2));
    };
  }

  open();
  return () => {
    closed = true;
    clearTimeout(timer);
    socket.close();
  };
}
