/** What a decision may be: files and storage come from outside, so nothing in them is believed. */
((dubbing) => {
  "use strict";

  const isText = (most, least = 0) => (value) =>
    typeof value === "string" && value.length >= least && value.length <= most;
  const isWhole = (value) => Number.isInteger(value) && value >= 0;
  const isShare = (value) => typeof value === "number" && value >= 0 && value <= 1;

  const MOST_FLAGS = 50;

  const FORM = {
    verdict: (value) => value === "accepted" || value === "rejected",
    text: isText(2000, 1),
    candidate: isWhole,
    emotion: (value) =>
      value !== null &&
      typeof value === "object" &&
      isText(40, 1)(value.label) &&
      isShare(value.intensity),
    voice: isText(200, 1),
    lip_strength: isShare,
    start_ms: isWhole,
    end_ms: isWhole,
    note: isText(4000),
    by: isText(200),
    at: isText(40),
    base: isText(100),
    flags_accepted: (value) =>
      Array.isArray(value) && value.length <= MOST_FLAGS && value.every(isText(200, 1)),
  };
  const FAULT = "translation: "; // flags that the checks of the text raise begin so

  /** What is wrong with the text, by its flag; "" for flags of another kind. */
  dubbing.faultOf = (flag) => (flag.startsWith(FAULT) ? flag.slice(FAULT.length) : "");

  /** Keys of a decision that say what shall be heard. */
  dubbing.WISHES = ["text", "emotion", "voice", "lip_strength", "start_ms", "end_ms"];
  dubbing.LONGEST_TEXT = 2000;

  /**
   * A decision with the known keys only.
   * @param {any} given
   * @returns {Decision}
   * @throws {Error} in one sentence
   */
  dubbing.readDecision = (given) => {
    if (given === null || typeof given !== "object" || Array.isArray(given)) {
      throw new Error("a decision is not an object");
    }
    const decision = {};
    for (const [key, isRight] of Object.entries(FORM)) {
      if (given[key] === undefined || given[key] === null) continue;
      if (!isRight(given[key])) throw new Error(`“${key}” is not as it should be`);
      decision[key] = given[key];
    }
    if (decision.emotion) {
      decision.emotion = { label: given.emotion.label, intensity: given.emotion.intensity };
    }
    if (decision.start_ms >= decision.end_ms) throw new Error("a slot ends before it begins");
    return /** @type {Decision} */ (decision);
  };

  /** Whether it decides or asks for anything. */
  dubbing.saysSomething = (decision) =>
    Boolean(decision) &&
    Boolean(decision.verdict || decision.note || decision.flags_accepted?.length ||
      dubbing.WISHES.some((key) => key in decision));

  /** Equal in all but the moment. */
  dubbing.sameDecision = (one, other) => {
    const bare = (decision) => {
      if (!dubbing.saysSomething(decision)) return "";
      const keys = Object.keys(FORM).filter((key) => !["at", "base", "by"].includes(key));
      return JSON.stringify(keys.map((key) => decision[key] ?? null));
    };
    return bare(one) === bare(other);
  };
})(window.dubbing);
