/** How the line is said: what each sense found in the original, and what the reviewer wants. */
((dubbing) => {
  "use strict";

  const { make } = dubbing;
  const MOST_LABELS = 3;

  const bar = (share) => {
    const fill = make("span", { class: "fill" });
    fill.style.width = `${Math.round(100 * Math.max(0, Math.min(1, share)))}%`;
    return make("span", { class: "small-bar", "aria-hidden": "true" }, fill);
  };

  dubbing.EmotionPanel = class {
    /** @param {any} app */
    constructor(app) {
      this.app = app;
      this.line = null;
      this.heard = make("p", { class: "dim small" });
      this.senses = make("div", { class: "senses" });
      this.mood = make("select", { id: "mood" });
      this.strength = make("input", { type: "range", id: "strength", min: 0, max: 1, step: 0.05 });
      this.strengthOut = make("output", { for: "strength" });
      this.voice = make("select", { id: "voice" });
      this.lips = make("input", { type: "range", id: "lips", min: 0, max: 1, step: 0.05 });
      this.lipsOut = make("output", { for: "lips" });
      this.panel = dubbing.panel("Delivery", this.heard, this.senses, make("div", { class: "grid" },
        make("label", { for: "mood", text: "Emotion" }), this.mood, make("span"),
        make("label", { for: "strength", text: "Strength" }), this.strength, this.strengthOut,
        make("label", { for: "voice", text: "Voice" }), this.voice, make("span"),
        make("label", { for: "lips", text: "Lip strength" }), this.lips, this.lipsOut));
      dubbing.byId("detail").append(this.panel);
      this.#listen();
    }

    #listen() {
      const { mood, strength, voice, lips } = this;
      mood.addEventListener("change", () => this.#chooseMood(mood.value));
      const { review } = this.app;
      for (const slider of [strength, lips]) {
        slider.addEventListener("input", () => {
          review.begin(this.line.id, slider.id);
          this.#outputs();
        });
      }
      strength.addEventListener("change", () => {
        this.#chooseMood(mood.value || this.#usual().label);
        review.finish(this.line.id, strength.id);
      });
      voice.addEventListener("change", () => {
        const asked = this.line.decision && "voice" in this.line.decision;
        review.edit(this.line, { voice: voice.value || (asked ? this.line.voice : undefined) });
      });
      lips.addEventListener("change", () => {
        const usual = this.line.timing?.lip_strength ?? this.app.project.lip_strength;
        review.wish(this.line, "lip_strength", Number(lips.value), usual);
        review.finish(this.line.id, lips.id);
      });
    }

    #usual() {
      const { delivery, emotion } = this.line;
      return delivery || emotion || { label: "neutral", intensity: 0.5 };
    }

    #chooseMood(label) {
      const intensity = Number(this.strength.value);
      this.app.review.edit(this.line, { emotion: label ? { label, intensity } : undefined });
    }

    #outputs() {
      this.strengthOut.textContent = Number(this.strength.value).toFixed(2);
      this.lipsOut.textContent = Number(this.lips.value).toFixed(2);
    }

    /** @param {?Line} line */
    show(line) {
      if (this.line && this.line.id !== line?.id) {
        for (const slider of [this.strength, this.lips]) this.app.review.finish(this.line.id, slider.id);
      }
      this.line = line;
      this.panel.hidden = !line || Boolean(line.kept);
      if (this.panel.hidden) return;
      const { project } = this.app;
      const option = (value, text) => make("option", { value, text: dubbing.visible(text, 60) });
      this.mood.replaceChildren(option("", `as it is (${this.#usual().label})`),
        ...project.moods.map((mood) => option(mood, mood)));
      this.voice.replaceChildren(option("", `as it is (${line.voice})`),
        ...project.voices.map((voice) => option(voice, voice)));
      this.heard.textContent = this.#summary(line);
      this.senses.replaceChildren(...(line.emotion ? line.emotion.senses.map((s) => this.#sense(s)) : []));
      this.refresh(line);
    }

    #summary(line) {
      const said = [];
      if (line.emotion) {
        const { label, intensity, valence, arousal } = line.emotion;
        said.push(`Original: ${label} ${dubbing.fixed(intensity)}` +
          ` (valence ${dubbing.fixed(valence)}, arousal ${dubbing.fixed(arousal)})`);
      } else said.push("No emotion was found in the original");
      const { delivery } = line;
      if (delivery) {
        said.push(`dub: ${delivery.label} ${dubbing.fixed(delivery.intensity)}` +
          `${delivery.is_chosen ? ", chosen" : ""}${delivery.reason ? ` – ${delivery.reason}` : ""}`);
      }
      return dubbing.visible(said.join("; "), 400);
    }

    #sense(sense) {
      return make("div", { class: "sense" },
        make("b", { text: dubbing.visible(sense.name, 20) }),
        make("span", { class: "labels" }, ...sense.labels.slice(0, MOST_LABELS).map(([label, share]) =>
          make("span", { class: "label" }, make("span", { text: dubbing.visible(label, 20) }), bar(share),
            make("span", { class: "dim", text: dubbing.percent(share) })))),
        make("span", { class: "dim small", text: `sure ${dubbing.percent(sense.confidence)}` }));
    }

    /** @param {Line} line */
    refresh(line) {
      if (line.kept) return;
      const decision = this.app.review.decision(line.id) || {};
      const wished = this.app.review.wished(line);
      this.#choose(this.mood, decision.emotion ? decision.emotion.label : "");
      this.#choose(this.voice, decision.voice || "");
      const isMoving = (slider) => this.app.review.isEditing(line.id, slider.id);
      if (!isMoving(this.strength)) this.strength.value = String(wished.emotion.intensity);
      if (!isMoving(this.lips)) this.lips.value = String(wished.lip_strength);
      this.#outputs();
    }

    /** A decision may name what this project no longer offers; it is shown all the same. */
    #choose(select, value) {
      if (value && ![...select.options].some((option) => option.value === value)) {
        select.append(make("option", { value, text: dubbing.visible(value, 60) }));
      }
      select.value = value;
    }
  };
})(window.dubbing);
