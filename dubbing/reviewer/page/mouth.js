/** The selected line close up: its slot, where the dub lies, how the mouth opens, what is said. */
((dubbing) => {
  "use strict";

  const GUTTER_PX = 66;
  const TOP_PX = 30; // of the mouth, below slot and dub
  const PAD_MS = 250;
  const SEEN_MOST = 254; // 255 says: not seen
  const LETTER_PX = 9; // narrower phonemes have no symbol

  dubbing.Mouth = class {
    #pending = 0;

    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.canvas = dubbing.byId("mouth");
      this.head = dubbing.byId("mouth-playhead");
      this.range = null;
      const again = () => this.#soon();
      new ResizeObserver(again).observe(this.canvas);
      document.addEventListener("themechange", again);
      app.on("select", again);
      for (const change of ["decision", "line"]) app.review.on(change, again);
      app.player.on("time", (ms) => this.#place(ms));
      this.canvas.addEventListener("click", (event) => {
        const x = event.clientX - this.canvas.getBoundingClientRect().left - GUTTER_PX;
        if (this.range && x >= 0) app.player.seek(this.range.start_ms + x / this.px_per_ms);
      });
    }

    #soon() {
      if (!this.#pending) this.#pending = requestAnimationFrame(() => this.#draw());
    }

    #x(ms) {
      return GUTTER_PX + (ms - this.range.start_ms) * this.px_per_ms;
    }

    #place(ms) {
      const isIn = Boolean(this.range) && ms >= this.range.start_ms && ms <= this.range.end_ms;
      this.head.hidden = !isIn;
      if (isIn) this.head.style.transform = `translateX(${this.#x(ms)}px)`;
    }

    #draw() {
      this.#pending = 0;
      const { pen, width, height } = dubbing.sheet(this.canvas);
      const { selected: line, review, colours } = this.app;
      this.pen = pen;
      this.range = null;
      this.head.hidden = true;
      pen.font = "11px system-ui, sans-serif";
      pen.textBaseline = "middle";
      if (!width) return;
      if (!line) {
        pen.fillStyle = colours.theme("dim");
        pen.fillText("Choose a line to see its mouth and phonemes.", 8, height / 2);
        return;
      }
      const wished = review.wished(line);
      const opening = line.lips ? dubbing.bytesOf(line.lips.opening) : null;
      const sounds = [line.dub_start_ms, line.dub_end_ms].filter((ms) => typeof ms === "number");
      const known = [line.start_ms, line.end_ms, wished.start_ms, wished.end_ms, ...sounds];
      this.range = { start_ms: Math.min(...known) - PAD_MS, end_ms: Math.max(...known) + PAD_MS };
      this.px_per_ms = (width - GUTTER_PX - 6) / (this.range.end_ms - this.range.start_ms);
      const mouth = { top: TOP_PX, height: height - TOP_PX - 26 };
      this.#labels([["slot", 6], ["dub", 20], ["mouth", mouth.top + mouth.height / 2], ["phonemes", height - 12]]);
      this.#span(wished.start_ms, wished.end_ms, 3, 6, colours.theme("dim"));
      if (sounds.length === 2) this.#span(...sounds, 17, 6, colours.theme("bar"));
      this.#opening(line, opening, mouth, width);
      this.#slotEdges(wished, mouth);
      this.#phonemes(line, height - 22, 20);
      this.#describe(line, opening);
      this.#place(this.app.player.time_ms);
    }

    #labels(labels) {
      this.pen.fillStyle = this.app.colours.theme("dim");
      for (const [text, y] of labels) this.pen.fillText(text, 8, y);
    }

    #span(start_ms, end_ms, y, height, colour) {
      this.pen.fillStyle = colour;
      this.pen.beginPath();
      this.pen.roundRect(this.#x(start_ms), y, Math.max(2, (end_ms - start_ms) * this.px_per_ms), height, 3);
      this.pen.fill();
    }

    #slotEdges({ start_ms, end_ms }, { top, height }) {
      this.pen.fillStyle = this.app.colours.theme("dim");
      this.pen.globalAlpha = 0.5;
      for (const ms of [start_ms, end_ms]) this.pen.fillRect(this.#x(ms), top, 1, height + 26);
      this.pen.globalAlpha = 1;
    }

    #opening(line, opening, { top, height }, width) {
      const { pen } = this;
      const { colours } = this.app;
      pen.fillStyle = colours.theme("inset");
      pen.fillRect(GUTTER_PX, top, width - GUTTER_PX - 6, height);
      if (!opening || !opening.length) {
        pen.fillStyle = colours.theme("dim");
        pen.fillText("The mouth is not seen: timed freely.", GUTTER_PX + 8, top + height / 2);
        return;
      }
      const { start_ms, frame_ms } = line.lips;
      const step = frame_ms * this.px_per_ms;
      opening.forEach((value, i) => {
        const from_ms = start_ms + i * frame_ms;
        if (from_ms < this.range.start_ms || from_ms > this.range.end_ms) return;
        const isSeen = value <= SEEN_MOST;
        const tall = isSeen ? Math.max(1, (value / SEEN_MOST) * (height - 2)) : height;
        pen.fillStyle = colours.theme(isSeen ? "mouth" : "unseen");
        pen.fillRect(this.#x(from_ms), top + height - tall, step + 0.4, tall);
      });
    }

    #phonemes(line, top, height) {
      const { pen } = this;
      const { colours } = this.app;
      pen.textAlign = "center";
      for (const [symbol, start_ms, end_ms, closes] of line.phonemes) {
        const x = this.#x(start_ms);
        const width = (end_ms - start_ms) * this.px_per_ms;
        pen.fillStyle = colours.theme(closes ? "closure" : "phoneme");
        pen.fillRect(x, top, Math.max(1, width - 1), height);
        // Where lips must close, a thin line through the mouth shows whether they do.
        if (closes) pen.fillRect(x + width / 2 - 0.5, TOP_PX, 1.5, top - TOP_PX);
        if (width < LETTER_PX) continue;
        pen.fillStyle = colours.theme(closes ? "on-closure" : "ink");
        pen.fillText(dubbing.visible(symbol, 3), x + width / 2, top + height / 2);
      }
      pen.textAlign = "start";
      if (line.phonemes.length) return;
      pen.fillStyle = colours.theme("dim");
      pen.fillText("No phonemes are planned.", GUTTER_PX + 8, top + height / 2);
    }

    #describe(line, opening) {
      const seen = opening && opening.length
        ? `mouth seen ${dubbing.percent(opening.filter((v) => v <= SEEN_MOST).length / opening.length)}`
        : "mouth not seen";
      const closures = line.phonemes.filter((phoneme) => phoneme[3]).length;
      this.canvas.setAttribute("aria-label",
        `Line ${line.number}: ${seen}, ${line.phonemes.length} phonemes, ${closures} closures.`);
    }
  };
})(window.dubbing);
