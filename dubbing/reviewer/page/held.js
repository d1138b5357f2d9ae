/**
 * Lines whose edit is kept but not saved: somebody else decided on them meanwhile ("contested"),
 * or the server refused the edit ("refused"). The reviewer chooses; nothing is overwritten.
 *
 * Signals: `held` (line id).
 */
((dubbing) => {
  "use strict";

  const CONTENT = ["verdict", "text", "candidate", "flags_accepted", "emotion", "voice",
    "lip_strength", "start_ms", "end_ms"];
  /** What belongs together where one author continues an edit. */
  const FIELDS = [["verdict"], ["text", "candidate", "flags_accepted"], ["emotion"], ["voice"],
    ["lip_strength"], ["start_ms", "end_ms"], ["note"]];
  /** Where two authors differ: a verdict is about all that is heard; a note stands by itself. */
  const BLOCKS = [CONTENT, ["note"]];

  const isEqual = (one, other, key) =>
    JSON.stringify(one?.[key] ?? null) === JSON.stringify(other?.[key] ?? null);

  const merged = (groups, base, mine, theirs) => {
    const result = { ...theirs, at: dubbing.now() };
    for (const keys of groups) {
      if (keys.every((key) => isEqual(base, mine, key))) continue;
      for (const key of keys) {
        if (mine?.[key] === undefined) delete result[key];
        else result[key] = mine[key];
      }
    }
    if (mine?.base) result.base = mine.base;
    delete result.by;
    return dubbing.saysSomething(result) ? result : null;
  };

  /** My later edit upon what the server made of my earlier one. */
  dubbing.rebased = (earlier, later, kept) => merged(FIELDS, earlier, later, kept);

  /** My edit, with what theirs has beside it. */
  dubbing.keptMine = ({ base, mine, theirs }) => merged(BLOCKS, base, mine, theirs);

  dubbing.Held = class extends dubbing.Signals {
    #lines = new Map();

    /** @returns {?{kind: "contested"|"refused", base: ?Decision, mine: ?Decision|undefined,
     *              theirs?: ?Decision, revision?: number, why?: string}} */
    get(id) {
      return this.#lines.get(id) || null;
    }

    /** @returns {[string, any][]} */
    get all() {
      return [...this.#lines];
    }

    /** @param {"contested"|"refused"} kind */
    has(kind) {
      return this.all.some(([, entry]) => entry.kind === kind);
    }

    /** `mine` is undefined while it is still being typed. */
    contest(id, { base, mine, theirs, revision }) {
      this.#put(id, { kind: "contested", base, mine, theirs, revision });
    }

    refuse(id, { base, mine, why }) {
      this.#put(id, { kind: "refused", base, mine, why });
    }

    /** An edit of a line that is held already. */
    update(id, changes) {
      this.#put(id, { ...this.#lines.get(id), ...changes });
    }

    drop(id) {
      if (this.#lines.delete(id)) this.emit("held", id);
    }

    #put(id, entry) {
      this.#lines.set(id, entry);
      this.emit("held", id);
    }
  };
})(window.dubbing);
