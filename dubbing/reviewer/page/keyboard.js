/** Every shortcut, in one table: what keyboard and help dialog both read. */
((dubbing) => {
  "use strict";

  const { byId } = dubbing;

  /** @returns {{keys: string[], shown: string, does: string, act: (event: KeyboardEvent) => void}[]} */
  dubbing.shortcuts = (app) => {
    const { player, transport, slot, review } = app;
    const arrow = (way) => (event) =>
      event.shiftKey ? player.seek(player.time_ms + way * 1000) : player.step(way);
    const focus = (id) => () => {
      const field = byId(id);
      if (field && !field.hidden && field.offsetParent) {
        field.focus();
        if (field.type === "textarea") field.setSelectionRange(field.value.length, field.value.length);
        else field.select();
      }
    };
    return [
      { keys: [" "], shown: "Space", does: "play or pause", act: () => transport.toggle() },
      { keys: ["j"], shown: "J", does: "back; again for faster", act: () => transport.shuttle.back() },
      { keys: ["k"], shown: "K", does: "pause", act: () => transport.shuttle.stop() },
      { keys: ["l"], shown: "L", does: "play; again for faster", act: () => transport.shuttle.forward() },
      { keys: ["arrowleft"], shown: "← (Shift)", does: "one frame back (1 s)", act: arrow(-1) },
      { keys: ["arrowright"], shown: "→ (Shift)", does: "one frame on (1 s)", act: arrow(1) },
      { keys: ["arrowup"], shown: "↑", does: "previous line", act: () => app.selectBy(-1) },
      { keys: ["arrowdown"], shown: "↓", does: "next line", act: () => app.selectBy(1) },
      { keys: ["enter"], shown: "Enter", does: "play from the line's start", act: () => transport.playLine() },
      { keys: ["b"], shown: "B", does: "switch dub and original", act: () => transport.swap() },
      { keys: ["m"], shown: "M", does: "music and effects alone", act: () => transport.soloBed() },
      { keys: ["o"], shown: "O", does: "loop the line", act: () => transport.toggleLoop() },
      { keys: ["a"], shown: "A", does: "accept and go to the next line", act: () => app.decide("accepted") },
      { keys: ["r"], shown: "R", does: "reject", act: () => app.decide("rejected") },
      { keys: ["e"], shown: "E", does: "edit the translation (Ctrl+Enter keeps, Esc does not)", act: focus("translation") },
      { keys: ["n"], shown: "N", does: "note", act: focus("note") },
      { keys: ["[", "{"], shown: "[ (Shift)", does: "start 25 ms earlier (later)",
        act: (event) => slot.nudge("start", event.shiftKey ? 1 : -1) },
      { keys: ["]", "}"], shown: "] (Shift)", does: "end 25 ms later (earlier)",
        act: (event) => slot.nudge("end", event.shiftKey ? -1 : 1) },
      { keys: ["y"], shown: "Y", does: "keep your edit where a line was changed meanwhile",
        act: () => app.selected && review.keeper.keepMine(app.selected.id) },
      { keys: ["t"], shown: "T", does: "take the other edit there",
        act: () => app.selected && review.keeper.takeTheirs(app.selected.id) },
      { keys: ["u"], shown: "U", does: "next undecided line", act: () => app.selectUndecided() },
      { keys: ["f"], shown: "F", does: "next flagged line", act: () => app.selectFlagged() },
      { keys: ["/"], shown: "/", does: "search", act: focus("search") },
      { keys: ["ctrl+z"], shown: "Ctrl+Z", does: "undo", act: () => review.undo() },
      { keys: ["ctrl+shift+z", "ctrl+y"], shown: "Ctrl+Shift+Z", does: "redo", act: () => review.redo() },
      { keys: ["?"], shown: "?", does: "this help", act: () => byId("help").showModal() },
    ];
  };

  const TYPED_INTO = "textarea, select, input:not([type=range]):not([type=file]), [contenteditable]";

  /** Keys that the focused element needs itself. */
  const isTaken = (target, key) => {
    if (!(target instanceof Element)) return false;
    if (target.closest(TYPED_INTO) || document.querySelector("dialog[open]")) return true;
    if (target.closest("input[type=range]")) return key.startsWith("arrow");
    return Boolean(target.closest("button, summary, a")) && (key === " " || key === "enter");
  };

  dubbing.Keyboard = class {
    /** @param {any} app */
    constructor(app) {
      this.acts = new Map();
      for (const { keys, act } of dubbing.shortcuts(app)) {
        for (const key of keys) this.acts.set(key, act);
      }
      document.addEventListener("keydown", (event) => this.#press(event));
      // A button pressed by mouse gives the keyboard back, so that Space plays again.
      document.addEventListener("click", (event) => {
        const button = event.detail > 0 && event.target instanceof Element && event.target.closest("button");
        if (button && !button.closest("dialog")) byId("list").focus({ preventScroll: true });
      });
      byId("search").addEventListener("keydown", (event) => {
        if (event.key === "Escape" || event.key === "Enter") byId("list").focus();
      });
      this.app = app;
    }

    /** Far through the list, unless the focus is in a panel that scrolls itself. */
    #goFar(event) {
      const far = { PageUp: -8, PageDown: 8, Home: -Infinity, End: Infinity }[event.key];
      if (far === undefined || event.target.closest("#words, #detail, input")) return;
      event.preventDefault();
      this.app.selectBy(far);
    }

    #press(event) {
      if (event.defaultPrevented || event.isComposing) return;
      const key = event.key.toLowerCase();
      if (isTaken(event.target, key)) return;
      const isCommand = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph");
      const isPlainAlt = event.altKey && !event.getModifierState("AltGraph");
      if (isPlainAlt) return;
      const shift = isCommand && event.shiftKey ? "shift+" : "";
      const act = this.acts.get(`${isCommand ? "ctrl+" : ""}${shift}${key}`);
      if (!act) {
        this.#goFar(event);
        return;
      }
      event.preventDefault();
      act(event);
    }
  };
})(window.dubbing);
