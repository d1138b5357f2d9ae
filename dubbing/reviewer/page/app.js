/** Puts the page together: one project, one review, one player, and the views of them. */
((dubbing) => {
  "use strict";

  const { byId } = dubbing;

  class App extends dubbing.Signals {
    #now = "";

    /** @param {Project} project */
    constructor(project) {
      super();
      this.project = project;
      this.selected = null;
      this.follows = false;
      this.jobs = new Map();
      this.colours = new dubbing.Colours(project);
      this.review = new dubbing.Review(project);
      this.review.on("line", (id) => {
        if (this.selected && this.selected.id === id) this.selected = this.review.byId.get(id);
      });
      this.server = project.live ? new dubbing.Server() : null;
      this.#play();
      this.list = new dubbing.LineList(this);
      this.transport = new dubbing.Transport(this);
      this.#views();
      this.keyboard = new dubbing.Keyboard(this);
      dubbing.makeHelp(this);
      this.sending = new dubbing.Sending(this);
      this.#keep();
      this.review.on("select", (id) => this.select(this.review.byId.get(id)));
      if (project.lines.length) this.select(project.lines[0], { seeks: false });
      else this.emit("select", null, null);
    }

    #play() {
      const { film, media } = this.project;
      document.body.classList.toggle("no-picture", !media.picture);
      this.player = new dubbing.Player(film, byId("picture"), media);
      this.player.patches = new dubbing.Patches();
      for (const [id, patch] of Object.entries(this.project.patches)) this.player.patches.set(id, patch);
      this.player.on("time", (ms) => this.#follow(ms));
    }

    #views() {
      const overview = new dubbing.Overview(this);
      this.waves = new dubbing.Waves(this, overview);
      this.mouth = new dubbing.Mouth(this);
      this.words = new dubbing.Words(this);
      const what = new dubbing.Candidates(this); // panels stand in the order of their making
      const how = new dubbing.EmotionPanel(this);
      this.slot = new dubbing.SlotPanel(this);
      const views = [this.words, what, how, this.slot, new dubbing.Facts(this)];
      const show = () => views.forEach((view) => view.show(this.selected));
      const isShown = (id) => this.selected && this.selected.id === id;
      const refresh = (id) => isShown(id) && views.forEach((view) => view.refresh(this.selected));
      this.on("select", show);
      this.on("job", refresh);
      this.review.on("decision", refresh);
      this.review.on("line", (id) => isShown(id) && show());
      this.review.held.on("held", refresh);
    }

    #keep() {
      const tell = (state) => this.sending.tell(state);
      if (!this.server) {
        this.review.keeper = new dubbing.BrowserKeeper(this.review, tell);
        return;
      }
      this.review.keeper = new dubbing.ServerKeeper(this, (state) => {
        tell(state);
        if (this.session) this.session.show(state);
      });
      this.session = new dubbing.Session(this);
      this.sending.show();
      dubbing.hearServer(this);
    }

    /**
     * @param {?Line} line
     * @param {{seeks?: boolean}} [how]
     */
    select(line, { seeks = true } = {}) {
      if (!line) return;
      const before = this.selected;
      this.selected = line;
      if (before !== line) this.emit("select", line, before);
      else this.list.reveal(line);
      if (seeks) this.player.seek(this.review.wished(line).start_ms);
    }

    /** @param {number} count lines of the list, down or up */
    selectBy(count) {
      const { lines } = this.list;
      const at = lines.indexOf(this.selected);
      const to = at < 0 && count === 1 ? 0 : at + count;
      this.select(lines[Math.max(0, Math.min(lines.length - 1, to))]);
    }

    /** The next that is so, after the selected one and round again. */
    #selectNext(isSo, none) {
      const { lines } = this.list;
      const at = lines.indexOf(this.selected) + 1;
      const found = [...lines.slice(at), ...lines.slice(0, at)].find(isSo);
      if (found) this.select(found);
      else dubbing.announce(none);
    }

    selectUndecided() {
      this.#selectNext((line) => !line.kept && !this.review.isDecided(line), "Every line here is decided.");
    }

    selectFlagged() {
      this.#selectNext((line) => this.review.isFlagged(line), "No line here is flagged.");
    }

    /** @param {"accepted"|"rejected"} verdict */
    decide(verdict) {
      const line = this.selected;
      if (!line) return;
      if (line.kept) {
        dubbing.announce("The original of this line stays; there is nothing to decide.");
        return;
      }
      const next = this.list.lines[this.list.lines.indexOf(line) + 1];
      this.review.edit(line, { verdict });
      dubbing.announce(`Line ${line.number} ${verdict}.`);
      if (verdict === "accepted" && next) this.select(next);
    }

    /** Take a line out of the queue of the server. */
    cancel(id) {
      this.server.press("DELETE", `/api/jobs/${encodeURIComponent(id)}`, "It could not be cancelled");
    }

    isNow(line) {
      const ms = this.player.time_ms;
      return line.start_ms <= ms && ms < line.end_ms;
    }

    #follow(ms) {
      const lines = this.review.lines.filter((line) => line.start_ms <= ms && ms < line.end_ms);
      const now = lines.map((line) => line.id).join();
      if (now === this.#now) return;
      this.#now = now;
      this.emit("now");
      const isTyping = document.activeElement === byId("translation") || this.review.isEditing();
      const first = lines[0];
      if (this.follows && this.player.isPlaying && first && !isTyping) {
        this.select(first, { seeks: false });
      }
    }
  }

  const start = () => {
    try {
      const app = new App(dubbing.readProject(window.PROJECT));
      dubbing.app = app;
      dubbing.player = app.player;
    } catch (error) {
      document.body.classList.add("no-project");
      dubbing.announce(error.message, "bad");
      throw error;
    }
  };
  start();
})(window.dubbing);
