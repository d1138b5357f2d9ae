/** Who wants to know is told: the one way in which parts of the page hear of each other. */
((dubbing) => {
  "use strict";

  dubbing.Signals = class {
    #listeners = new Map();

    /**
     * @param {string} name
     * @param {(...values: any[]) => void} listener
     */
    on(name, listener) {
      if (!this.#listeners.has(name)) this.#listeners.set(name, []);
      this.#listeners.get(name).push(listener);
    }

    /** @param {string} name @param {...any} values */
    emit(name, ...values) {
      for (const listener of this.#listeners.get(name) || []) listener(...values);
    }
  };
})(window.dubbing);
