/** The small words beside a line: what is the matter with it and how far it is decided. */
((dubbing) => {
  "use strict";

  const STATES = {
    accepted: ["✓ accepted", "good"],
    rejected: ["✗ rejected", "bad"],
    edited: ["edited", "info"],
    locked: ["locked", "quiet"],
  };
  const JOBS = {
    queued: ["queued", "info"],
    running: ["dubbing", "info"],
    failed: ["failed", "bad"],
  };

  const badge = (text, tone, title) => dubbing.make("span", { class: `badge ${tone}`, text, title });

  const jobBadge = (job) => {
    const [word, tone] = JOBS[job.state] || [];
    if (!word) return [];
    const share = job.share === null || job.share === undefined ? "" : ` ${dubbing.percent(job.share)}`;
    return [badge(word + share, tone, job.message)];
  };

  /** "✓ accepted", or its sign alone where there is little room: ears still get the word. */
  const stateBadge = ([words, tone], isShort) => {
    const [sign, word] = words.split(" ");
    if (!isShort || !word) return badge(words, tone);
    const short = badge(sign, tone, word);
    short.append(dubbing.make("span", { class: "for-ears", text: ` ${word}` }));
    return short;
  };

  /**
   * @param {any} app
   * @param {Line} line
   * @param {boolean} [isShort]
   * @returns {HTMLElement[]}
   */
  dubbing.badges = (app, line, isShort = false) => {
    const { review } = app;
    const badges = [];
    const state = STATES[review.state(line)];
    if (line.kept) badges.push(badge(`kept: ${dubbing.visible(line.kept, 30)}`, "quiet"));
    if (state) badges.push(stateBadge(state, isShort));
    if (line.locked && state && review.state(line) !== "locked") badges.push(badge("locked", "quiet"));
    if (review.isChanged(line)) {
      badges.push(badge(isShort ? "changed" : "changed since", "warn", "The line changed since it was decided."));
    }
    if (review.wished(line).note) badges.push(badge("note", "quiet", "There is a note."));
    const held = review.held.get(line.id);
    if (held) badges.push(badge(held.kind === "refused" ? "not saved" : "not saved: choose", "bad"));
    const job = app.jobs.get(line.id);
    if (job) badges.push(...jobBadge(job));
    for (const flag of review.flags(line)) {
      badges.push(badge(dubbing.visible(flag, 40), line.unheard.includes(flag) ? "bad" : "warn"));
    }
    return badges;
  };
})(window.dubbing);
