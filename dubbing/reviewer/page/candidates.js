/** Other translations that the program weighed; one press takes one. */
((dubbing) => {
  "use strict";

  const { make } = dubbing;

  /** A fold of the details column. */
  dubbing.panel = (title, ...children) =>
    make("details", { class: "panel", open: true }, make("summary", { text: title }), ...children);

  dubbing.Candidates = class {
    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.list = make("div", { class: "candidates" });
      this.panel = dubbing.panel("Candidates", this.list);
      dubbing.byId("detail").append(this.panel);
    }

    /** @param {?Line} line */
    show(line) {
      const has = Boolean(line && !line.kept && line.candidates.length);
      this.panel.hidden = !has;
      if (has) this.refresh(line);
    }

    /** @param {Line} line */
    refresh(line) {
      const { text } = this.app.review.wished(line);
      const held = document.activeElement && document.activeElement.dataset.candidate;
      this.list.replaceChildren(
        ...line.candidates.map((candidate, i) => this.#row(line, candidate, i, candidate.text === text)),
      );
      if (held !== undefined && this.list.children[held]) this.list.children[held].focus();
    }

    #row(line, candidate, index, isTaken) {
      const { film } = this.app.project;
      const fact = (name, value) => (typeof value === "number" ? [`${name} ${value.toFixed(2)}`] : []);
      const facts = [
        ...fact("worth", candidate.total),
        ...fact("engine", candidate.score),
        ...fact("back", candidate.reverse),
        ...fact("fit", candidate.fit),
        dubbing.visible(candidate.origin || "", 30),
      ].filter(Boolean);
      const seconds = candidate.natural_ms ? dubbing.seconds(candidate.natural_ms) : "";
      return make(
        "button",
        { type: "button", class: "candidate", "data-candidate": index,
          "aria-pressed": String(isTaken), onclick: () => this.app.review.say(line, candidate.text) },
        make("span", { class: "says" }, dubbing.spoken(candidate.text, film.target)),
        make("span", { class: "seconds", text: seconds }),
        make("span", { class: "dim small" }, make("bdi", { text: facts.join(" · ") })),
        ...(candidate.flags || []).map((flag) =>
          make("span", { class: "badge warn", text: dubbing.visible(flag, 40) })),
      );
    }
  };
})(window.dubbing);
