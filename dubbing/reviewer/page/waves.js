/**
 * Both sounds as waves, lines upon them. wavesurfer.js draws what is in sight from the given
 * peaks and decodes nothing; of the lines too only those in sight are regions.
 */
((dubbing) => {
  "use strict";

  const HEIGHT_PX = 40; // of each wave
  const MOST_PX_PER_S = 400;
  const LONGEST_VIEW_S = 400; // more would be too many lines at once: that is for the overview
  const HANDS_OFF_MS = 3000; // after a hand on the timeline it does not follow for so long
  const LABEL_PX = 26; // narrower regions have no number

  /** Peaks as ears weigh them: what is quiet is still seen. */
  const loudness = (byte) => (byte / 255) ** 0.6;

  dubbing.Waves = class {
    #regions = new Map(); // line id -> region
    #pending = 0;
    #touched_at = -Infinity;
    #resized_at = -Infinity;
    #isReady = false;

    /** @param {any} app @param {any} overview */
    constructor(app, overview) {
      this.app = app;
      this.overview = overview;
      this.duration_s = Math.max(0.1, app.project.film.duration_ms / 1000);
      this.box = dubbing.byId("waves");
      this.head = dubbing.byId("playhead");
      this.ruler = dubbing.byId("ruler");
      this.px_per_s = 100;
      this.scroll_px = 0;
      this.#make();
      this.#listen();
    }

    #make() {
      const host = dubbing.make("div");
      this.plugin = WaveSurfer.Regions.create();
      this.surfer = WaveSurfer.create({
        container: host, height: HEIGHT_PX, peaks: this.#peaks(this.app.project.media.peaks),
        duration: this.duration_s, interact: false, cursorWidth: 0, autoScroll: false,
        autoCenter: false, minPxPerSec: 1, splitChannels: this.#colours(), plugins: [this.plugin],
      });
      // Its style element would fall to the Content-Security-Policy; as a sheet it is allowed.
      const root = host.firstElementChild.shadowRoot;
      const style = root.querySelector("style");
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style.textContent);
      style.remove();
      root.adoptedStyleSheets = [sheet];
      const scroller = root.querySelector(".scroll");
      scroller.tabIndex = 0; // what scrolls can be reached without a mouse
      scroller.setAttribute("role", "group");
      scroller.setAttribute("aria-label", "Waves of original and dub");
      this.box.append(host);
      this.surfer.on("ready", () => {
        this.#isReady = true;
        this.zoom(Number(dubbing.byId("zoom").value) / 100);
      });
    }

    #peaks(peaks) {
      const wave = (base64) => Float32Array.from(dubbing.bytesOf(base64 || ""), loudness);
      const [original, dub] = [wave(peaks?.original), wave(peaks?.dub)];
      const length = Math.max(2, original.length, dub.length);
      return [original, dub].map((one) => {
        if (one.length === length) return one;
        const whole = new Float32Array(length);
        whole.set(one);
        return whole;
      });
    }

    #colours() {
      const colour = (name) => this.app.colours.theme(name);
      return [colour("wave-original"), colour("wave-dub")].map((waveColor) => ({
        waveColor, progressColor: waveColor,
      }));
    }

    #listen() {
      const { app, surfer } = this;
      surfer.on("scroll", (start, end, left) => {
        this.scroll_px = left;
        this.#soon();
      });
      surfer.on("redraw", () => this.#soon());
      this.plugin.on("region-updated", (region) => {
        this.#resized_at = performance.now();
        const line = app.review.byId.get(region.id);
        app.review.slot(line, region.start * 1000, region.end * 1000);
        this.#refresh(line);
      });
      this.box.addEventListener("click", (event) => this.#click(event));
      for (const touch of ["wheel", "pointerdown"]) {
        this.box.addEventListener(touch, (event) => this.#touch(event), { passive: false });
      }
      new ResizeObserver(() => this.zoom(Number(dubbing.byId("zoom").value) / 100)).observe(this.box);
      dubbing.byId("zoom").addEventListener("input", (event) => this.zoom(event.target.value / 100));
      app.player.on("time", (ms) => this.#follow(ms));
      for (const change of ["decision", "line"]) {
        app.review.on(change, (id) => this.#refresh(app.review.byId.get(id)));
      }
      app.on("select", (line, before) => {
        for (const one of [before, line]) if (one) this.#refresh(one);
        if (line && !app.player.isPlaying) this.show(line.start_ms);
      });
      document.addEventListener("themechange", () => {
        surfer.setOptions({ splitChannels: this.#colours() });
        this.#soon();
      });
    }

    /** After a render. @param {Peaks} peaks */
    setPeaks(peaks) {
      this.surfer.load("", this.#peaks(peaks), this.duration_s);
    }

    #touch(event) {
      this.#touched_at = performance.now();
      if (event.type !== "wheel" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault(); // with Ctrl the wheel zooms, as in other editors
      const slider = dubbing.byId("zoom");
      slider.value = String(Number(slider.value) - Math.sign(event.deltaY) * 4);
      this.zoom(Number(slider.value) / 100);
    }

    #click(event) {
      const isHandle = event.composedPath().some((at) => String(at.part || "").includes("handle"));
      if (isHandle || performance.now() - this.#resized_at < 250) return;
      const x = event.clientX - this.box.getBoundingClientRect().left + this.scroll_px;
      const ms = (x / this.px_per_s) * 1000;
      this.app.player.seek(ms);
      const hit = this.app.review.lines.find((line) => line.start_ms <= ms && ms < line.end_ms);
      if (hit) this.app.select(hit, { seeks: false });
    }

    /** @param {number} share 0: as wide as sensible, 1: closest */
    zoom(share) {
      const width = this.box.clientWidth;
      if (!this.#isReady || !width) return;
      const least = Math.max(width / this.duration_s, width / LONGEST_VIEW_S);
      const most = Math.max(least, MOST_PX_PER_S);
      const keep_ms = this.app.player.time_ms;
      const at_px = (keep_ms / 1000) * this.px_per_s - this.scroll_px;
      this.surfer.zoom(least * (most / least) ** share);
      this.px_per_s = this.surfer.getWrapper().clientWidth / this.duration_s;
      const isInSight = at_px >= 0 && at_px <= width;
      this.surfer.setScroll((keep_ms / 1000) * this.px_per_s - (isInSight ? at_px : width / 3));
      this.scroll_px = this.surfer.getScroll();
      this.#soon();
    }

    /** Bring a moment into sight. */
    show(ms) {
      const x = (ms / 1000) * this.px_per_s;
      const width = this.box.clientWidth;
      if (x >= this.scroll_px + 20 && x <= this.scroll_px + width * 0.85) return;
      this.surfer.setScroll(Math.max(0, x - width * 0.15));
      this.scroll_px = this.surfer.getScroll();
    }

    #follow(ms) {
      if (performance.now() - this.#touched_at > HANDS_OFF_MS) this.show(ms);
      this.#place(ms);
    }

    #place(ms) {
      this.head.style.transform = `translateX(${(ms / 1000) * this.px_per_s - this.scroll_px}px)`;
    }

    #soon() {
      if (!this.#pending) this.#pending = requestAnimationFrame(() => this.#draw());
    }

    #draw() {
      this.#pending = 0;
      if (!this.#isReady) return;
      this.px_per_s = this.surfer.getWrapper().clientWidth / this.duration_s;
      const start_ms = (this.scroll_px / this.px_per_s) * 1000;
      const end_ms = start_ms + (this.box.clientWidth / this.px_per_s) * 1000;
      this.overview.view = { start_ms, end_ms };
      this.overview.soon();
      this.#place(this.app.player.time_ms);
      this.#drawRuler(start_ms, end_ms);
      const wanted = new Set();
      for (const line of this.app.review.lines) {
        if (line.latest_ms < start_ms || line.earliest_ms > end_ms) continue;
        wanted.add(line.id);
        if (!this.#regions.has(line.id)) this.#refresh(line, true);
      }
      for (const [id, region] of this.#regions) {
        if (wanted.has(id)) continue;
        region.remove();
        this.#regions.delete(id);
      }
    }

    #refresh(line, isNew = false) {
      const held = this.#regions.get(line.id);
      if (held) held.remove();
      this.#regions.delete(line.id);
      if (!this.#isReady || (!held && !isNew)) return;
      const { review, colours, selected } = this.app;
      const { start_ms, end_ms } = review.wished(line);
      const isSelected = line === selected;
      const isWide = ((end_ms - start_ms) / 1000) * this.px_per_s > LABEL_PX;
      const isFlagged = review.isFlagged(line);
      const region = this.plugin.addRegion({
        id: line.id, start: start_ms / 1000, end: end_ms / 1000, drag: false,
        resize: isSelected && !line.kept, color: colours.of(line.speaker) + (isSelected ? "66" : "2e"),
        content: isWide ? `${line.number}${isFlagged ? " ⚑" : ""}` : undefined,
      });
      this.#dress(region, line, isSelected, isFlagged);
      this.#regions.set(line.id, region);
    }

    #dress(region, line, isSelected, isFlagged) {
      if (!region.element) return;
      const { review, colours } = this.app;
      const { style } = region.element;
      const state = review.state(line);
      const edge = { accepted: "good", locked: "good", rejected: "bad", edited: "bar" }[state];
      style.borderBottom = edge ? `3px solid ${colours.theme(edge)}` : "none";
      style.borderTop = isFlagged ? `3px solid ${colours.theme("warn")}` : "none";
      style.borderLeft = `2px solid ${colours.of(line.speaker)}`;
      style.outline = isSelected ? `1px solid ${colours.theme("ink")}` : "none";
      style.zIndex = isSelected ? "2" : "1";
    }

    #drawRuler(start_ms, end_ms) {
      const { pen, width, height } = dubbing.sheet(this.ruler);
      const { colours } = this.app;
      const steps_s = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300];
      const step_ms = 1000 * (steps_s.find((step) => step * this.px_per_s > 70) || 600);
      pen.fillStyle = colours.theme("dim");
      pen.font = "11px system-ui, sans-serif";
      for (let ms = Math.floor(start_ms / step_ms) * step_ms; ms <= end_ms; ms += step_ms) {
        const x = (ms / 1000) * this.px_per_s - this.scroll_px;
        if (x < -60 || x > width) continue;
        pen.fillRect(x, height - 6, 1, 6);
        pen.fillText(dubbing.clock(ms, 1).replace(/\.0$/, ""), x + 3, height - 5);
      }
    }
  };
})(window.dubbing);
