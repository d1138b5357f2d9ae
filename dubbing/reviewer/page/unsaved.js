/**
 * Edits that the server has not confirmed, kept by the browser: by film, language and tab, so that
 * neither a dead server nor a closed tab loses them. A later page offers and saves them.
 */
((dubbing) => {
  "use strict";

  const IN_ADDRESS = "#edits=";

  /** Edits that can be believed. */
  const readEdits = (given) => {
    const edits = {};
    for (const [id, one] of Object.entries(given || {})) {
      try {
        const [decision, base] = [one.decision, one.base].map((d) => d && dubbing.readDecision(d));
        edits[id] = { decision: decision || null, base: base || null };
      } catch {
        // one spoilt edit must not cost the others
      }
    }
    return edits;
  };

  dubbing.Unsaved = class {
    /** @param {Project} project */
    constructor(project) {
      this.film = project.film;
      this.prefix = `dubbing-unsaved:${project.film.fingerprint}:${project.film.target.code}:`;
      this.key = this.prefix + crypto.randomUUID();
      this.brought = this.#fromAddress();
      // Held as long as this tab lives: what is kept under a key without its lock was left behind.
      navigator.locks?.request(this.key, () => new Promise(() => {}));
    }

    /** @returns {boolean} whether the browser keeps them */
    keep(edits) {
      if (Object.keys(edits).length) return dubbing.remember(this.key, JSON.stringify(edits));
      dubbing.forget(this.key);
      return true;
    }

    /** What tabs that are closed and earlier sessions left. */
    async left() {
      const all = { ...this.brought };
      for (const key of await this.#leftKeys()) Object.assign(all, this.#read(key));
      return all;
    }

    /** They are saved, or not wanted. */
    async forgetLeft() {
      this.brought = {};
      for (const key of await this.#leftKeys()) dubbing.forget(key);
    }

    async #leftKeys() {
      const locks = navigator.locks ? (await navigator.locks.query()).held : [];
      const living = new Set([this.key, ...locks.map((lock) => lock.name)]);
      return dubbing.keysRemembered(this.prefix).filter((key) => !living.has(key));
    }

    #read(key) {
      try {
        return readEdits(JSON.parse(dubbing.remembered(key) || "{}"));
      } catch {
        return {};
      }
    }

    /** The address of another server of the same review, with edits to take there. */
    addressWith(address, edits) {
      const { fingerprint, target } = this.film;
      const told = JSON.stringify({ film: fingerprint, language: target.code, edits });
      return `${address.split("#")[0]}${IN_ADDRESS}${encodeURIComponent(told)}`;
    }

    #fromAddress() {
      const { hash } = window.location;
      if (!hash.startsWith(IN_ADDRESS)) return {};
      history.replaceState(null, "", window.location.pathname);
      try {
        const { film, language, edits } = JSON.parse(decodeURIComponent(hash.slice(IN_ADDRESS.length)));
        const isOurs = film === this.film.fingerprint && language === this.film.target.code;
        if (!isOurs) dubbing.announce("The edits that were brought here are about another dub.", "warn");
        return isOurs ? readEdits(edits) : {};
      } catch {
        dubbing.announce("The edits that were brought here could not be read.", "warn");
        return {};
      }
    }
  };
})(window.dubbing);
