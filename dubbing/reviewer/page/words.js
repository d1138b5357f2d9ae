/**
 * What the line says: source, translation editor with the time it will take, and the decision.
 * Text counts when the field is left; Escape leaves it as it was.
 */
((dubbing) => {
  "use strict";

  const { make } = dubbing;
  const ASK_AFTER_MS = 300;
  const HURRIED = 1.15; // above this a listener hears the hurry
  const SLACK = 0.6; // below this the mouth moves on without a voice

  dubbing.Words = class {
    #asking = 0;
    #asked = 0;

    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.line = null;
      const { target } = app.project.film;
      this.title = make("h2", { class: "title" });
      this.badges = make("span", { class: "badges wrap" });
      this.job = make("div", { class: "job", role: "status", hidden: true });
      this.source = make("div", { class: "source-text" });
      this.text = make("textarea", { id: "translation", rows: 2, lang: target.code,
        dir: target.dir, maxlength: dubbing.LONGEST_TEXT, spellcheck: "true",
        "aria-label": `Translation, ${target.name}`, "aria-describedby": "estimate" });
      this.bar = make("span", { class: "fill" });
      this.estimate = make("output", { id: "estimate", for: "translation" });
      this.note = make("input", { type: "text", id: "note", maxlength: 4000, dir: "auto",
        placeholder: "Note ( N )", "aria-label": "Note" });
      this.accept = make("button", { type: "button", id: "accept", class: "good", title: "Accept and go on (A)",
        text: "Accept", onclick: () => app.decide("accepted") });
      this.reject = make("button", { type: "button", id: "reject", class: "bad", title: "Reject (R)",
        text: "Reject", onclick: () => app.decide("rejected") });
      this.clear = make("button", { type: "button", id: "clear", text: "Clear decision",
        onclick: () => this.line && app.review.clear(this.line) });
      this.empty = make("p", { class: "empty", text: "Choose a line." });
      this.body = make("div", { class: "words-body" },
        make("div", { class: "row" }, this.title, this.badges), this.job, this.source, this.text,
        make("div", { class: "row estimate" },
          make("span", { class: "meter", "aria-hidden": "true" }, this.bar,
            make("span", { class: "limit" })),
          this.estimate),
        make("div", { class: "row verdicts" }, this.accept, this.reject, this.clear, this.note));
      dubbing.byId("words").append(this.empty, this.body);
      this.#listen();
    }

    #listen() {
      const { text, note } = this;
      text.addEventListener("input", () => this.#measure());
      text.addEventListener("change", () => this.#keep());
      dubbing.onLeaving(text, () => this.#keep(), () => this.#fill());
      const keepNote = () => this.line && this.app.review.edit(this.line, { note: note.value.trim() });
      note.addEventListener("change", keepNote);
      dubbing.onLeaving(note, keepNote, () => {
        note.value = this.app.review.wished(this.line).note;
      });
    }

    #keep() {
      if (!this.line || this.text.value === this.filled) return;
      if (!this.text.value.trim()) {
        dubbing.announce("A line cannot be empty; its translation stays.", "warn");
        this.#fill();
        return;
      }
      this.filled = this.text.value;
      this.app.review.say(this.line, this.text.value);
    }

    #fill() {
      this.text.value = this.app.review.wished(this.line).text;
      this.filled = this.text.value; // as the field gives it back: it alters line ends
      this.#measure();
    }

    /** @param {?Line} line */
    show(line) {
      const isSame = Boolean(this.line && line && this.line.id === line.id); // dubbed anew meanwhile
      if (this.line && !isSame) this.#keep();
      this.line = line;
      this.body.hidden = !line;
      this.empty.hidden = Boolean(line);
      if (!line) return;
      const { film } = this.app.project;
      const who = this.app.review.speakers.get(line.speaker);
      const name = dubbing.visible((who && who.name) || line.speaker, 60);
      const swatch = make("i", { class: "swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = this.app.colours.of(line.speaker);
      this.title.replaceChildren(
        `Line ${line.number} `, swatch, make("bdi", { text: name }),
        make("span", { class: "dim", text: ` ${dubbing.clock(line.start_ms)} – ${dubbing.clock(line.end_ms)}` }),
      );
      this.source.replaceChildren(dubbing.spoken(line.text, film.source));
      this.source.dir = film.source.dir;
      const isKept = Boolean(line.kept);
      this.text.hidden = isKept;
      for (const part of [this.accept, this.reject]) part.disabled = isKept;
      this.body.classList.toggle("is-kept", isKept);
      if (!isSame || document.activeElement !== this.text) this.#fill();
      this.refresh(line);
    }

    /** @param {Line} line */
    refresh(line) {
      const { review } = this.app;
      const wished = review.wished(line);
      if (document.activeElement !== this.text) this.#fill();
      if (document.activeElement !== this.note) this.note.value = wished.note;
      this.badges.replaceChildren(...dubbing.badges(this.app, line));
      const state = review.state(line);
      this.accept.setAttribute("aria-pressed", String(state === "accepted"));
      this.reject.setAttribute("aria-pressed", String(state === "rejected"));
      this.clear.disabled = !dubbing.saysSomething(review.decision(line.id));
      this.#showJob(this.app.jobs.get(line.id));
      this.#measure();
    }

    #showJob(job) {
      const isBusy = job && (job.state === "queued" || job.state === "running");
      this.job.hidden = !isBusy && !(job && job.state === "failed");
      if (this.job.hidden) return;
      const said = dubbing.visible(job.message || "", 300);
      const words = { queued: "Waiting to be dubbed anew", running: "Being dubbed anew",
        failed: "Could not be dubbed anew" };
      const parts = [make("span", { text: `${words[job.state]}${said ? `: ${said}` : ""}` })];
      if (typeof job.share === "number" && isBusy) {
        parts.push(make("progress", { max: 1, value: job.share, "aria-label": "Dubbing" }));
      }
      if (isBusy) {
        const cancel = () => this.app.cancel(this.line.id);
        parts.push(make("button", { type: "button", id: "cancel-job", text: "Cancel", onclick: cancel }));
      }
      this.job.dataset.state = job.state;
      this.job.replaceChildren(...parts);
    }

    #measure() {
      const { line, app } = this;
      if (!line) return;
      if (line.kept) {
        this.#tell(null, `The original stays (${dubbing.visible(line.kept, 60)}); there is nothing to decide but a note.`);
        return;
      }
      const text = this.text.value;
      const { start_ms, end_ms } = app.review.wished(line);
      const slot_ms = end_ms - start_ms;
      this.#show(dubbing.estimate(line, text, app.project.film.target.code), slot_ms);
      clearTimeout(this.#asking);
      this.#asked += 1;
      if (!app.server || document.activeElement !== this.text) return;
      const asked = this.#asked;
      this.#asking = setTimeout(async () => {
        const natural_ms = await app.server.estimate(line.id, text);
        if (asked === this.#asked && natural_ms !== null) this.#show(natural_ms, slot_ms);
      }, ASK_AFTER_MS);
    }

    #show(natural_ms, slot_ms) {
      if (natural_ms === null) {
        this.#tell(null, `Slot ${dubbing.seconds(slot_ms)}; how long the text takes is not known.`);
        return;
      }
      const share = natural_ms / Math.max(1, slot_ms);
      const verdict = share > HURRIED ? `too long, ×${share.toFixed(2)}` :
        share < SLACK ? "short" : "fits";
      this.#tell(share, `about ${dubbing.seconds(natural_ms)} of ${dubbing.seconds(slot_ms)}: ${verdict}`);
    }

    #tell(share, words) {
      this.bar.style.width = `${Math.min(100, (share || 0) * (100 / 1.5))}%`; // 1.5 slots wide
      this.bar.dataset.tone = share > HURRIED ? "bad" : share !== null && share < SLACK ? "warn" : "good";
      this.bar.parentElement.hidden = share === null;
      dubbing.setText(this.estimate, words);
    }
  };

  /** Ctrl or Cmd + Enter keeps, Escape does not; both leave the field. */
  dubbing.onLeaving = (field, keep, revert) => {
    field.addEventListener("keydown", (event) => {
      const isKept = event.key === "Enter" && (event.ctrlKey || event.metaKey || field.type === "text");
      if (event.isComposing || (!isKept && event.key !== "Escape")) return; // input methods use both
      event.preventDefault();
      event.stopPropagation();
      if (isKept) keep();
      else revert();
      field.blur();
      dubbing.byId("list").focus({ preventScroll: true });
    });
  };
})(window.dubbing);
