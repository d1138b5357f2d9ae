/** review.json: written for the program, read back from an earlier sitting or a colleague. */
((dubbing) => {
  "use strict";

  const LARGEST_BYTES = 50e6;

  /**
   * @param {any} review
   * @param {string} reviewer
   */
  dubbing.writeReview = (review, reviewer) => {
    const { film, timeline } = review.project;
    return {
      schema: dubbing.REVIEW_SCHEMA,
      film: { name: film.name, fingerprint: film.fingerprint },
      target_language: film.target.code,
      timeline,
      reviewer,
      written_at: dubbing.now(),
      decisions: Object.fromEntries(review.decisions),
    };
  };

  /** Hand a file to the reviewer. */
  dubbing.download = (name, value) => {
    const text = `${JSON.stringify(value, null, 1)}\n`;
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    dubbing.make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };

  /**
   * Decisions of a file that are about this film.
   * @param {string} text
   * @param {Project} project
   * @returns {Object<string, Decision>}
   * @throws {Error} in one sentence
   */
  dubbing.readReview = (text, project) => {
    let given = null;
    try {
      given = JSON.parse(text.replace(/^\ufeff/, ""));
    } catch {
      throw new Error("The file is not JSON.");
    }
    if (!given || typeof given !== "object" || given.schema !== dubbing.REVIEW_SCHEMA) {
      throw new Error(`The file is not a review (${dubbing.REVIEW_SCHEMA}).`);
    }
    const { film, decisions } = given;
    if (!film || film.fingerprint !== project.film.fingerprint) {
      throw new Error("The review is about another film.");
    }
    if (given.target_language !== project.film.target.code) {
      throw new Error("The review is about the dub in another language.");
    }
    if (!decisions || typeof decisions !== "object" || Array.isArray(decisions)) {
      throw new Error("The review has no decisions.");
    }
    const read = {};
    for (const [id, one] of Object.entries(decisions)) {
      try {
        read[id] = dubbing.readDecision(one);
      } catch (error) {
        const line = project.lines.find((known) => known.id === id);
        const which = line ? `line ${line.number}` : "a line that this dub does not have";
        throw new Error(`In the review, ${which}: ${error.message}.`);
      }
    }
    return read;
  };

  /**
   * Put a file's decisions to ours; of two about a line the later one counts.
   * @param {File} file
   * @param {any} review
   */
  dubbing.importReview = async (file, review) => {
    if (file.size > LARGEST_BYTES) throw new Error("The file is too large to be a review.");
    const read = dubbing.readReview(await file.text(), review.project);
    const known = Object.entries(read).filter(([id]) => review.byId.has(id));
    const news = known.filter(([id, decision]) => {
      const ours = review.decision(id);
      return !ours || (decision.at || "") > (ours.at || "");
    });
    if (news.length) review.take(news);
    const gone = Object.keys(read).length - known.length;
    const older = known.length - news.length;
    return `Decisions taken: ${news.length}` +
      (older ? `; older than ours: ${older}` : "") +
      (gone ? `; about lines that this dub does not have: ${gone}` : "") + ".";
  };
})(window.dubbing);
