/**
 * The list of lines. Rows are all of one height and only those in sight exist, so that two
 * thousand lines scroll like twenty.
 */
((dubbing) => {
  "use strict";

  const ROW_PX = 74; // as --row in style.css
  const MARGIN = 6; // rows beyond each edge
  const LONGEST = 160; // characters of a text that a row can show at most

  dubbing.LineList = class {
    #rows = new Map(); // line id -> element
    #pending = 0;

    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.filter = new dubbing.Filter(app.review);
      this.lines = [];
      this.box = dubbing.byId("list");
      this.space = dubbing.make("div", { class: "space", role: "presentation" });
      this.box.append(this.space);
      this.box.addEventListener("scroll", () => this.#soon());
      this.box.addEventListener("click", (event) => {
        const row = event.target.closest(".line");
        if (row) app.select(app.review.byId.get(row.dataset.line));
      });
      new ResizeObserver(() => this.#soon()).observe(this.box);
      this.#controls();
      app.review.on("decision", (id) => this.#changed(id));
      app.review.held.on("held", (id) => this.#changed(id));
      app.review.on("line", (id) => {
        this.#changed(id);
        this.#filtered(); // it is another object now
      });
      app.on("job", (id) => this.#changed(id));
      app.on("select", (line) => this.#select(line));
      app.on("now", () => this.#soon());
      this.apply();
    }

    #controls() {
      const { filter, app } = this;
      for (const button of document.querySelectorAll("[data-which]")) {
        button.addEventListener("click", () => {
          filter.which = button.dataset.which;
          this.apply();
        });
      }
      const select = dubbing.byId("speaker-filter");
      for (const speaker of app.project.speakers) {
        const text = dubbing.visible(speaker.name || speaker.id, 60);
        select.append(dubbing.make("option", { value: speaker.id, text }));
      }
      select.addEventListener("change", () => {
        filter.speaker = select.value;
        this.apply();
      });
      const search = dubbing.byId("search");
      search.addEventListener("input", () => {
        filter.words = search.value;
        this.apply();
      });
    }

    /** Filter anew, show from where the selected line is. */
    apply() {
      for (const button of document.querySelectorAll("[data-which]")) {
        button.setAttribute("aria-pressed", String(button.dataset.which === this.filter.which));
      }
      this.#filtered();
      this.reveal(this.app.selected);
    }

    #filtered() {
      this.lines = this.filter.lines();
      const { review } = this.app;
      dubbing.setText(dubbing.byId("shown-count"), `${this.lines.length} of ${review.lines.length}`);
      const empty = dubbing.byId("no-lines");
      empty.hidden = this.lines.length > 0;
      this.box.hidden = !this.lines.length; // a listbox without options would be no listbox
      empty.textContent = review.lines.length
        ? "No line is like that. Change the search or the filter."
        : "This film has no lines: nobody speaks in it.";
      this.space.style.height = `${this.lines.length * ROW_PX}px`;
      this.#draw();
    }

    #changed(id) {
      const row = this.#rows.get(id);
      if (row) {
        row.remove();
        this.#rows.delete(id);
      }
      if (this.filter.which !== "all" || this.filter.words) this.#filtered();
      else this.#soon();
    }

    #select(line) {
      this.reveal(line);
      this.box.setAttribute("aria-activedescendant", line ? `row-${line.id}` : "");
    }

    /** Scroll just so far that the line is in sight. */
    reveal(line) {
      const index = this.lines.indexOf(line);
      const { scrollTop, clientHeight } = this.box;
      const top = index * ROW_PX;
      if (index >= 0 && top < scrollTop) this.box.scrollTop = top;
      else if (index >= 0 && top + ROW_PX > scrollTop + clientHeight) {
        this.box.scrollTop = top + ROW_PX - clientHeight;
      }
      this.#draw();
    }

    #soon() {
      if (!this.#pending) this.#pending = requestAnimationFrame(() => this.#draw());
    }

    #draw() {
      cancelAnimationFrame(this.#pending);
      this.#pending = 0;
      const first = Math.max(0, Math.floor(this.box.scrollTop / ROW_PX) - MARGIN);
      const last = Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW_PX) + MARGIN;
      const shown = this.lines.slice(first, last);
      const wanted = new Set(shown.map((line) => line.id));
      for (const [id, row] of this.#rows) {
        if (wanted.has(id)) continue;
        row.remove();
        this.#rows.delete(id);
      }
      shown.forEach((line, i) => this.#place(line, first + i));
    }

    #place(line, index) {
      let row = this.#rows.get(line.id);
      if (!row) {
        row = this.#row(line);
        this.#rows.set(line.id, row);
        this.space.append(row);
      }
      row.style.transform = `translateY(${index * ROW_PX}px)`;
      row.setAttribute("aria-posinset", String(index + 1));
      row.setAttribute("aria-setsize", String(this.lines.length));
      row.setAttribute("aria-selected", String(line === this.app.selected));
      row.classList.toggle("now", this.app.isNow(line));
    }

    #row(line) {
      const { make, spoken } = dubbing;
      const { app } = this;
      const { film } = app.project;
      const who = app.review.speakers.get(line.speaker);
      const swatch = make("i", { class: "swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = app.colours.of(line.speaker);
      const { text } = app.review.wished(line);
      const says = text && !line.kept
        ? spoken(text, film.target, LONGEST)
        : make("span", { class: "dim", text: line.kept ? "the original stays" : "not dubbed" });
      const head = make(
        "div",
        { class: "head" },
        make("b", { text: line.number }),
        make("span", { class: "dim", text: dubbing.clock(line.start_ms) }),
        swatch,
        make("bdi", { class: "who", text: dubbing.visible((who && who.name) || line.speaker, 40) }),
        make("span", { class: "badges" }, ...dubbing.badges(app, line, true)),
      );
      return make(
        "div",
        { class: `line ${app.review.state(line)}`, role: "option", id: `row-${line.id}`,
          "data-line": line.id },
        head,
        make("div", { class: "source" }, spoken(line.text, film.source, LONGEST)),
        make("div", { class: "says" }, says),
      );
    }
  };
})(window.dubbing);
