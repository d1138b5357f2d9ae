/** The live server: what it is asked and what it tells. */
((dubbing) => {
  "use strict";

  const FIRST_RETRY_MS = 1000;
  const LAST_RETRY_MS = 30000;

  dubbing.Server = class extends dubbing.Signals {
    #retry_ms = FIRST_RETRY_MS;
    #wasLost = false;

    /**
     * @param {string} method
     * @param {string} path
     * @param {any} [body]
     * @returns {Promise<Response>}
     */
    ask(method, path, body) {
      const isSent = body !== undefined;
      return fetch(path, {
        method,
        credentials: "same-origin",
        headers: isSent ? { "Content-Type": "application/json" } : {},
        body: isSent ? JSON.stringify(body) : undefined,
      });
    }

    /** @returns {Promise<?number>} milliseconds, or null if the server does not know */
    async estimate(line, text) {
      try {
        const answer = await this.ask("POST", "/api/estimate", { line, text });
        return answer.ok ? (await answer.json()).natural_ms : null;
      } catch {
        return null; // the page's own estimate stays
      }
    }

    /** Something the reviewer pressed: failure is said, not thrown. */
    async press(method, path, what) {
      try {
        const answer = await this.ask(method, path);
        if (!answer.ok) {
          const { error } = await answer.json().catch(() => ({}));
          const why = error ? dubbing.visible(String(error), 300) : `${answer.status}`;
          dubbing.announce(`${what}: ${why}`, "bad");
        }
        return answer.ok;
      } catch {
        dubbing.announce(`${what}: the server does not answer.`, "bad");
        return false;
      }
    }

    /** Signals `decision`, `job`, `line`, `film` as they come; `lost`, `ended` and `back` of the server. */
    listen() {
      const source = new EventSource("/api/events");
      source.onopen = () => {
        this.#retry_ms = FIRST_RETRY_MS;
        if (this.#wasLost) this.emit("back"); // what was told meanwhile is not told again
        this.#wasLost = false;
      };
      source.onmessage = (event) => {
        let told = null;
        try {
          told = JSON.parse(event.data);
        } catch {
          return; // half a message of a server that is going down
        }
        this.emit(told.type, told);
      };
      source.onerror = () => {
        if (!this.#wasLost) this.emit("lost");
        this.#wasLost = true;
        this.#probe();
        if (source.readyState !== EventSource.CLOSED) return; // the browser tries by itself
        source.close();
        setTimeout(() => this.listen(), this.#retry_ms);
        this.#retry_ms = Math.min(LAST_RETRY_MS, this.#retry_ms * 2);
      };
    }

    /** Whether the server is gone, or answers but does not know us any more: then `ended`. */
    async #probe() {
      try {
        const { status } = await this.ask("GET", "/");
        if (status === 401 || status === 403) this.emit("ended");
      } catch {
        // it is lost, which was said
      }
    }

    /** The project as it is now; @returns {Promise<?Project>} */
    project() {
      return new Promise((done) => {
        const again = dubbing.make("script", { src: `project.js?again=${Date.now()}` });
        again.addEventListener("load", () => done(dubbing.readProject(window.PROJECT)));
        again.addEventListener("error", () => done(null));
        document.body.append(again);
        again.addEventListener("load", () => again.remove());
      });
    }
  };
})(window.dubbing);
