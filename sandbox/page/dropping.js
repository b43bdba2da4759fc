// Files dropped on a pane go into the box people write in there, as in Slack.
const holdsFiles = (event) => Boolean(event.dataTransfer?.types.includes("Files"));

// `take` is given what is dropped anywhere on `pane`.
export function takesFiles(pane, take) {
  const show = (isOver) => pane.classList.toggle("is-dropped-on", isOver);
  pane.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    show(true);
  });
  pane.addEventListener("dragleave", ({ relatedTarget }) => pane.contains(relatedTarget) || show(false));
  pane.addEventListener("drop", (event) => {
    show(false);
    if (!holdsFiles(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}

// A browser opens a file that is dropped beside a pane, and what was being written would be gone.
export function keepPage() {
  for (const kind of ["dragover", "drop"])
    addEventListener(kind, (event) => {
      if (!holdsFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    });
}
