/**
 * J, K and L as on an editing desk: again for faster. Browsers cannot play backwards, so going
 * back is a row of jumps, without sound.
 */
((dubbing) => {
  "use strict";

  const FORWARD = [1, 1.5, 2, 4];
  const BACK = [1, 2, 4, 8];
  const JUMP_MS = 120;

  dubbing.Shuttle = class {
    #level = 0; // below 0 backwards
    #timer = 0;

    /** @param {any} player */
    constructor(player) {
      this.player = player;
      player.on("state", (state) => {
        if (state === "paused" && this.#level > 0) this.#end();
      });
    }

    forward() {
      const level = this.#level > 0 && this.player.isPlaying ? this.#level + 1 : 1;
      this.#stopJumping();
      this.#level = Math.min(level, FORWARD.length);
      if (this.#level > 1) this.player.setRate(FORWARD[this.#level - 1]);
      this.player.play();
    }

    back() {
      const level = Math.max(Math.min(this.#level, 0) - 1, -BACK.length);
      this.player.pause();
      this.#level = level;
      if (!this.#timer) this.#timer = setInterval(() => this.#jump(), JUMP_MS);
      dubbing.announce(`Back ×${BACK[-level - 1]}`);
    }

    /** Also ends going back when the player is told to do anything else. */
    stop() {
      this.player.pause();
      this.#end();
    }

    #end() {
      if (this.#level > 1) this.player.setRate(1);
      this.#level = 0;
      this.#stopJumping();
    }

    #stopJumping() {
      clearInterval(this.#timer);
      this.#timer = 0;
    }

    #jump() {
      const to = this.player.time_ms - JUMP_MS * BACK[-this.#level - 1];
      if (to <= 0 || this.player.isPlaying) this.#end();
      if (!this.player.isPlaying) this.player.seek(to);
    }
  };
})(window.dubbing);
