/**
 * What the reviewer has decided so far, line by line, and how to take it back.
 *
 * A decision holds only what shall differ; a key that is missing means "as it is". Where
 * decisions are kept (browser or server) is the keeper's affair: an object with
 * `save(id, decision, before)` and, if it has its own history, `undo()` and `redo()`.
 *
 * Signals: `decision` (line id), `line` (line id), `history`, `select` (line id).
 */
((dubbing) => {
  "use strict";

  const ONE_EDIT_MS = 900; // presses in a row on the same thing are one step of undo
  const SHORTEST_SLOT_MS = 100;

  dubbing.Review = class extends dubbing.Signals {
    #decisions = new Map();
    #done = [];
    #undone = [];

    /** @param {Project} project */
    constructor(project) {
      super();
      this.project = project;
      this.keeper = null;
      this.lines = project.lines;
      this.byId = new Map(this.lines.map((line) => [line.id, line]));
      this.speakers = new Map(project.speakers.map((speaker) => [speaker.id, speaker]));
      for (const line of this.lines) {
        if (line.decision) this.#decisions.set(line.id, line.decision);
      }
    }

    /** @returns {?Decision} */
    decision(id) {
      return this.#decisions.get(id) || null;
    }

    /** @returns {[string, Decision][]} */
    get decisions() {
      return [...this.#decisions];
    }

    /** @returns {"kept"|"accepted"|"rejected"|"edited"|"locked"|"open"} */
    state(line) {
      if (line.kept) return "kept";
      const decision = this.decision(line.id);
      if (decision && decision.verdict) return decision.verdict;
      if (dubbing.WISHES.some((key) => decision && key in decision)) return "edited";
      return line.locked && !decision ? "locked" : "open";
    }

    isDecided(line) {
      return ["accepted", "rejected", "locked"].includes(this.state(line));
    }

    /** Whether the line is another than the one that was decided on. */
    isChanged(line) {
      const decision = this.decision(line.id);
      return Boolean(dubbing.saysSomething(decision) && decision.base) &&
        decision.base !== line.hash;
    }

    get progress() {
      const asked = this.lines.filter((line) => !line.kept);
      return { decided: asked.filter((line) => this.isDecided(line)).length, all: asked.length };
    }

    /** The line as it would be with its decision. */
    wished(line) {
      const decision = this.decision(line.id) || {};
      const heard = line.delivery || line.emotion || { label: "neutral", intensity: 0.5 };
      const timing = line.timing || {};
      return {
        text: decision.text ?? line.says,
        emotion: decision.emotion ?? { label: heard.label, intensity: heard.intensity },
        voice: decision.voice ?? line.voice,
        lip_strength: decision.lip_strength ?? timing.lip_strength ?? this.project.lip_strength,
        start_ms: decision.start_ms ?? line.start_ms,
        end_ms: decision.end_ms ?? line.end_ms,
        note: decision.note ?? "",
      };
    }

    /**
     * Wish something of a line; `undefined` means "as it is" again.
     * @param {Line} line
     * @param {Partial<Decision>} change
     */
    edit(line, change) {
      if (line.kept && Object.keys(change).some((key) => key !== "note")) return;
      const next = { ...this.decision(line.id), ...change };
      for (const [key, value] of Object.entries(change)) {
        if (value === undefined || value === "") delete next[key];
      }
      next.at = dubbing.now();
      next.base = line.hash;
      delete next.by; // whoever signs the file has said it
      const before = this.decision(line.id);
      if (dubbing.sameDecision(before, next) && before && before.base === line.hash) return;
      this.#record([{ id: line.id, before, after: this.#orNothing(line, next) }], change);
    }

    /** What came with the project cannot be forgotten in silence: an empty decision says so. */
    #orNothing(line, decision) {
      if (dubbing.saysSomething(decision)) return decision;
      return line.decision ? { at: dubbing.now(), base: line.hash } : null;
    }

    /** Drop the key if it says what is so anyway, unless it is so because it was asked for. */
    wish(line, key, value, asItIs) {
      const wasAsked = line.decision && key in line.decision;
      this.edit(line, { [key]: value === asItIs && !wasAsked ? undefined : value });
    }

    /** @param {Line} line @param {string} text */
    say(line, text) {
      const trimmed = text.trim().slice(0, dubbing.LONGEST_TEXT);
      const wasAsked = line.decision && "text" in line.decision;
      const isSame = trimmed === line.says.trim() && !wasAsked;
      const index = line.candidates.findIndex((candidate) => candidate.text === trimmed);
      this.edit(line, {
        text: isSame ? undefined : trimmed,
        candidate: isSame || index < 0 ? undefined : index,
      });
    }

    /** Within neighbours, and never shorter than can be said. */
    slot(line, start_ms, end_ms) {
      const low = Math.min(line.earliest_ms, line.start_ms);
      const high = Math.max(line.latest_ms, line.end_ms);
      const start = Math.round(Math.max(low, Math.min(start_ms, high - SHORTEST_SLOT_MS)));
      const end = Math.round(Math.min(high, Math.max(end_ms, start + SHORTEST_SLOT_MS)));
      const asked = line.decision || {};
      this.edit(line, {
        start_ms: start === line.start_ms && !("start_ms" in asked) ? undefined : start,
        end_ms: end === line.end_ms && !("end_ms" in asked) ? undefined : end,
      });
    }

    clear(line) {
      const before = this.decision(line.id);
      if (before) this.#record([{ id: line.id, before, after: this.#orNothing(line, {}) }], {});
    }

    /** Several at once, as one step: an import. */
    take(entries) {
      this.#record(
        entries.map(([id, after]) => ({ id, before: this.decision(id), after })),
        {},
      );
    }

    /** From the keeper: no history, nothing to save. */
    adopt(id, decision) {
      this.#put(id, decision);
    }

    /** A line that was dubbed anew. @param {Line} line */
    replace(line) {
      const old = this.byId.get(line.id);
      if (!old) return;
      this.lines[this.lines.indexOf(old)] = line;
      this.byId.set(line.id, line);
      if (line.decision) this.#decisions.set(line.id, line.decision);
      else this.#decisions.delete(line.id);
      this.emit("line", line.id);
    }

    #put(id, decision) {
      if (decision) this.#decisions.set(id, decision);
      else this.#decisions.delete(id);
      this.emit("decision", id);
    }

    #record(steps, change) {
      const keys = Object.keys(change).join();
      const last = this.#done.at(-1);
      const now = Date.now();
      const isSameEdit = last && keys.endsWith("_ms") && last.keys === keys &&
        last.steps[0].id === steps[0].id && now - last.at < ONE_EDIT_MS;
      if (isSameEdit) {
        last.steps[0].after = steps[0].after;
        last.at = now;
      } else this.#done.push({ steps, keys, at: now });
      this.#undone = [];
      for (const step of steps) this.#apply(step.id, step.after);
      this.emit("history");
    }

    #apply(id, decision) {
      const before = this.decision(id);
      this.#put(id, decision);
      if (this.keeper) this.keeper.save(id, decision, before);
    }

    get canUndo() {
      return Boolean(this.keeper && this.keeper.undo) || this.#done.length > 0;
    }

    get canRedo() {
      return Boolean(this.keeper && this.keeper.redo) || this.#undone.length > 0;
    }

    undo() {
      if (this.keeper && this.keeper.undo) this.keeper.undo();
      else this.#travel(this.#done, this.#undone, "before", "Nothing to undo.");
    }

    redo() {
      if (this.keeper && this.keeper.redo) this.keeper.redo();
      else this.#travel(this.#undone, this.#done, "after", "Nothing to redo.");
    }

    #travel(from, to, side, nothing) {
      const step = from.pop();
      if (!step) {
        dubbing.announce(nothing);
        return;
      }
      to.push({ ...step, at: 0 });
      for (const one of step.steps) this.#apply(one.id, one[side]);
      this.emit("history");
      this.emit("select", step.steps[0].id);
    }
  };
})(window.dubbing);
