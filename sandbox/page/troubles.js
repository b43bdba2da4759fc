// Trouble on demand: what the next event meets on its way to the bot, or the bot's next call.
import { h } from "./dom.js";
import { post } from "./wire.js";

const SECONDS = 5;
const TROUBLES = [
  {
    heading: "On the way to the bot",
    kinds: [
      ["It arrives twice", "The next event is delivered twice, as Slack does when an answer got lost.", "trouble", { kind: "twice" }],
      ["It gets lost", "The next event never arrives.", "trouble", { kind: "lost" }],
      ["It is late", `The next event arrives ${SECONDS} seconds late.`, "trouble", { kind: "delayed", seconds: SECONDS }],
      ["Out of order", "The next two events arrive the other way round.", "trouble", { kind: "reordered", times: 2 }],
      ["Once more", "The last event is sent again, now.", "redeliver", {}],
    ],
  },
  {
    heading: "When the bot calls",
    kinds: [
      ["Too many calls", `The next call is refused, with ${SECONDS} seconds to wait.`, "fault", { kind: "rate_limited", seconds: SECONDS }],
      ["Slack fails", "The next call meets an error of the server, 503.", "fault", { kind: "server_error" }],
      ["Cut off before", "The connection drops before the next call has done anything.", "fault", { kind: "drop_before" }],
      ["Cut off after", "The next call does what it asks, but its answer is lost.", "fault", { kind: "drop_after" }],
      ["Slow", `The next call is answered after ${SECONDS} seconds.`, "fault", { kind: "slow", seconds: SECONDS }],
      ["Nothing may be deleted", "The next call meets a workspace that has to keep everything.", "fault", { kind: "compliance" }],
      ["A new connection", "The bot is asked to connect again, as every few hours.", "disconnect", {}],
    ],
  },
];

export function troublePart() {
  const note = h("p", { class: "panel-note", role: "status" });
  const cause = async (name, path, body) => {
    const answer = await post(path, path === "fault" ? { method: "*", ...body } : body);
    note.textContent = answer.ok ? `${name}: it is on its way.` : answer.message;
  };
  return [
    h("p", { class: "quiet" }, "Have something go wrong once, and watch what the bot makes of it."),
    note,
    TROUBLES.map(({ heading, kinds }) =>
      h(
        "details",
        { class: "troubles" },
        h("summary", {}, heading),
        h(
          "ul",
          {},
          kinds.map(([name, words, path, body]) =>
            h(
              "li",
              { class: "trouble" },
              h("span", {}, h("strong", {}, name), h("span", { class: "quiet" }, words)),
              h(
                "button",
                {
                  type: "button",
                  class: "button is-small",
                  "aria-label": `Cause: ${name}`,
                  onclick: () => cause(name, path, body),
                },
                "Cause",
              ),
            ),
          ),
        ),
      ),
    ),
  ];
}
