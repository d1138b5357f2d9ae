/** The bar on top: how far the review is, whether it is kept, and what goes in and out. */
((dubbing) => {
  "use strict";

  const { byId } = dubbing;
  const REVIEWER_KEY = "dubbing-reviewer";
  const KEPT = {
    saved: ["Saved", "info"],
    here: ["Saved in this browser", "info"],
    saving: ["Saving…", "info"],
    unsaved: ["Not saved: the server does not answer, trying again…", "bad"],
    lost: ["Server lost, connecting again…", "bad"],
    ended: ["Not saved", "bad"],
    elsewhere: ["Not saved", "bad"],
    over: ["Session ended", "bad"],
    contested: ["Not saved: choose", "bad"],
    refused: ["Not saved", "bad"],
  };

  dubbing.Sending = class {
    #isSafe = true;

    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.review = app.review;
      const { film } = app.project;
      byId("film-name").textContent = dubbing.visible(film.name, 200);
      byId("languages").textContent = film.source.code === film.target.code
        ? `${film.target.name}, spoken again` : `${film.source.name} → ${film.target.name}`;
      document.title = `${dubbing.visible(film.name, 80)} – dub review`;
      byId("undo").addEventListener("click", () => this.review.undo());
      byId("redo").addEventListener("click", () => this.review.redo());
      byId("import").addEventListener("click", () => byId("import-file").click());
      byId("import-file").addEventListener("change", () => this.#import());
      byId("download").addEventListener("click", () => this.#download());
      byId("signing").addEventListener("close", () => this.#signed());
      for (const change of ["decision", "line", "history"]) this.review.on(change, () => this.show());
      window.addEventListener("beforeunload", (event) => {
        if (!this.#isSafe || this.review.isEditing()) event.preventDefault();
      });
      this.#rendering();
      this.show();
    }

    /** @param {string} state a key of `KEPT` */
    tell(state) {
      const isHere = state === "saved" && !this.app.server;
      const [words, tone] = KEPT[isHere ? "here" : state];
      this.#isSafe = ["saved", "lost", "over"].includes(state); // nothing waits to be saved
      byId("saved").dataset.tone = tone;
      const isBrowser = state === "unsaved" && !this.app.server;
      const which = ["contested", "refused"].includes(state) ? this.#heldLines() : "";
      dubbing.setText(byId("saved"),
        isBrowser ? "Not kept by this browser: download before closing" : `${words}${which}`);
    }

    #heldLines() {
      const numbers = this.review.held.all.map(([id]) => this.review.byId.get(id).number);
      return ` (line ${numbers.sort((a, b) => a - b).join(", ")})`;
    }

    /** All decisions as this page has them, whatever the server has. */
    downloadHere() {
      dubbing.download("review.json", dubbing.writeReview(this.review, ""));
    }

    show() {
      const { decided, all } = this.review.progress;
      byId("decided-bar").max = Math.max(1, all);
      byId("decided-bar").value = decided;
      dubbing.setText(byId("decided-count"), `${decided} of ${all} decided`);
      byId("undo").disabled = !this.review.canUndo;
      byId("redo").disabled = !this.review.canRedo;
    }

    async #import() {
      const [file] = byId("import-file").files;
      if (!file) return;
      try {
        dubbing.announce(await dubbing.importReview(file, this.review));
      } catch (error) {
        dubbing.announce(error.message, "bad");
      }
      byId("import-file").value = ""; // the same file may be chosen again
    }

    #download() {
      if (this.app.server && !this.#isSafe) { // the server's own file would lack what is not saved
        this.downloadHere();
        return;
      }
      if (this.app.server) {
        dubbing.make("a", { href: "/api/review.json", download: "review.json" }).click();
        return;
      }
      const { decided, all } = this.review.progress;
      byId("reviewer").value = dubbing.remembered(REVIEWER_KEY) || "";
      byId("signing-count").textContent = `${decided} of ${all} lines are decided; ` +
        `${this.review.decisions.length} have something said of them.`;
      byId("signing").returnValue = "";
      byId("signing").showModal();
      byId("reviewer").focus();
    }

    #signed() {
      if (byId("signing").returnValue !== "download") return;
      const name = byId("reviewer").value.trim();
      dubbing.remember(REVIEWER_KEY, name);
      dubbing.download("review.json", dubbing.writeReview(this.review, name));
      this.#isSafe = true;
      dubbing.announce("review.json was handed over.");
    }

    #rendering() {
      const { app } = this;
      byId("render-box").hidden = !app.server;
      if (!app.server) return;
      byId("render").addEventListener("click", () => {
        app.server.press("POST", "/api/render", "The film is not rendered");
      });
      app.on("render", (job) => {
        const isBusy = job.state === "queued" || job.state === "running";
        byId("render").disabled = isBusy;
        const bar = byId("render-bar");
        bar.hidden = !isBusy;
        if (typeof job.share === "number") bar.value = job.share;
        else bar.removeAttribute("value");
        if (job.state === "done") dubbing.announce("The film is rendered.");
        if (job.state === "failed") {
          dubbing.announce(`The film could not be rendered: ${dubbing.visible(job.message || "", 300)}`, "bad");
        }
      });
    }
  };
})(window.dubbing);
