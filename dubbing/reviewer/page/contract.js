/**
 * The words that page and program share: every type of project.js and review.json.
 * Times are whole milliseconds on the film's clock.
 *
 * @typedef {{code: string, name: string, dir: "ltr"|"rtl"}} Language
 * @typedef {{id: string, name: string, voice: string, voice_reason: string, voice_flags: string[],
 * own: boolean}} Speaker
 * @typedef {{text: string, score: number, reverse: ?number, natural_ms: ?number, fit: ?number,
 *            total: number, flags: string[], origin: string}} Candidate
 * @typedef {{name: string, labels: [string, number][], confidence: number,
 *            arousal: ?number}} Sense
 * @typedef {{label: string, intensity: number, valence: number, arousal: number,
 *            senses: Sense[]}} Emotion
 * @typedef {{label: string, intensity: number, is_chosen: boolean, reason: string}} Delivery
 * @typedef {{natural_ms: number, planned_ms: number, tempo: number, rungs: string[],
 *            lip_strength: number, added_pauses: number, verdict: string}} Timing
 * @typedef {{start_ms: number, frame_ms: number, opening: string}} Lips
 * @typedef {{heard: string, error_rate: ?number, dnsmos: ?number, start_error_ms: ?number,
 *            end_error_ms: ?number}} Check
 * @typedef {{verdict?: "accepted"|"rejected", text?: string, candidate?: number,
 *            emotion?: {label: string, intensity: number}, voice?: string,
 *            lip_strength?: number, start_ms?: number, end_ms?: number, note?: string,
 *            flags_accepted?: string[], by?: string, at: string, base?: string}} Decision
 * @typedef {{id: string, number: number, speaker: string, hash: string, start_ms: number,
 *            end_ms: number, earliest_ms: number, latest_ms: number, text: string, says: string,
 *            kept: string, dub_start_ms: ?number, dub_end_ms: ?number, candidates: Candidate[],
 *            pace: ?{ms_per_unit: number, extra_ms: number}, emotion: ?Emotion,
 *            delivery: ?Delivery, voice: string, timing: ?Timing, lips: ?Lips,
 *            phonemes: [string, number, number, boolean][], check: ?Check, flags: string[],
 *            unheard: string[],
 *            locked: boolean, decision: ?Decision}} Line
 * @typedef {{per_second: number, original: string, dub: string}} Peaks
 * @typedef {{url: string, start_ms: number, end_ms: number}} Patch
 * @typedef {{name: string, fingerprint: string, duration_ms: number, frame_ms: number,
 *            has_picture: boolean, source: Language, target: Language}} Film
 * @typedef {{schema: string, live: boolean, timeline: string, film: Film,
 *            media: {picture: ?string, original: ?string, dub: ?string, bed: ?string,
 *                    peaks: ?Peaks},
 *            speakers: Speaker[], voices: string[], moods: string[], lip_strength: number,
 *            lines: Line[], revision?: number, patches?: Object<string, Patch>}} Project
 */

/** Everything of the page lives in this one name. */
window.dubbing = {};

((dubbing) => {
  "use strict";

  dubbing.PROJECT_SCHEMA = "dubbing.ReviewProject/1";
  dubbing.REVIEW_SCHEMA = "dubbing.Review/1";
  const USUAL_FRAME_MS = 40; // where there is no picture, steps and time code still need one

  /**
   * The project with every list present, so that nobody need ask again.
   * @param {?Project} given
   * @returns {Project}
   */
  dubbing.readProject = (given) => {
    if (!given) throw new Error("project.js is missing beside this page.");
    if (given.schema !== dubbing.PROJECT_SCHEMA) {
      throw new Error(`This page reads ${dubbing.PROJECT_SCHEMA}, not ${given.schema}.`);
    }
    const media = given.media || {};
    return {
      ...given,
      film: { ...given.film, frame_ms: given.film.frame_ms || USUAL_FRAME_MS },
      media: { ...media, picture: given.film.has_picture ? media.picture : null },
      speakers: (given.speakers || []).map((one) => ({ ...one, voice_flags: one.voice_flags || [] })),
      voices: given.voices || [],
      moods: given.moods || [],
      patches: given.patches || {},
      lines: (given.lines || []).map(dubbing.readLine),
    };
  };

  /** @param {Line} line @returns {Line} */
  dubbing.readLine = (line) => ({
    ...line,
    candidates: line.candidates || [],
    phonemes: line.phonemes || [],
    flags: line.flags || [],
    unheard: line.unheard || [],
    says: line.says || "",
    text: line.text || "",
    kept: line.kept || "",
  });
})(window.dubbing);
