/**
 * Decisions kept on the live server: one at a time, in order, the newest of each line only.
 *
 * Every line has the revision in which this page knows it; the server refuses an edit of a line
 * that was decided on since (409), and the reviewer chooses. Until the server has confirmed an
 * edit, the browser keeps it too (unsaved.js), whatever becomes of the server or of this tab.
 */
((dubbing) => {
  "use strict";

  const RETRY_MS = 2000;
  const ENDED = [401, 403];
  const ELSEWHERE = [410, 421]; // another film or another host answers here now
  const LATER = [408, 425, 429];

  /** Whether it is what we sent: a rejection comes back with the text of the next candidate. */
  const isOurs = (theirs, sent) => {
    if (dubbing.sameDecision(theirs, sent)) return true;
    if (!theirs || !sent || theirs.at !== sent.at || sent.verdict !== "rejected" || sent.text) return false;
    return dubbing.sameDecision({ ...theirs, text: undefined, flags_accepted: undefined },
      { ...sent, flags_accepted: undefined });
  };

  dubbing.ServerKeeper = class {
    #seen = new Map(); // line id -> revision in which this page knows it
    #waiting = new Map(); // line id -> {decision, base, sent: what was sent and not answered}
    #flying = null; // {id, entry} under way
    #later = new Map(); // line id -> news that came while its edit was under way
    #sending = null;
    #trouble = ""; // why the last attempt failed: unsaved, ended, elsewhere
    #connection = ""; // lost or ended, where nothing waits

    /** @param {any} app @param {(state: string) => void} tell */
    constructor(app, tell) {
      this.app = app;
      this.review = app.review;
      this.held = app.review.held;
      this.server = app.server;
      this.tell = tell;
      this.revision = app.project.revision || 0;
      this.unsaved = new dubbing.Unsaved(app.project);
      this.server.on("decision", ({ line, decision, revision }) => this.news(line, decision, revision));
      this.review.on("finish", (id) => this.#finished(id));
    }

    /** Whether an edit of the line is on its way to the server. */
    isPending(id) {
      return this.#waiting.has(id) || this.#flying?.id === id;
    }

    #seenOf(id) {
      return this.#seen.get(id) ?? this.revision;
    }

    // -- what others decide --------------------------------------------------------------------

    /** What stands on the server since `revision`. */
    news(id, decision, revision) {
      if (!this.review.byId.has(id) || revision <= this.#seenOf(id)) return;
      if (this.isPending(id)) { // its answer says who was first
        const known = this.#later.get(id);
        if (!known || known.revision < revision) this.#later.set(id, { decision, revision });
        return;
      }
      const held = this.held.get(id);
      const known = this.review.decision(id);
      if (held) this.#contest(id, { base: held.base, mine: held.mine, theirs: decision, revision });
      else if (dubbing.sameDecision(decision, known)) this.#seen.set(id, revision);
      else if (this.review.isEditing(id)) {
        this.#contest(id, { base: known, mine: undefined, theirs: decision, revision });
      } else {
        this.#seen.set(id, revision);
        this.review.adopt(id, decision);
      }
    }

    #contest(id, { base, mine, theirs, revision }) {
      const isSame = mine !== undefined &&
        dubbing.sameDecision(dubbing.keptMine({ base, mine, theirs }), theirs);
      if (isSame || dubbing.sameDecision(base, theirs)) {
        this.#seen.set(id, revision);
        this.held.drop(id);
        if (isSame) this.review.adopt(id, theirs);
        else if (mine !== undefined) this.#wait(id, { decision: mine, base: theirs, sent: [] });
      } else {
        this.held.contest(id, { base, mine, theirs, revision });
        const { number } = this.review.byId.get(id);
        dubbing.announce(`Line ${number} was changed ${dubbing.byWhom(theirs)} meanwhile: ` +
          "choose in the line (Y keeps yours, T takes theirs).", "warn");
      }
      this.#store();
    }

    /** Nothing of the line is being typed any more. */
    #finished(id) {
      const held = this.held.get(id);
      if (!held || held.kind !== "contested" || held.mine !== undefined) return;
      this.takeTheirs(id);
    }

    keepMine(id) {
      const held = this.held.get(id);
      if (!held) return;
      if (held.mine === undefined) { // nothing was kept of what was being typed
        this.takeTheirs(id);
        return;
      }
      this.held.drop(id);
      if (held.kind === "refused") this.#wait(id, { decision: held.mine, base: held.base, sent: [] });
      else {
        this.#seen.set(id, held.revision);
        this.review.adopt(id, held.theirs);
        this.review.take([[id, dubbing.keptMine(held)]]);
      }
      this.#store();
    }

    takeTheirs(id) {
      const held = this.held.get(id);
      if (!held) return;
      this.held.drop(id);
      if (held.kind === "contested") this.#seen.set(id, held.revision);
      const standing = held.kind === "contested" ? held.theirs : held.base;
      if (held.mine !== undefined) this.review.remember(id, held.mine, standing);
      this.review.adopt(id, standing);
      this.#store();
    }

    // -- what we decide ------------------------------------------------------------------------

    /** @param {string} id @param {?Decision} decision @param {?Decision} before */
    save(id, decision, before) {
      const held = this.held.get(id);
      if (held && held.kind === "contested") {
        this.held.update(id, { mine: decision });
        this.#store();
        return;
      }
      if (held) this.held.drop(id);
      const waiting = this.#waiting.get(id);
      this.#wait(id, { decision, base: waiting ? waiting.base : held ? held.base : before,
        sent: waiting ? waiting.sent : [] });
    }

    /** Edits of an earlier tab or session; a line that was decided on since is contested. */
    restore(edits) {
      for (const [id, { decision, base }] of Object.entries(edits)) {
        const standing = this.review.decision(id);
        if (!this.review.byId.has(id) || dubbing.sameDecision(standing, decision)) continue;
        if (dubbing.sameDecision(standing, base)) this.review.take([[id, decision]]);
        else {
          this.review.adopt(id, decision);
          this.#contest(id, { base, mine: decision, theirs: standing, revision: this.#seenOf(id) });
        }
      }
    }

    #wait(id, entry) {
      this.#waiting.set(id, entry);
      this.#store();
      if (!this.#sending) {
        this.#sending = this.#sendAll().finally(() => {
          this.#sending = null;
          this.report();
        });
      }
    }

    async #sendAll() {
      while (this.#waiting.size) {
        const [[id, entry]] = this.#waiting;
        this.#waiting.delete(id);
        this.#flying = { id, entry };
        this.report();
        this.#trouble = await this.#send(id, entry);
        this.#flying = null;
        if (this.#trouble) this.#keepWaiting(id, entry);
        else this.#hearLater(id);
        this.#store();
        if (this.#trouble) await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }

    #keepWaiting(id, { decision, base, sent }) {
      const newer = this.#waiting.get(id);
      this.#waiting.set(id, { decision: newer ? newer.decision : decision, base, sent });
    }

    #hearLater(id) {
      const later = this.#later.get(id);
      if (!later || this.isPending(id)) return; // the answer to the newer edit will tell
      this.#later.delete(id);
      this.news(id, later.decision, later.revision);
    }

    /** @returns {Promise<string>} what the trouble is; empty if the server took or refused it */
    async #send(id, entry) {
      const { film } = this.app.project;
      entry.sent.push(entry.decision);
      let answer = null;
      let said = null;
      try {
        answer = await this.server.ask("PUT", `/api/lines/${encodeURIComponent(id)}/decision`, {
          decision: entry.decision, revision: this.#seenOf(id), film: film.fingerprint,
          language: film.target.code,
        });
        said = await answer.json().catch(() => null);
      } catch {
        return "unsaved";
      }
      const { status } = answer;
      if (ENDED.includes(status)) return "ended";
      if (ELSEWHERE.includes(status)) return "elsewhere";
      if (status >= 500 || LATER.includes(status)) return "unsaved";
      if ((answer.ok || status === 409) && !said) return "unsaved"; // cut off in the middle
      this.#connection = "";
      if (answer.ok) this.#saved(id, entry.decision, said);
      else if (status === 409) this.#outrun(id, entry, said);
      else this.#refused(id, entry, said, status);
      return "";
    }

    /** The server has `sent`; it may have added to it. */
    #saved(id, sent, { decision = sent, revision }) {
      this.#seen.set(id, revision);
      const newer = this.#waiting.get(id);
      if (newer) {
        const next = dubbing.rebased(sent, newer.decision, decision);
        this.#waiting.set(id, { decision: next, base: decision, sent: [] });
        this.review.settle(id, newer.decision, next);
      }
      this.review.settle(id, sent, decision);
    }

    #outrun(id, entry, { decision: theirs, revision }) {
      const ours = entry.sent.find((sent) => isOurs(theirs, sent));
      if (ours !== undefined) { // its answer was lost on the way
        if (ours !== entry.decision && !this.#waiting.has(id)) this.#waiting.set(id, { ...entry });
        this.#saved(id, ours, { decision: theirs, revision });
        return;
      }
      const newer = this.#waiting.get(id);
      this.#waiting.delete(id);
      this.#later.delete(id);
      const mine = newer ? newer.decision : entry.decision;
      this.#contest(id, { base: entry.base, mine, theirs, revision });
    }

    #refused(id, entry, said, status) {
      const newer = this.#waiting.get(id);
      if (newer) { // which may be the remedy
        newer.base = entry.base;
        newer.sent = [];
        return;
      }
      const why = said && said.error ? dubbing.visible(String(said.error), 300) : `error ${status}`;
      this.held.refuse(id, { base: entry.base, mine: entry.decision, why });
      const { number } = this.review.byId.get(id);
      dubbing.announce(`Line ${number} is not saved: ${why}`, "bad");
    }

    // -- how it stands -------------------------------------------------------------------------

    /** What is not on the server. @returns {Object<string, {decision: ?Decision, base: ?Decision}>} */
    get edits() {
      const flying = this.#flying ? [[this.#flying.id, this.#flying.entry]] : [];
      const entries = [...flying, ...this.#waiting].map(([id, { decision, base }]) =>
        [id, { decision, base }]);
      const held = this.held.all.filter(([, { mine }]) => mine !== undefined)
        .map(([id, { mine, base }]) => [id, { decision: mine, base }]);
      return Object.fromEntries([...held, ...entries]);
    }

    #store() {
      this.unsaved.keep(this.edits);
      this.report();
    }

    /** @param {"lost"|"ended"|"elsewhere"|""} connection as the stream of news has it */
    connected(connection) {
      this.#connection = connection;
      this.report();
    }

    report() {
      const isPending = this.#waiting.size > 0 || this.#flying !== null;
      if (isPending && this.#trouble) this.tell(this.#trouble);
      else if (this.held.has("contested")) this.tell("contested");
      else if (this.held.has("refused")) this.tell("refused");
      else if (isPending) this.tell("saving");
      else this.tell({ lost: "lost", ended: "over", elsewhere: "over" }[this.#connection] || "saved");
    }
  };
})(window.dubbing);
