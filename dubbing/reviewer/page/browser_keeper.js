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
    }

    /** Newer ones only: the project may have been exported since, with later decisions in it. */
    #adopt(text) {
      let kept = null;
      try {
        kept = JSON.parse(text || "{}").decisions;
      } catch {
        dubbing.announce("What this browser had kept of the review could not be read.", "warn");
      }
      for (const [id, given] of Object.entries(kept || {})) {
        const known = this.review.decision(id);
        const isNews = !known || !given || (given.at || "") > (known.at || "");
        if (!this.review.byId.has(id) || !isNews) continue;
        try {
          this.#kept[id] = given && dubbing.readDecision(given);
          this.review.adopt(id, this.#kept[id]);
        } catch {
          // one spoilt decision must not cost the others
        }
      }
    }

    /** @param {string} id @param {?Decision} decision */
    save(id, decision) {
      this.#kept[id] = decision;
      const whole = JSON.stringify({
        timeline: this.review.project.timeline,
        decisions: this.#kept,
      });
      this.tell(dubbing.remember(this.key, whole) ? "saved" : "unsaved");
    }
  };
})(window.dubbing);
