/**
 * Picture and the three sounds as one: dub, original, and music and effects (bed) all play all
 * the time, and choosing one only makes it heard, so that a change falls on the same instant.
 *
 * Who leads? Times are told against the master: the picture, or the dub of a film without one.
 * Yet a sound begins 20 to 80 ms late, as its device wakes, and cannot be hurried unheard. So the
 * one that is heard leads, at exactly the chosen rate, and all silent elements, the picture too,
 * keep step with it (track.js). A hidden tab, in which browsers save on pictures, therefore plays
 * on as before.
 *
 * Signals: `state`, `source`, `time` (ms), `loop`, `rate`, `broken` (name of the track).
 */
((dubbing) => {
  "use strict";

  const TICK_MS = 25;
  const STALLED_TICKS = 4;
  const STARTING_MS = 400; // the sound device has woken by then, or never will
  const WAKING_MS = 700; // the same, for the first time
  const WOKEN_MS = 80; // a sound that has played so long has its device

  dubbing.Player = class extends dubbing.Signals {
    #goal = null;
    #isMoving = false;
    #starved = 0;
    #timer = 0;
    #isHolding = false;
    #isAwake = false;
    #isWaking = false;

    /**
     * @param {Film} film
     * @param {?HTMLVideoElement} video
     * @param {Object<string, ?string>} media
     */
    constructor(film, video, media) {
      super();
      this.film = film;
      this.source = "dub";
      this.state = "paused"; // paused | playing | waiting
      this.rate = 1;
      this.loop = null;
      this.arrived_ms = 0; // where all stood last
      this.patches = null;
      this.tracks = {};
      if (media.picture) this.tracks.picture = new dubbing.Track(video, "picture");
      for (const name of ["dub", "original", "bed"]) {
        if (media[name]) this.tracks[name] = new dubbing.Track(document.createElement("audio"), name);
      }
      this.load(media);
      this.#watch();
    }

    /** @param {Object<string, ?string>} media new files for tracks that exist */
    load(media) {
      for (const [name, track] of Object.entries(this.tracks)) {
        if (media[name]) track.load(dubbing.mediaUrl(media[name]));
        track.mute(true);
      }
      this.#flip();
    }

    get #all() {
      return Object.values(this.tracks);
    }

    /** The track against which offsets are told. */
    get master() {
      const { picture, dub, original } = this.tracks;
      return [picture, dub, original].find((track) => track && !track.broken) || null;
    }

    /** The track that the reviewer hears: the source, or the patch that lies over the dub. */
    get heard() {
      const patch = this.source === "dub" && this.patches && this.patches.heard;
      return patch || this.tracks[this.source];
    }

    /** The track that all others follow. */
    get leader() {
      const { heard } = this;
      const canLead = heard && !heard.broken && !heard.element.ended;
      return canLead && !heard.isOver(heard.time_ms) ? heard : this.master;
    }

    get isPlaying() {
      return this.state !== "paused";
    }

    get time_ms() {
      if (this.#goal !== null) return this.#goal;
      if (this.#isMoving || !this.isPlaying || !this.leader) return this.arrived_ms;
      return Math.min(this.leader.time_ms, this.film.duration_ms);
    }

    /** How far each sound is from the master at this moment, for tests and the curious. */
    offsets() {
      const { master } = this;
      const of = (track) => {
        if (!track || !master || track.broken) return null;
        return this.#isWaking ? 0 : track.time_ms - master.time_ms; // waking, nothing plays yet
      };
      const { original, dub, bed } = this.tracks;
      return { original_ms: of(original), dub_ms: of(dub), bed_ms: of(bed) };
    }

    /** @param {"dub"|"original"|"bed"} source */
    choose(source) {
      if (!this.tracks[source] || this.source === source) return;
      this.source = source;
      this.#flip();
      this.emit("source", source);
    }

    #flip() {
      const covered = this.source === "dub" && this.patches && this.patches.isHeard;
      for (const [name, track] of Object.entries(this.tracks)) {
        track.mute(name === "picture" || name !== this.source || Boolean(covered));
      }
      if (this.patches) this.patches.mute(!covered);
    }

    play() {
      if (this.state !== "paused" || !this.master) return;
      this.#become("waiting");
      if (this.time_ms >= this.film.duration_ms - 20) this.#goal = 0;
      this.#move(this.#goal === null ? this.time_ms : this.#goal);
    }

    pause() {
      if (this.state === "paused") return;
      const here = this.time_ms;
      this.#become("paused");
      this.#rest();
      this.#move(here); // all on the same frame, ready to go on together
    }

    toggle() {
      if (this.isPlaying) this.pause();
      else this.play();
    }

    /** @param {number} ms */
    seek(ms) {
      this.#move(Math.max(0, Math.min(ms, this.film.duration_ms)));
    }

    /** @param {number} count frames, forward or back; pauses */
    step(count) {
      this.pause();
      const { frame_ms } = this.film;
      const frame = Math.floor(this.time_ms / frame_ms + 0.01) + count;
      this.seek((Math.max(0, frame) + 0.1) * frame_ms); // inside the frame, whatever is rounded
    }

    /** @param {number} rate */
    setRate(rate) {
      if (this.rate === rate) return;
      this.rate = rate;
      if (this.isPlaying) this.#move(this.time_ms); // together, for each takes its time
      this.emit("rate", rate);
    }

    /** @param {?{start_ms: number, end_ms: number}} loop */
    setLoop(loop) {
      this.loop = loop;
      this.emit("loop", loop);
    }

    #become(state) {
      if (this.state === state) return;
      this.state = state;
      if (state !== "paused" && !this.#timer) {
        this.#timer = setInterval(() => this.#tick(), TICK_MS);
        requestAnimationFrame(() => this.#frame());
      }
      if (state === "paused") {
        clearInterval(this.#timer);
        this.#timer = 0;
      }
      this.emit("state", state);
    }

    #rest() {
      this.#isHolding = true;
      for (const track of this.#all) track.pause();
      if (this.patches) this.patches.pause();
      this.#isHolding = false;
    }

    /** Stop all, bring all to one time, go on if wanted; a newer goal overtakes an older. */
    async #move(ms) {
      this.#goal = ms;
      this.emit("time", ms);
      if (this.#isMoving) return;
      this.#isMoving = true;
      while (this.#goal !== null) {
        const goal = this.#goal;
        this.arrived_ms = goal;
        this.#rest();
        const seeks = this.#all.map((track) => track.seek(goal));
        if (this.patches) seeks.push(this.patches.prepare(goal));
        await Promise.all(seeks);
        if (this.#goal === goal) this.#goal = null;
      }
      await this.#allReady();
      this.#isMoving = false;
      if (this.#goal !== null) this.#move(this.#goal);
      else if (this.isPlaying) await this.#go(this.arrived_ms);
    }

    /** Wait until every track can play on, but for ever only if the reviewer still wants it. */
    async #allReady() {
      while (this.isPlaying && this.#goal === null && !this.#all.every((t) => this.#canGo(t))) {
        this.#become("waiting");
        await new Promise((done) => setTimeout(done, 60));
      }
    }

    #canGo(track) {
      const isSpared = document.hidden && track === this.tracks.picture;
      return isSpared || track.isReady || track.isOver(this.arrived_ms);
    }

    /**
     * Sounds start first: their devices take some 50 ms to wake. The picture starts when the time
     * of what is heard moves.
     */
    async #go(ms) {
      this.#isMoving = true;
      this.#flip();
      const { picture, ...sounds } = this.tracks;
      if (!this.#isAwake) await this.#wake(Object.values(sounds), ms);
      const { heard } = this;
      if (heard && !sounds[heard.name]) heard.play(ms, this.rate); // a patch
      for (const track of Object.values(sounds)) track.play(ms, this.rate);
      if (heard) await this.#started(heard, ms);
      this.#isMoving = false;
      if (this.#goal !== null) this.#move(this.#goal);
      if (this.#goal !== null || !this.isPlaying) return;
      if (picture) picture.play(heard ? heard.time_ms : ms, this.rate);
      this.#become("playing");
    }

    /** The very first time devices are opened, which may take far longer: once in a whisper. */
    async #wake(sounds, ms) {
      this.#isWaking = true;
      for (const track of sounds) {
        track.mute(true);
        track.play(ms, this.rate);
      }
      const until = performance.now() + WAKING_MS;
      const sleeps = (track) => !track.broken && !track.isOver(ms) && track.time_ms < ms + WOKEN_MS;
      while (sounds.some(sleeps) && performance.now() < until) {
        await new Promise((done) => setTimeout(done, 10));
      }
      this.#rest();
      await Promise.all(sounds.map((track) => track.seek(ms)));
      this.#isAwake = true;
      this.#isWaking = false;
      this.#flip();
    }

    async #started(track, ms) {
      const until = performance.now() + STARTING_MS;
      while (track.time_ms < ms + 1 && !track.broken && !track.isOver(ms)) {
        if (performance.now() > until || this.#goal !== null || !this.isPlaying) return;
        await new Promise((done) => setTimeout(done, 4));
      }
    }

    #tick() {
      if (this.#isMoving || !this.isPlaying || !this.leader) return;
      const { leader } = this;
      const clock_ms = leader.time_ms;
      if (leader.element.ended || clock_ms >= this.film.duration_ms - 5) {
        this.#finish();
        return;
      }
      if (this.loop && clock_ms >= this.loop.end_ms) {
        this.#move(this.loop.start_ms);
        return;
      }
      this.#starved = this.#all.every((t) => this.#plays(t, clock_ms)) ? 0 : this.#starved + 1;
      if (this.#starved > STALLED_TICKS) {
        this.#starved = 0;
        this.#move(clock_ms); // all wait together, then go on together
        return;
      }
      const { element } = leader;
      if (element.playbackRate !== this.rate) element.playbackRate = this.rate;
      for (const track of this.#all) {
        if (track !== leader) track.follow(clock_ms, this.rate);
      }
      if (this.patches) this.patches.tick(clock_ms, this.rate);
      this.#flip();
    }

    #plays(track, clock_ms) {
      const isSpared = document.hidden && track === this.tracks.picture;
      const isDone = track.broken || track.isOver(clock_ms);
      return isSpared || isDone || (track.isReady && !track.element.paused);
    }

    #finish() {
      if (this.loop) {
        this.#move(this.loop.start_ms);
        return;
      }
      this.#become("paused");
      this.#rest();
      this.#move(this.film.duration_ms);
    }

    #frame() {
      if (!this.isPlaying) return;
      if (!this.#isMoving) {
        const ms = this.time_ms;
        if (this.loop && ms >= this.loop.end_ms) this.#tick();
        else this.emit("time", ms);
      }
      requestAnimationFrame(() => this.#frame());
    }

    #watch() {
      document.addEventListener("visibilitychange", () => {
        // Coming back, the picture returns to where the sound is, not the other way about.
        if (document.hidden || !this.isPlaying || this.#isMoving) return;
        const sound = this.tracks[this.source] || this.tracks.dub;
        if (sound) this.#move(sound.time_ms);
      });
      for (const track of this.#all) {
        track.element.addEventListener("error", () => {
          if (track.broken) this.emit("broken", track.name);
        });
        track.element.addEventListener("pause", () => this.#onPause(track));
      }
    }

    /** Somebody else paused what is heard: the system's media keys, a headset, an interruption. */
    #onPause(track) {
      const isOurs = this.#isHolding || this.#isMoving || track.element.ended;
      if (isOurs || !this.isPlaying || track !== this.tracks[this.source]) return;
      setTimeout(() => {
        if (track.element.paused && this.isPlaying && !this.#isMoving && !track.isOver(this.time_ms)) {
          this.pause();
        }
      }, 120);
    }
  };
})(window.dubbing);
