/** In the line: mine and theirs side by side, and the choice between them; or why it was refused. */
((dubbing) => {
  "use strict";

  const { make } = dubbing;
  const SHOWN = [
    ["Translation", ({ text }, line) => text ?? line.says],
    ["Verdict", ({ verdict }) => verdict || "none"],
    ["Emotion", ({ emotion }) => emotion ? `${emotion.label} ${dubbing.fixed(emotion.intensity)}` : "as it is"],
    ["Voice", ({ voice }) => voice || "as it is"],
    ["Lip strength", ({ lip_strength }) => dubbing.fixed(lip_strength)],
    ["Slot", ({ start_ms, end_ms }, line) => `${start_ms ?? line.start_ms} to ${end_ms ?? line.end_ms} ms`],
    ["Accepted flags", ({ flags_accepted }) => (flags_accepted || []).join(", ") || "none"],
    ["Note", ({ note }) => note || "none"],
  ];

  dubbing.ContestPanel = class {
    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.words = make("p", { role: "alert" });
      this.table = make("table");
      this.mine = make("button", { type: "button", id: "keep-mine", class: "main",
        onclick: () => app.review.keeper.keepMine(app.selected.id) });
      this.theirs = make("button", { type: "button", id: "take-theirs",
        onclick: () => app.review.keeper.takeTheirs(app.selected.id) });
      this.box = make("div", { class: "contest", role: "group", "aria-label": "Not saved", hidden: true },
        this.words, this.table, make("div", { class: "row" }, this.mine, this.theirs));
    }

    /** @param {Line} line */
    show(line) {
      const held = this.app.review.held.get(line.id);
      this.box.hidden = !held;
      if (!held) return;
      const isRefused = held.kind === "refused";
      const dot = /[.!?]$/.test(held.why || "") ? "" : ".";
      dubbing.setText(this.words, isRefused ? `Not saved: ${held.why}${dot}` :
        `Changed ${dubbing.byWhom(held.theirs)} meanwhile. Yours is not saved yet.`);
      this.mine.textContent = isRefused ? "Try again (Y)" : "Keep mine (Y)";
      this.theirs.textContent = isRefused ? "Take my edit back (T)" : "Take theirs (T)";
      this.table.hidden = isRefused;
      if (!isRefused) this.table.replaceChildren(...this.#rows(line, held));
    }

    #rows(line, held) {
      const mine = (held.mine === undefined ? null : dubbing.keptMine(held)) || {};
      const theirs = held.theirs || {};
      const isTyped = held.mine === undefined;
      const rows = SHOWN.map(([name, of]) => [name, isTyped ? "being edited" : of(mine, line), of(theirs, line),
        of(held.base || {}, line)]);
      const differ = rows.filter(([, ours, others, base]) => (isTyped ? others !== base : ours !== others));
      const cell = (text) => make("td", {}, make("bdi", { text: dubbing.visible(String(text), 400) }));
      return [
        make("thead", {}, make("tr", {}, make("td"), make("th", { scope: "col", text: "Mine" }),
          make("th", { scope: "col", text: "Theirs" }))),
        make("tbody", {}, ...differ.map(([name, ours, others]) =>
          make("tr", {}, make("th", { scope: "row", text: name }), cell(ours), cell(others)))),
      ];
    }
  };
})(window.dubbing);
