/** What was planned and what came out: timing, and what a recogniser understood of the dub. */
((dubbing) => {
  "use strict";

  const { make } = dubbing;
  const HARD_TO_HEAR = ["unclear speech", "covered by music or noise"];

  const pairs = (facts) =>
    make("dl", {}, ...facts.flatMap(([name, value]) => [
      make("dt", { text: name }),
      make("dd", {}, typeof value === "string" ? make("bdi", { text: value }) : value),
    ]));

  dubbing.Facts = class {
    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.timing = make("div");
      this.check = make("div");
      this.timingPanel = dubbing.panel("Timing", this.timing);
      this.checkPanel = dubbing.panel("Check", this.check);
      dubbing.byId("detail").append(this.timingPanel, this.checkPanel);
    }

    /** @param {?Line} line */
    show(line) {
      this.timingPanel.hidden = !line || !line.timing;
      this.checkPanel.hidden = !line || !line.check;
      if (line && line.timing) this.timing.replaceChildren(this.#timing(line));
      if (line && line.check) this.check.replaceChildren(this.#check(line));
    }

    refresh() {}

    #timing(line) {
      const { natural_ms, planned_ms, tempo, rungs, added_pauses, verdict } = line.timing;
      const speaker = this.app.review.speakers.get(line.speaker);
      const facts = [
        ["Verdict", dubbing.visible(verdict || "–", 200)],
        ["Spoken", `${dubbing.seconds(planned_ms)} (by itself ${dubbing.seconds(natural_ms)}), tempo ×${dubbing.fixed(tempo)}`],
        ["By", dubbing.visible((rungs || []).join(", ") || "as the mouth speaks", 200)],
      ];
      if (added_pauses) facts.push(["Pauses", `${added_pauses} added as the mouth rests`]);
      if (!line.lips) facts.push(["Mouth", "not seen: timed freely"]);
      if (speaker) {
        for (const flag of speaker.voice_flags) {
          facts.push(["Check", make("span", { class: "bad-text", text: dubbing.visible(flag, 80) })]);
        }
        facts.push(["Voice", dubbing.visible(`${line.voice}${speaker.own ? ", the speaker's own" : ""}` +
          `${speaker.voice_reason ? ` – ${speaker.voice_reason}` : ""}`, 300)]);
      }
      return pairs(facts);
    }

    #check({ check, flags }) {
      const { target } = this.app.project.film;
      const facts = [["Heard", dubbing.spoken(check.heard || "nothing", target)]];
      if (typeof check.error_rate === "number") {
        const tone = flags.some((flag) => HARD_TO_HEAR.includes(flag)) ? "bad-text" : "good-text";
        facts.push(["Misheard", make("span", { class: tone, text: dubbing.percent(check.error_rate) })]);
      }
      if (typeof check.start_error_ms === "number") {
        facts.push(["On time", `start ${dubbing.signed(check.start_error_ms)}` +
          (typeof check.end_error_ms === "number" ? `, end ${dubbing.signed(check.end_error_ms)}` : "")]);
      }
      if (typeof check.dnsmos === "number") facts.push(["Quality", `${check.dnsmos.toFixed(1)} of 5 (DNSMOS)`]);
      return pairs(facts);
    }
  };
})(window.dubbing);
