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
      const { source, target } = app.project.film;
      const label = source.code === target.code ? "What is said" : "Translation";
      this.title = make("h2", { class: "title" });
      this.badges = make("span", { class: "badges wrap" });
      this.job = make("div", { class: "job", role: "status", hidden: true });
      this.source = make("div", { class: "source-text" });
      this.text = make("textarea", { id: "translation", rows: 2, lang: target.code,
        dir: target.dir, maxlength: dubbing.LONGEST_TEXT, spellcheck: "true",
        "aria-label": `${label}, ${target.name}`, "aria-describedby": "estimate" });
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
      this.contest = new dubbing.ContestPanel(app);
      this.faults = make("div", { class: "row faults", role: "group", "aria-label": "Faults of the text" });
      this.empty = make("p", { class: "empty", text: "Choose a line." });
      this.body = make("div", { class: "words-body" },
        make("div", { class: "row" }, this.title, this.badges), this.job, this.contest.box, this.source,
        this.text, this.faults,
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
      text.addEventListener("input", () => {
        this.#mark("text", text.value !== this.filled);
        this.#measure();
      });
      for (const leaving of ["change", "blur"]) {
        text.addEventListener(leaving, () => this.#keep());
        note.addEventListener(leaving, () => this.#keepNote());
      }
      dubbing.onLeaving(text, () => this.#keep(), () => this.#revert());
      note.addEventListener("input", () => this.#mark("note", note.value !== this.filledNote));
      dubbing.onLeaving(note, () => this.#keepNote(), () => this.#revertNote());
    }

    /** Whether a field holds something that is not kept yet. */
    #mark(field, isDirty) {
      const { review } = this.app;
      if (!this.line) return;
      if (isDirty) review.begin(this.line.id, field);
      else review.finish(this.line.id, field);
    }

    #keep() {
      if (!this.line) return;
      const said = this.text.value;
      if (said !== this.filled && said.trim()) {
        this.filled = said;
        this.app.review.say(this.line, said);
      } else if (said !== this.filled) {
        dubbing.announce("A line cannot be empty; its translation stays.", "warn");
        this.#fill();
      }
      this.#mark("text", false);
    }

    #revert() {
      this.#fill();
      this.#mark("text", false);
    }

    #keepNote() {
      if (!this.line) return;
      if (this.note.value !== this.filledNote) {
        this.filledNote = this.note.value;
        this.app.review.edit(this.line, { note: this.note.value.trim() });
      }
      this.#mark("note", false);
    }

    #revertNote() {
      this.#fillNote();
      this.#mark("note", false);
    }

    #fillNote() {
      this.note.value = this.app.review.wished(this.line).note;
      this.filledNote = this.note.value;
    }

    #fill() {
      this.text.value = this.app.review.wished(this.line).text;
      this.filled = this.text.value; // as the field gives it back: it alters line ends
      this.#measure();
    }

    /** @param {?Line} line */
    show(line) {
      const isSame = Boolean(this.line && line && this.line.id === line.id); // dubbed anew meanwhile
      if (this.line && !isSame) {
        this.#keep();
        this.#keepNote();
      }
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
      this.refresh(line);
    }

    /** @param {Line} line */
    refresh(line) {
      const { review } = this.app;
      const wished = review.wished(line);
      if (!review.isEditing(line.id, "text") && this.text.value !== wished.text) this.#fill();
      if (!review.isEditing(line.id, "note") && this.note.value.trim() !== wished.note) this.#fillNote();
      this.contest.show(line);
      this.#showFaults(line, wished.text);
      this.badges.replaceChildren(...dubbing.badges(this.app, line));
      const state = review.state(line);
      this.accept.setAttribute("aria-pressed", String(state === "accepted"));
      this.reject.setAttribute("aria-pressed", String(state === "rejected"));
      this.clear.disabled = !dubbing.saysSomething(review.decision(line.id));
      this.#showJob(this.app.jobs.get(line.id));
      this.#measure();
    }

    /** What the checks find in the text, each with a way to say that it is meant. */
    #showFaults(line, text) {
      const { review } = this.app;
      const candidate = line.candidates.find((one) => one.text === text);
      const isSpoken = text === line.says;
      const found = isSpoken ? line.flags.map(dubbing.faultOf).filter(Boolean) : candidate?.flags || [];
      const accepted = review.decision(line.id)?.flags_accepted || [];
      const held = document.activeElement?.dataset?.fault;
      this.faults.hidden = !found.length;
      this.faults.replaceChildren(...found.map((fault) => make("button", { type: "button",
        "data-fault": fault, "aria-pressed": String(accepted.includes(fault)),
        title: "Accept this: it is no longer flagged", text: `${dubbing.visible(fault, 60)}: I mean it`,
        onclick: () => this.#accept(line, accepted, fault) })));
      const again = [...this.faults.children].find((button) => button.dataset.fault === held);
      if (held && again) again.focus();
    }

    #accept(line, accepted, fault) {
      const others = accepted.filter((one) => one !== fault);
      const next = accepted.includes(fault) ? others : [...others, fault];
      this.app.review.edit(line, { flags_accepted: next.length ? next : undefined });
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
