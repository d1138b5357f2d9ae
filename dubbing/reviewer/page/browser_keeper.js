/** Decisions kept in the browser as they are made, for a page without a server. */
((dubbing) => {
  "use strict";

  /** What a browser remembers, or null where it may not. */
  dubbing.remembered = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  /** @returns {boolean} whether it could */
  dubbing.remember = (key, value) => {
    try {
      localStorage.setItem(key, value);
      return true;
    } catch {
      return false;
    }
  };

  dubbing.forget = (key) => {
    try {
      localStorage.removeItem(key);
    } catch {
      // what may not be kept is not there
    }
  };

  /** @returns {string[]} */
  dubbing.keysRemembered = (prefix) => {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  };

  dubbing.BrowserKeeper = class {
    #kept = {};

    /** @param {any} review @param {(state: string) => void} tell */
    constructor(review, tell) {
      const { film } = review.project;
      this.key = `dubbing-review:${film.fingerprint}:${film.target.code}`;
      this.review = review;
      this.tell = tell;
      this.#adopt(dubbing.remembered(this.key));
      window.addEventListener("storage", (event) => {
        if (event.key === this.key) this.#adopt(event.newValue); // another tab of the same film
      });
      review.on("finish", (id) => {
        if (review.held.get(id)?.mine === undefined) this.takeTheirs(id);
      });
    }

    /** Newer ones only: the project may have been exported since, with later decisions in it. */
    #adopt(text) {
      for (const [id, given] of Object.entries(this.#read(text))) {
        const known = this.review.held.get(id)?.theirs ?? this.review.decision(id);
        const isNews = !known || !given || (given.at || "") > (known.at || "");
        if (!this.review.byId.has(id) || !isNews) continue;
        try {
          this.#news(id, given && dubbing.readDecision(given));
        } catch {
          // one spoilt decision must not cost the others
        }
      }
    }

    #read(text) {
      try {
        return JSON.parse(text || "{}").decisions || {};
      } catch {
        dubbing.announce("What this browser had kept of the review could not be read.", "warn");
        return {};
      }
    }

    /** What another tab decided; a line that is being edited here is contested. */
    #news(id, theirs) {
      const { review } = this;
      const base = review.decision(id);
      this.#kept[id] = theirs;
      if (review.held.get(id)) review.held.update(id, { theirs });
      else if (review.isEditing(id) && !dubbing.sameDecision(base, theirs)) {
        review.held.contest(id, { base, mine: undefined, theirs, revision: 0 });
        const { number } = review.byId.get(id);
        dubbing.announce(`Line ${number} was changed ${dubbing.byWhom(theirs)} meanwhile: ` +
          "choose in the line (Y keeps yours, T takes theirs).", "warn");
      } else review.adopt(id, theirs);
      this.#tell();
    }

    /** @param {string} id @param {?Decision} decision */
    save(id, decision) {
      if (this.review.held.get(id)) {
        this.review.held.update(id, { mine: decision });
        this.#tell();
        return;
      }
      this.#keep(id, decision);
    }

    /** With what another tab has kept since: its lines stay. */
    #keep(id, decision) {
      const stored = this.#read(dubbing.remembered(this.key));
      this.#kept = { ...this.#kept, ...stored, [id]: decision };
      const { timeline } = this.review.project;
      this.isKept = dubbing.remember(this.key, JSON.stringify({ timeline, decisions: this.#kept }));
      this.#tell();
    }

    #tell() {
      if (this.review.held.has("contested")) this.tell("contested");
      else if (this.isKept !== undefined) this.tell(this.isKept ? "saved" : "unsaved");
    }

    keepMine(id) {
      const held = this.review.held.get(id);
      if (!held) return;
      if (held.mine === undefined) {
        this.takeTheirs(id);
        return;
      }
      this.review.held.drop(id);
      this.review.adopt(id, held.theirs);
      this.review.take([[id, dubbing.keptMine(held)]]);
    }

    takeTheirs(id) {
      const held = this.review.held.get(id);
      if (!held) return;
      this.review.held.drop(id);
      if (held.mine !== undefined) this.review.remember(id, held.mine, held.theirs);
      this.review.adopt(id, held.theirs);
      this.#tell();
    }
  };

  /** "by Ana", or all that is known. */
  dubbing.byWhom = (decision) =>
    decision && decision.by ? `by ${dubbing.visible(decision.by, 60)}` : "in another tab or by a command";
})(window.dubbing);
