/**
 * What the reviewer has decided so far, line by line, and how to take it back.
 *
 * A decision holds only what shall differ; a key that is missing means "as it is". Where
 * decisions are kept (browser or server) is the keeper's affair: an object with
 * `save(id, decision, before)`, `keepMine(id)` and `takeTheirs(id)`. Undo goes back through what
 * was done on this page, and leaves alone what somebody else has changed since.
 *
 * Signals: `decision` (line id), `line` (line id), `history`, `select` (line id), `finish` (line id:
 * none of its fields is being edited any more).
 */
((dubbing) => {
  "use strict";

  const ONE_EDIT_MS = 900; // presses in a row on the same thing are one step of undo
  const SHORTEST_SLOT_MS = 100;

  dubbing.Review = class extends dubbing.Signals {
    #decisions = new Map();
    #done = [];
    #undone = [];
    #editing = new Map(); // line id -> fields that hold what is not kept yet

    /** @param {Project} project */
    constructor(project) {
      super();
      this.project = project;
      this.keeper = null;
      this.held = new dubbing.Held();
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

    /** The flags of a line but for those that the reviewer accepted. @returns {string[]} */
    flags(line) {
      const accepted = this.decision(line.id)?.flags_accepted || [];
      return line.flags.filter((flag) => !accepted.includes(dubbing.faultOf(flag)));
    }

    isFlagged(line) {
      return this.flags(line).length > 0 || this.isChanged(line) || this.held.get(line.id) !== null;
    }

    /** A field of the line holds something that is not kept yet. */
    begin(id, field) {
      if (!this.#editing.has(id)) this.#editing.set(id, new Set());
      this.#editing.get(id).add(field);
    }

    /** What the field held is kept, or given up. */
    finish(id, field) {
      const fields = this.#editing.get(id);
      if (!fields || !fields.delete(field) || fields.size) return;
      this.#editing.delete(id);
      this.emit("finish", id);
    }

    /** Whether a field of the line (or of any line) is being edited. */
    isEditing(id = null, field = null) {
      if (id === null) return this.#editing.size > 0;
      const fields = this.#editing.get(id);
      return Boolean(fields) && (field === null || fields.has(field));
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
        ...(trimmed === this.wished(line).text ? {} : { flags_accepted: undefined }),
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

    /** What was sent is kept, and as it was kept: the server may have added to it. */
    settle(id, sent, kept) {
      for (const { steps } of [...this.#done, ...this.#undone]) {
        for (const step of steps) {
          for (const side of ["before", "after"]) {
            if (step.id === id && step[side] === sent) step[side] = kept;
          }
        }
      }
      if (this.decision(id) === sent && !dubbing.sameDecision(sent, kept)) this.#put(id, kept);
    }

    /** A step that was taken already and can be taken back. */
    remember(id, before, after) {
      this.#done.push({ steps: [{ id, before, after }], keys: "", at: 0 });
      this.#undone = [];
      this.emit("history");
    }

    /** A line that was dubbed anew; what is decided of it stays. @param {Line} line */
    replace(line) {
      const old = this.byId.get(line.id);
      if (!old) return;
      this.lines[this.lines.indexOf(old)] = line;
      this.byId.set(line.id, line);
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
      return this.#done.length > 0;
    }

    get canRedo() {
      return this.#undone.length > 0;
    }

    undo() {
      this.#travel(this.#done, this.#undone, "after", "before", "Nothing to undo.");
    }

    redo() {
      this.#travel(this.#undone, this.#done, "before", "after", "Nothing to redo.");
    }

    #travel(from, to, here, there, nothing) {
      const taken = from.pop();
      if (!taken) {
        dubbing.announce(nothing);
        return;
      }
      const steps = taken.steps.filter((step) => dubbing.sameDecision(this.decision(step.id), step[here]));
      for (const step of steps) {
        step[here] = this.decision(step.id);
        step[there] = step[there] && { ...step[there], at: dubbing.now() };
        this.#apply(step.id, step[there]);
      }
      if (steps.length) to.push({ ...taken, steps, at: 0 });
      if (steps.length < taken.steps.length) this.#tellChanged(taken.steps, steps);
      this.emit("history");
      this.emit("select", taken.steps[0].id);
    }

    #tellChanged(all, travelled) {
      const left = all.filter((step) => !travelled.includes(step));
      const numbers = left.map(({ id }) => this.byId.get(id).number).join(", ");
      dubbing.announce(`Changed since, so left as it is: line ${numbers}.`, "warn");
    }
  };
})(window.dubbing);
