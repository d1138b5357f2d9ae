/**
 * Decisions kept on the live server: one at a time, in order, the newest of each line only.
 * The server counts revisions; when another tab was faster its word stands, unless it was about
 * another line, for then there is nothing to quarrel about.
 */
((dubbing) => {
  "use strict";

  const RETRY_MS = 2000;
  const MOST_ATTEMPTS = 5;

  dubbing.ServerKeeper = class {
    #waiting = new Map(); // line id -> {decision, before}
    #sending = null;
    #current = null;

    /** @param {any} app @param {(state: string) => void} tell */
    constructor(app, tell) {
      this.app = app;
      this.review = app.review;
      this.server = app.server;
      this.tell = tell;
      this.revision = app.project.revision || 0;
      this.server.on("decision", (told) => this.#told(told));
    }

    /** Whether the reviewer knows better than the server at the moment. */
    isPending(id) {
      return this.#waiting.has(id) || this.#current === id;
    }

    #told({ line, decision, revision }) {
      const isNews = revision >= this.revision;
      this.revision = Math.max(this.revision, revision);
      const isNew = isNews && !this.isPending(line);
      if (isNew && !dubbing.sameDecision(decision, this.review.decision(line))) {
        this.review.adopt(line, decision);
      }
    }

    /** @param {string} id @param {?Decision} decision @param {?Decision} before */
    save(id, decision, before) {
      const waiting = this.#waiting.get(id);
      this.#waiting.set(id, { decision, before: waiting ? waiting.before : before });
      if (!this.#sending) {
        this.#sending = this.#sendAll().finally(() => {
          this.#sending = null;
        });
      }
    }

    async #sendAll() {
      this.tell("saving");
      while (this.#waiting.size) {
        const [[id, entry]] = this.#waiting;
        this.#waiting.delete(id);
        this.#current = id;
        const isTaken = await this.#send(id, entry);
        this.#current = null;
        if (isTaken) continue;
        if (!this.#waiting.has(id)) this.#waiting.set(id, entry);
        this.tell("unsaved");
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
      this.tell("saved");
    }

    /** @returns {Promise<boolean>} false to try again later */
    async #send(id, { decision, before }) {
      const path = `/api/lines/${encodeURIComponent(id)}/decision`;
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
        let answer = null;
        try {
          answer = await this.server.ask("PUT", path, { decision, revision: this.revision });
          if (answer.status === 409) {
            const theirs = await answer.json();
            this.revision = Math.max(this.revision, theirs.revision);
            if (dubbing.sameDecision(theirs.decision, before)) continue;
            this.#yield(id, theirs.decision);
            return true;
          }
          if (answer.ok) this.revision = Math.max(this.revision, (await answer.json()).revision);
        } catch {
          return false;
        }
        if (answer.status >= 500) return false;
        if (!answer.ok) await this.#refused(id, before, answer);
        return true;
      }
      return false;
    }

    #yield(id, decision) {
      this.#waiting.delete(id);
      this.review.adopt(id, decision);
      const { number } = this.review.byId.get(id);
      dubbing.announce(`Line ${number} was decided in another tab meanwhile; that is shown now.`, "warn");
    }

    async #refused(id, before, answer) {
      this.#waiting.delete(id);
      this.review.adopt(id, before);
      const { number } = this.review.byId.get(id);
      const { error } = await answer.json().catch(() => ({}));
      const why = error ? `: ${dubbing.visible(String(error), 300)}` : ` (${answer.status}).`;
      dubbing.announce(`The server refused what was decided on line ${number}${why}`, "bad");
    }

    undo() {
      return this.#travel("/api/undo", "Nothing to undo.");
    }

    redo() {
      return this.#travel("/api/redo", "Nothing to redo.");
    }

    async #travel(path, nothing) {
      await this.#sending;
      try {
        const answer = await this.server.ask("POST", path);
        if (answer.status === 204) dubbing.announce(nothing);
        if (answer.status !== 200) return;
        const { line, decision, revision } = await answer.json();
        this.revision = Math.max(this.revision, revision);
        this.review.adopt(line, decision);
        this.review.emit("select", line);
      } catch {
        dubbing.announce("The server does not answer.", "bad");
      }
    }
  };
})(window.dubbing);
