// Asks yes or no before something is done, in the page's words or in a bot's confirm object.
import { h } from "./dom.js";

export function confirmed({ title, text, confirm = "Yes", deny = "Cancel", style }) {
  return new Promise((resolve) => {
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const dialog = h(
      "dialog",
      { class: "dialog is-small", "aria-labelledby": "confirm-title" },
      h("h2", { id: "confirm-title", class: "dialog-title" }, title),
      h("div", { class: "dialog-body mrkdwn" }, text),
      h(
        "footer",
        { class: "dialog-foot" },
        h("button", { type: "button", class: "button", onclick: () => finish(false) }, deny),
        h(
          "button",
          {
            type: "button",
            class: `button is-${style === "danger" ? "danger" : "primary"}`,
            autofocus: true,
            onclick: () => finish(true),
          },
          confirm,
        ),
      ),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
