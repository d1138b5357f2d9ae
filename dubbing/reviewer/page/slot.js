/** When the line is said: its slot may be moved or its edges trimmed, as far as neighbours let. */
((dubbing) => {
  "use strict";

  const { make } = dubbing;
  const STEP_MS = 25;

  dubbing.SlotPanel = class {
    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.line = null;
      this.mode = "trim";
      const field = (id, label) =>
        make("input", { type: "number", id, step: STEP_MS, min: 0, "aria-label": label });
      this.start = field("slot-start", "Slot starts, milliseconds");
      this.end = field("slot-end", "Slot ends, milliseconds");
      this.facts = make("p", { class: "dim small", id: "slot-facts" });
      this.modes = ["trim", "slide"].map((mode) =>
        make("button", { type: "button", "data-mode": mode, "aria-pressed": String(mode === this.mode),
          text: mode === "trim" ? "Trim edges" : "Move slot", onclick: () => this.#setMode(mode) }));
      const nudge = (text, label, edge, way) =>
        make("button", { type: "button", text, "aria-label": label, title: label,
          onclick: () => this.nudge(edge, way) });
      this.reset = make("button", { type: "button", text: "Reset", onclick: () => this.#reset() });
      this.panel = dubbing.panel("Slot",
        make("div", { class: "row" },
          make("span", { class: "segments", role: "group", "aria-label": "What [ and ] do" }, ...this.modes),
          this.reset),
        make("div", { class: "row" }, make("span", { class: "edge" },
          make("label", { for: "slot-start", text: "from" }),
          nudge("−", "Start 25 ms earlier ( [ )", "start", -1), this.start,
          nudge("+", "Start 25 ms later (Shift+[ )", "start", 1)), make("span", { class: "edge" },
          make("label", { for: "slot-end", text: "to" }),
          nudge("−", "End 25 ms earlier (Shift+] )", "end", -1), this.end,
          nudge("+", "End 25 ms later ( ] )", "end", 1),
          make("span", { class: "dim", text: "ms" }))),
        this.facts);
      dubbing.byId("detail").append(this.panel);
      this.#listen();
    }

    #listen() {
      const keep = () => {
        const [start, end] = [Number(this.start.value), Number(this.end.value)];
        if (this.line && Number.isFinite(start) && Number.isFinite(end) && this.start.value && this.end.value) {
          this.app.review.slot(this.line, start, end);
        }
        this.#leave();
      };
      for (const field of [this.start, this.end]) {
        field.addEventListener("input", () => this.line && this.app.review.begin(this.line.id, "slot"));
        field.addEventListener("change", keep);
        dubbing.onLeaving(field, keep, () => this.#leave());
      }
    }

    /** What was typed is kept, or given up. */
    #leave() {
      const { line } = this;
      if (!line) return;
      this.app.review.finish(line.id, "slot");
      this.#fill();
    }

    #setMode(mode) {
      this.mode = mode;
      for (const button of this.modes) {
        button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
      }
    }

    #reset() {
      if (this.line) this.app.review.slot(this.line, this.line.start_ms, this.line.end_ms);
    }

    /**
     * One step of an edge, or of the whole slot in the mode that moves it.
     * @param {"start"|"end"} edge
     * @param {1|-1} way later or earlier
     */
    nudge(edge, way) {
      const { line } = this;
      if (!line || line.kept) return;
      const { start_ms, end_ms } = this.app.review.wished(line);
      if (this.mode === "slide") this.#slide(start_ms, end_ms, way * STEP_MS);
      else if (edge === "start") {
        this.app.review.slot(line, Math.min(start_ms + way * STEP_MS, end_ms - 100), end_ms);
      } else this.app.review.slot(line, start_ms, end_ms + way * STEP_MS);
    }

    #slide(start_ms, end_ms, by_ms) {
      const room_ms = by_ms < 0 ? this.line.earliest_ms - start_ms : this.line.latest_ms - end_ms;
      const step_ms = by_ms < 0 ? Math.max(by_ms, Math.min(0, room_ms)) : Math.min(by_ms, Math.max(0, room_ms));
      this.app.review.slot(this.line, start_ms + step_ms, end_ms + step_ms);
    }

    /** @param {?Line} line */
    show(line) {
      if (this.line && this.line.id !== line?.id) this.#leave();
      this.line = line;
      this.panel.hidden = !line || Boolean(line.kept);
      if (!this.panel.hidden) this.refresh(line);
    }

    /** @param {Line} line */
    refresh(line) {
      if (line.kept) return;
      this.#fill();
      const { start_ms, end_ms } = this.app.review.wished(line);
      const moved = [start_ms - line.start_ms, end_ms - line.end_ms];
      this.reset.disabled = !moved.some(Boolean);
      dubbing.setText(this.facts, `${dubbing.seconds(end_ms - start_ms)} long` +
        (moved.some(Boolean) ? `, start ${dubbing.signed(moved[0])}, end ${dubbing.signed(moved[1])}` : "") +
        `; free from ${dubbing.clock(line.earliest_ms, 2)} to ${dubbing.clock(line.latest_ms, 2)}`);
    }

    #fill() {
      if (!this.line || this.app.review.isEditing(this.line.id, "slot")) return;
      const { start_ms, end_ms } = this.app.review.wished(this.line);
      this.start.value = String(start_ms);
      this.end.value = String(end_ms);
      this.start.min = this.end.min = String(this.line.earliest_ms);
      this.start.max = this.end.max = String(this.line.latest_ms);
    }
  };
})(window.dubbing);
