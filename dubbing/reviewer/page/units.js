/**
 * How long a text takes to say, before anybody says it: extra + units * pace.
 * Units are characters in Chinese and Japanese and syllables, counted as groups of vowels,
 * elsewhere; reviewer/pace.py counts the same way, and fitted the pace so.
 */
((dubbing) => {
  "use strict";

  const IDEOGRAMS = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/gu;
  const DIGITS = /\p{Nd}/gu;
  const WORDS = /[\p{L}\p{M}\p{Nd}'’]+/gu;
  // Latin vowels are found bare, after their accents are taken off by NFD.
  const VOWELS = /[aeiouyœæøıаеёиоуыэюяєіїαεηιουω]+/giu;
  // Devanagari: consonant letters and independent vowels; signs ride on them.
  const DEVANAGARI = /[\u0904-\u0939\u0958-\u0961\u0972-\u097f]/gu;

  const count = (text, pattern) => (text.match(pattern) || []).length;

  /**
   * @param {string} text
   * @param {string} language code, as "zh"
   * @returns {number}
   */
  dubbing.units = (text, language) => {
    const code = language.toLowerCase().split("-")[0];
    if (code === "zh" || code === "ja") return count(text, IDEOGRAMS) + count(text, DIGITS);
    let sum = 0;
    for (const word of text.match(WORDS) || []) {
      const bare = word.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
      sum += Math.max(1, count(bare, VOWELS) + count(bare, DEVANAGARI));
    }
    return sum;
  };

  /**
   * @param {Line} line
   * @param {string} text
   * @param {string} language
   * @returns {?number} milliseconds, or null where the pace is not known
   */
  dubbing.estimate = (line, text, language) => {
    if (!line.pace) return null;
    const units = dubbing.units(text, language);
    return units ? Math.round(line.pace.extra_ms + units * line.pace.ms_per_unit) : 0;
  };
})(window.dubbing);
