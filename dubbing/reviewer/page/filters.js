/** Which lines are shown: all, flagged, undecided or decided; of one speaker; with some words. */
((dubbing) => {
  "use strict";

  /** One form for what is searched and searched for: case and accents do not count. */
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");

  dubbing.Filter = class {
    #found = new Map(); // what can be found in a line, made once

    /** @param {any} review */
    constructor(review) {
      this.review = review;
      this.which = "all";
      this.speaker = "";
      this.words = "";
      review.on("decision", (id) => this.#found.delete(id));
      review.on("line", (id) => this.#found.delete(id));
    }

    #text(line) {
      if (!this.#found.has(line.id)) {
        const wished = this.review.wished(line);
        this.#found.set(line.id, plain(`${line.text}\n${wished.text}\n${wished.note}`));
      }
      return this.#found.get(line.id);
    }

    #isWhich(line) {
      if (this.which === "flagged") return this.review.isFlagged(line);
      if (this.which === "undecided") return !line.kept && !this.review.isDecided(line);
      if (this.which === "decided") return this.review.isDecided(line);
      return true;
    }

    /** @returns {Line[]} */
    lines() {
      const words = plain(this.words).split(/\s+/).filter(Boolean);
      return this.review.lines.filter(
        (line) =>
          this.#isWhich(line) &&
          (!this.speaker || line.speaker === this.speaker) &&
          words.every((word) => this.#text(line).includes(word)),
      );
    }
  };
})(window.dubbing);
