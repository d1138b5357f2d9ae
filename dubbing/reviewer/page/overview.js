/** The whole film in one strip: lines by speaker, flags above them, what is decided below. */
((dubbing) => {
  "use strict";

  dubbing.Overview = class {
    #drawn = null; // the lines, drawn once
    #pending = 0;

    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.canvas = dubbing.byId("overview");
      this.view = { start_ms: 0, end_ms: 0 };
      const go = (event) => {
        const { left, width } = this.canvas.getBoundingClientRect();
        app.player.seek(((event.clientX - left) / width) * app.project.film.duration_ms);
      };
      this.canvas.addEventListener("pointerdown", (event) => {
        this.canvas.setPointerCapture(event.pointerId);
        go(event);
      });
      this.canvas.addEventListener("pointermove", (event) => {
        if (event.buttons) go(event);
      });
      const again = () => {
        this.#drawn = null;
        this.soon();
      };
      new ResizeObserver(again).observe(this.canvas);
      document.addEventListener("themechange", again);
      for (const change of ["decision", "line"]) app.review.on(change, again);
      app.review.held.on("held", again);
      app.player.on("time", () => this.soon());
      app.on("select", () => this.soon());
    }

    soon() {
      if (!this.#pending) this.#pending = requestAnimationFrame(() => this.#draw());
    }

    #x(ms, width) {
      return (ms / Math.max(1, this.app.project.film.duration_ms)) * width;
    }

    #draw() {
      this.#pending = 0;
      const { pen, width, height } = dubbing.sheet(this.canvas);
      if (!width) return;
      if (!this.#drawn) this.#drawn = this.#lines(width, height);
      const { colours, player, selected } = this.app;
      const from = this.#x(this.view.start_ms, width);
      pen.fillStyle = colours.theme("slot");
      pen.fillRect(from, 0, Math.max(2, this.#x(this.view.end_ms, width) - from), height);
      pen.drawImage(this.#drawn, 0, 0, width, height);
      if (selected) {
        const x = this.#x(selected.start_ms, width);
        pen.strokeStyle = colours.theme("ink");
        pen.strokeRect(x - 0.5, 4.5, Math.max(3, this.#x(selected.end_ms, width) - x) + 1, height - 9);
      }
      pen.fillStyle = colours.theme("playhead");
      pen.fillRect(this.#x(player.time_ms, width) - 0.75, 0, 1.5, height);
    }

    #lines(width, height) {
      const scale = window.devicePixelRatio || 1;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      const { review, colours } = this.app;
      const [warn, good, bad] = ["warn", "good", "bad"].map((name) => colours.theme(name));
      for (const line of review.lines) {
        const x = this.#x(line.start_ms, width);
        const w = Math.max(1, this.#x(line.end_ms, width) - x);
        pen.globalAlpha = line.kept ? 0.35 : 0.85;
        pen.fillStyle = colours.of(line.speaker);
        pen.fillRect(x, 5, w, height - 10);
        pen.globalAlpha = 1;
        if (review.isFlagged(line)) {
          pen.fillStyle = warn;
          pen.fillRect(x, 0, Math.max(2, w), 3);
        }
        if (review.isDecided(line)) {
          pen.fillStyle = review.state(line) === "rejected" ? bad : good;
          pen.fillRect(x, height - 3, Math.max(2, w), 3);
        }
      }
      return canvas;
    }
  };
})(window.dubbing);
