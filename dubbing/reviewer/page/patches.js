/**
 * Lines dubbed anew while the film is not yet: each patch is the finished mix of a window of the
 * film. Whenever the playhead is inside one, it is heard in place of the dub, in step with it.
 * Where windows overlap the newest is right, for it was mixed with the others in it.
 */
((dubbing) => {
  "use strict";

  const AHEAD_MS = 3000; // loaded this long before it is needed
  const IN_STEP_MS = 40;

  dubbing.Patches = class {
    #patches = new Map(); // by line, the newest last
    #tracks = [];
    #current = null;
    #isInStep = false;
    #arming = 0;

    constructor() {
      for (let i = 0; i < 2; i += 1) {
        const track = new dubbing.Track(document.createElement("audio"), "patch");
        track.mute(true);
        this.#tracks.push({ track, patch: null });
      }
    }

    /** @param {string} line @param {Patch} patch */
    set(line, patch) {
      this.#patches.delete(line);
      this.#patches.set(line, patch);
    }

    clear() {
      this.pause();
      this.#patches.clear();
      this.#current = null;
    }

    get size() {
      return this.#patches.size;
    }

    /** Whether the patch, not the dub, shall be heard now. */
    get isHeard() {
      return Boolean(this.#current) && this.#isInStep;
    }

    /** The track that is heard in place of the dub, if one is. */
    get heard() {
      return this.isHeard ? this.#current.track : null;
    }

    /** The elements, for tests. */
    get elements() {
      return this.#tracks.map((slot) => slot.track.element);
    }

    mute(muted) {
      for (const slot of this.#tracks) slot.track.mute(muted || slot !== this.#current);
    }

    pause() {
      clearTimeout(this.#arming);
      this.#arming = 0;
      for (const slot of this.#tracks) slot.track.pause();
      this.#isInStep = false;
    }

    #at(ms) {
      let found = null;
      for (const patch of this.#patches.values()) {
        if (patch.start_ms <= ms && ms < patch.end_ms) found = patch;
      }
      return found;
    }

    #after(ms) {
      let found = null;
      for (const patch of this.#patches.values()) {
        const isNext = patch.start_ms > ms && patch.start_ms < ms + AHEAD_MS;
        if (isNext && (!found || patch.start_ms < found.start_ms)) found = patch;
      }
      return found;
    }

    /** The slot that holds the patch, filled if need be. */
    #slotOf(patch) {
      const held = this.#tracks.find((slot) => slot.patch === patch);
      if (held) return held;
      const free = this.#tracks.find((slot) => slot !== this.#current);
      free.patch = patch;
      free.track.load(dubbing.mediaUrl(patch.url), patch.start_ms);
      return free;
    }

    /** @param {number} ms @returns {Promise<void>} */
    async prepare(ms) {
      const patch = this.#at(ms);
      const slot = patch && this.#slotOf(patch);
      this.#current = slot;
      this.#isInStep = false;
      if (!slot) return;
      await slot.track.seek(ms);
      if (this.#current === slot) this.#isInStep = !slot.track.broken; // not cleared meanwhile
    }

    /** @param {number} clock_ms @param {number} rate */
    tick(clock_ms, rate) {
      const patch = this.#at(clock_ms);
      if (!patch) this.#leave();
      else this.#enter(this.#slotOf(patch), clock_ms, rate);
      const next = this.#after(clock_ms);
      if (next) this.#arm(this.#slotOf(next), clock_ms, rate);
    }

    #leave() {
      if (this.#current) this.#current.track.pause();
      this.#current = null;
      this.#isInStep = false;
    }

    #enter(slot, clock_ms, rate) {
      if (this.#current !== slot) {
        if (this.#current) this.#current.track.pause();
        this.#current = slot;
        this.#isInStep = false;
      }
      const { track } = slot;
      if (!track.isReady) return;
      track.follow(clock_ms, rate);
      const error_ms = Math.abs(track.time_ms - clock_ms);
      if (!track.element.paused && error_ms < IN_STEP_MS) this.#isInStep = true;
      if (track.broken || track.isOver(clock_ms)) this.#isInStep = false;
    }

    /** Start the next one by a timer, for a tick may come 50 ms late. */
    #arm(slot, clock_ms, rate) {
      const wait_ms = (slot.patch.start_ms - clock_ms) / rate;
      if (this.#arming || wait_ms > 150 || !slot.track.element.paused) return;
      this.#arming = setTimeout(() => {
        this.#arming = 0;
        slot.track.play(slot.patch.start_ms, rate);
      }, wait_ms);
    }
  };
})(window.dubbing);
