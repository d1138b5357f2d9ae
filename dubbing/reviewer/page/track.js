/**
 * One media element that plays along with others.
 *
 * Browsers give no common clock to separate elements of a file:// page, so each is led by the
 * `currentTime` of the one that is heard. An error above SEEK_MS is sought away; a smaller one is
 * walked off by playing a little faster or slower, which nobody hears: who follows is silent.
 */
((dubbing) => {
  "use strict";

  const SEEK_MS = 150;
  const SEEK_PAUSE_MS = 600; // a seek needs that long before its result can be judged
  // A sound that is heard tells its time in steps of a device's buffer, some 10 ms: no error.
  const BEGIN_MS = 8;
  const END_MS = 3;
  const GAIN_PER_S = 8; // an error falls to a third in 1/8 s; more would overshoot when ticks are late
  const MOST = 0.8; // of the rate; browsers play no slower than 1/16

  // A muted element has no sound device in Chromium; unmuted, it first gets one, and falls 30 to
  // 80 ms behind (measured). At -100 dB, below the last bit of 16, nobody hears it but it has its
  // device, and a change of source is exact. Where volume is the system's (iOS), muting must do.
  const WHISPER = Math.fround(1e-5);
  const probe = document.createElement("audio");
  probe.volume = WHISPER;
  const canWhisper = probe.volume < 0.5;

  dubbing.Track = class {
    #nudging = false;
    #nudged_at = 0;
    #sought_at = -Infinity;
    #judged = true;
    #lead_ms = 40; // how far ahead to seek so as to land right; learnt from each seek

    /**
     * @param {HTMLMediaElement} element
     * @param {string} name
     */
    constructor(element, name) {
      this.element = element;
      this.name = name;
      this.starts_ms = 0;
      this.broken = false;
      element.preload = "auto";
      element.preservesPitch = true;
      element.addEventListener("error", () => {
        this.broken = Boolean(element.getAttribute("src"));
      });
    }

    /** @param {string} url @param {number} [starts_ms] where it begins on the film's clock */
    load(url, starts_ms = 0) {
      this.broken = false;
      this.starts_ms = starts_ms;
      this.element.src = url;
      this.element.load();
    }

    get time_ms() {
      return this.starts_ms + this.element.currentTime * 1000;
    }

    /** Whether the film has gone on beyond what this track holds. */
    isOver(ms) {
      const { duration } = this.element;
      return Number.isFinite(duration) && ms >= this.starts_ms + duration * 1000 - 15;
    }

    get isReady() {
      return this.broken || this.element.readyState >= 3 || this.element.ended;
    }

    /** Heard or not; the picture is never heard, its sound being the dub's. */
    mute(silent) {
      const { element } = this;
      const isWhispering = silent && canWhisper && element instanceof HTMLAudioElement;
      const volume = isWhispering ? WHISPER : 1;
      if (element.volume !== volume) element.volume = volume;
      if (element.muted !== (silent && !isWhispering)) element.muted = silent && !isWhispering;
    }

    get isSilent() {
      return this.element.muted || this.element.volume < 0.001;
    }

    pause() {
      if (!this.element.paused) this.element.pause();
    }

    /** @param {number} ms @param {number} rate */
    play(ms, rate) {
      if (this.broken || this.isOver(ms)) return; // play() after the end would begin anew
      this.element.playbackRate = rate;
      this.#nudging = false;
      this.element.play().catch(() => {}); // a refusal shows as `paused`, which the player looks at
    }

    /**
     * Go there while paused; resolves when the browser has.
     * @param {number} ms
     * @returns {Promise<void>}
     */
    seek(ms) {
      const { element } = this;
      if (this.broken) return Promise.resolve();
      const there = Math.max(0, (ms - this.starts_ms) / 1000);
      return new Promise((done) => {
        let timer = 0;
        const ends = ["seeked", "error", "emptied"]; // emptied: another file was loaded meanwhile
        const finish = () => {
          clearTimeout(timer);
          for (const end of ends) element.removeEventListener(end, finish);
          done();
        };
        timer = setTimeout(finish, 3000); // a stalled server must not hold the page for ever
        for (const end of ends) element.addEventListener(end, finish);
        element.currentTime = there;
        if (element.readyState === 0) finish(); // kept by the browser as the place to begin
      });
    }

    /**
     * Stay with the clock.
     * @param {number} clock_ms
     * @param {number} rate
     */
    follow(clock_ms, rate) {
      const { element } = this;
      if (this.broken || element.seeking || this.isOver(clock_ms)) return;
      if (element.paused) {
        element.currentTime = Math.max(0, (clock_ms - this.starts_ms + this.#lead_ms) / 1000);
        this.play(clock_ms, rate);
        return;
      }
      const error_ms = this.time_ms - clock_ms;
      if (Math.abs(error_ms) > SEEK_MS * Math.max(1, rate)) this.#jump(clock_ms, rate);
      else this.#nudge(error_ms, rate);
    }

    #jump(clock_ms, rate) {
      const now = performance.now();
      if (now - this.#sought_at < SEEK_PAUSE_MS) return;
      this.#sought_at = now;
      this.#judged = false;
      this.element.playbackRate = rate;
      this.element.currentTime = (clock_ms - this.starts_ms + this.#lead_ms * rate) / 1000;
    }

    #nudge(error_ms, rate) {
      if (!this.#judged) {
        this.#judged = true;
        this.#lead_ms = Math.min(300, Math.max(0, this.#lead_ms - error_ms / rate / 2));
      }
      const size_ms = Math.abs(error_ms);
      if (size_ms > BEGIN_MS) this.#nudging = true;
      else if (size_ms < END_MS) this.#nudging = false;
      const now = performance.now();
      const tick_s = Math.min(2, (now - this.#nudged_at) / 1000); // hidden tabs tick once a second
      this.#nudged_at = now;
      const gain = Math.min(GAIN_PER_S, 0.8 / tick_s);
      const wanted = this.#nudging ? (gain * error_ms) / 1000 : 0;
      const part = Math.max(-MOST, Math.min(MOST, wanted));
      const speed = rate * (1 - part);
      if (Math.abs(this.element.playbackRate - speed) > 0.002) this.element.playbackRate = speed;
    }
  };
})(window.dubbing);
