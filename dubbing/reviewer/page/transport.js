/** The strip under the picture: buttons and time code. */
((dubbing) => {
  "use strict";

  const { byId } = dubbing;

  dubbing.Transport = class {
    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.player = app.player;
      this.shuttle = new dubbing.Shuttle(app.player);
      this.#buttons();
      this.#sources();
      this.#shows();
    }

    #buttons() {
      const { app, player } = this;
      const actions = {
        "previous-line": () => app.selectBy(-1),
        "frame-back": () => player.step(-1),
        play: () => this.toggle(),
        "frame-on": () => player.step(1),
        "next-line": () => app.selectBy(1),
        "play-line": () => this.playLine(),
        loop: () => this.toggleLoop(),
        follow: () => this.toggleFollow(),
      };
      for (const [id, act] of Object.entries(actions)) byId(id).addEventListener("click", act);
      byId("speed").addEventListener("input", () => player.setRate(Number(byId("speed").value)));
      byId("picture").addEventListener("click", () => this.toggle());
    }

    #sources() {
      for (const button of document.querySelectorAll("[data-source]")) {
        const has = Boolean(this.player.tracks[button.dataset.source]);
        button.disabled = !has;
        if (!has) button.title = "This film has no such sound.";
        button.addEventListener("click", () => this.player.choose(button.dataset.source));
      }
    }

    #shows() {
      const { player, app } = this;
      const { frame_ms } = app.project.film;
      player.on("time", (ms) => dubbing.setText(byId("timecode"), dubbing.timecode(ms, frame_ms)));
      player.on("state", (state) => {
        byId("play").setAttribute("aria-label", state === "paused" ? "Play" : "Pause");
        byId("stage").dataset.state = state;
      });
      player.on("source", (source) => {
        for (const button of document.querySelectorAll("[data-source]")) {
          button.setAttribute("aria-pressed", String(button.dataset.source === source));
        }
        const names = { dub: "Dub", original: "Original", bed: "Music and effects" };
        dubbing.announce(names[source]);
      });
      player.on("rate", (rate) => {
        byId("speed").value = String(rate);
        byId("speed-out").textContent = `×${rate.toFixed(2)}`;
      });
      player.on("loop", (loop) => byId("loop").setAttribute("aria-pressed", String(Boolean(loop))));
      player.on("broken", (name) => {
        dubbing.announce(`The file of the ${name} could not be played.`, "bad");
      });
      app.on("select", () => {
        if (player.loop) this.#loopLine();
      });
    }

    toggle() {
      if (this.player.isPlaying) this.shuttle.stop();
      else this.player.play();
    }

    /** A/B: the same instant in the other language. */
    swap() {
      this.player.choose(this.player.source === "original" ? "dub" : "original");
    }

    soloBed() {
      if (!this.player.tracks.bed) dubbing.announce("This film has no music-and-effects sound.");
      else this.player.choose(this.player.source === "bed" ? "dub" : "bed");
    }

    playLine() {
      const line = this.app.selected;
      if (!line) return;
      this.player.seek(this.app.review.wished(line).start_ms);
      this.player.play();
    }

    #loopLine() {
      const line = this.app.selected;
      const { start_ms, end_ms } = this.app.review.wished(line);
      const first = Math.min(start_ms, line.dub_start_ms ?? start_ms);
      const last = Math.max(end_ms, line.dub_end_ms ?? end_ms);
      this.player.setLoop({ start_ms: first, end_ms: last });
    }

    toggleLoop() {
      if (this.player.loop) this.player.setLoop(null);
      else if (this.app.selected) {
        this.#loopLine();
        const { start_ms, end_ms } = this.player.loop;
        if (this.player.time_ms < start_ms || this.player.time_ms >= end_ms) {
          this.player.seek(start_ms);
        }
        this.player.play();
      }
    }

    toggleFollow() {
      this.app.follows = !this.app.follows;
      byId("follow").setAttribute("aria-pressed", String(this.app.follows));
    }
  };
})(window.dubbing);
