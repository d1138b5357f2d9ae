/** What stands above the page where edits are in danger: a session that ended, edits left behind. */
((dubbing) => {
  "use strict";

  const { byId, make } = dubbing;
  const WHY = {
    ended: "Not saved: the session ended; open the new address that “dub review” printed.",
    over: "The session ended; open the new address that “dub review” printed.",
    elsewhere: "Not saved: another film or language is under review at this address now; open the address of this one.",
  };
  const LOCAL = ["127.0.0.1", "localhost", "[::1]"];
  const LONGEST_ADDRESS = 1_500_000; // browsers take two million

  const sum = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

  dubbing.Session = class {
    #state = "";

    /** @param {any} app with a keeper of a live server */
    constructor(app) {
      this.app = app;
      this.keeper = app.review.keeper;
      this.unsaved = this.keeper.unsaved;
      this.ended = byId("session-ended");
      this.words = make("p", { role: "alert" });
      this.address = make("input", { type: "url", id: "new-address", maxlength: 500,
        placeholder: "http://127.0.0.1:8765/?token=…", "aria-label": "New address of the review" });
      const take = make("button", { type: "button", id: "take-there", class: "main",
        text: "Take my edits there", onclick: () => this.#take() });
      this.ended.append(this.words, this.address, take,
        make("button", { type: "button", text: "Download them", onclick: () => app.sending.downloadHere() }));
      this.left = byId("left-behind");
      window.addEventListener("focus", () => this.#offer());
      this.#offer();
    }

    /** @param {string} state as the keeper tells it */
    show(state) {
      if (state === this.#state) return;
      this.#state = state;
      this.ended.hidden = !WHY[state];
      if (WHY[state]) dubbing.setText(this.words, WHY[state]);
    }

    #take() {
      let url = null;
      try {
        url = new URL(this.address.value.trim());
      } catch {
        // said below
      }
      if (!url || url.protocol !== "http:" || !LOCAL.includes(url.hostname)) {
        dubbing.announce("That is not an address of “dub review” on this machine.", "bad");
        return;
      }
      const address = this.unsaved.addressWith(url.href, this.keeper.edits);
      if (address.length > LONGEST_ADDRESS) {
        dubbing.announce("These are too many edits for an address: download them and import them there.", "bad");
        return;
      }
      window.open(address, "_blank", "noopener");
      dubbing.announce("Save the edits in the tab that opened; then this one can be closed.");
    }

    /** Edits that a closed tab or an earlier session could not save. */
    async #offer() {
      const edits = await this.unsaved.left();
      const { review } = this.app;
      const known = Object.keys(edits).filter((id) => review.byId.has(id));
      const count = Object.keys(edits).length;
      this.left.hidden = !count;
      if (!count) return;
      const numbers = known.map((id) => review.byId.get(id).number).sort((a, b) => a - b);
      const which = numbers.length ? ` (line ${numbers.join(", ")})` : "";
      const gone = count - known.length;
      this.left.replaceChildren(
        make("p", { role: "alert", text: `${sum(count, "edit")} of a closed tab or an earlier session ` +
          `${count === 1 ? "is" : "are"} not saved${which}${gone ? `; ${gone} about lines that this dub does not have` : ""}.` }),
        make("button", { type: "button", id: "save-left", class: "main", text: "Save them", disabled: !known.length,
          onclick: () => this.#save(edits) }),
        make("button", { type: "button", id: "discard-left", text: "Discard them", onclick: () => this.#forget() }));
    }

    #save(edits) {
      this.keeper.restore(edits);
      this.#forget();
    }

    async #forget() {
      await this.unsaved.forgetLeft();
      await this.#offer();
    }
  };
})(window.dubbing);
