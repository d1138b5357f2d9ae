/** Times in words: time code, seconds, shares. */
((dubbing) => {
  "use strict";

  const two = (n) => String(Math.floor(n)).padStart(2, "0");

  /**
   * Hours, minutes, seconds and the frame within the second.
   * @param {number} ms
   * @param {number} frame_ms
   */
  dubbing.timecode = (ms, frame_ms) => {
    const whole = Math.max(0, Math.floor(ms + 0.5));
    const frame = Math.floor((whole % 1000) / frame_ms + 0.01);
    return `${dubbing.clock(whole, 0)}:${two(frame)}`;
  };

  /**
   * `0:01:02.4`, without hours while there are none.
   * @param {number} ms
   * @param {number} [digits] after the second; 0 writes hours always
   */
  dubbing.clock = (ms, digits = 1) => {
    const unit = 10 ** (3 - digits);
    const whole = digits ? Math.round(ms / unit) * unit : Math.max(0, Math.floor(ms));
    const hours = Math.floor(whole / 3600000);
    const minutes = Math.floor(whole / 60000) % 60;
    const seconds = Math.floor(whole / 1000) % 60;
    const tail = digits ? `.${String(Math.round((whole % 1000) / unit)).padStart(digits, "0")}` : "";
    if (!digits) return `${two(hours)}:${two(minutes)}:${two(seconds)}`;
    return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds)}${tail}`;
  };

  /** @param {number} ms @param {number} [digits] */
  dubbing.seconds = (ms, digits = 2) => `${(ms / 1000).toFixed(digits)} s`;

  /** @param {number} share 0..1 */
  dubbing.percent = (share) => `${Math.round(100 * share)} %`;

  /** Signed, as in `+12 ms`. */
  dubbing.signed = (ms) => `${ms > 0 ? "+" : ms < 0 ? "−" : "±"}${Math.abs(Math.round(ms))} ms`;

  /** With digits, or a dash for what was not measured. */
  dubbing.fixed = (value, digits = 2) => (typeof value === "number" ? value.toFixed(digits) : "–");

  /** The moment of a decision, to the second, in UTC. */
  dubbing.now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");
})(window.dubbing);
