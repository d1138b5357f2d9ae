/** The dialog that lists every key. */
((dubbing) => {
  "use strict";

  const { make, byId } = dubbing;

  /** @param {any} app */
  dubbing.makeHelp = (app) => {
    const rows = dubbing.shortcuts(app).map(({ shown, does }) =>
      make("div", { class: "key-row" },
        make("dt", {}, make("kbd", { text: shown })), make("dd", { text: does })));
    const dialog = byId("help");
    dialog.append(
      make("h2", { id: "help-title", text: "Keyboard" }),
      make("p", { class: "dim", text: "Shortcuts rest while you type in a field. On the timeline: click to go there, Ctrl+wheel zooms, the edges of the selected line can be dragged." }),
      make("dl", { class: "keys" }, ...rows),
      make("form", { method: "dialog", class: "row end" },
        make("button", { type: "submit", class: "main", text: "Close" })),
    );
    byId("help-button").addEventListener("click", () => dialog.showModal());
  };
})(window.dubbing);
