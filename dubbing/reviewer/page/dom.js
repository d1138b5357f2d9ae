/** Making elements. Text only ever enters as text: no string of the film is read as markup. */
((dubbing) => {
  "use strict";

  /** @param {string} id @returns {any} */
  dubbing.byId = (id) => document.getElementById(id);

  /**
   * An element with attributes; `class`, `text`, and handlers as `onclick` and so on.
   * @param {string} tag
   * @param {Object<string, any>} [traits]
   * @param {...(Node|string)} children
   * @returns {any}
   */
  dubbing.make = (tag, traits = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(traits)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "text") element.textContent = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };

  /**
   * Film text made visible: control characters get their pictures (U+2400), newlines stay.
   * @param {string} text
   * @param {number} [most] characters kept
   */
  dubbing.visible = (text, most = Infinity) => {
    const short = text.length > most ? `${text.slice(0, most)}…` : text;
    return short.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (c) =>
      c === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + c.charCodeAt(0)),
    );
  };

  /**
   * Film text in its language, isolated from the text around it.
   * @param {string} text
   * @param {Language} language
   * @param {number} [most]
   */
  dubbing.spoken = (text, language, most) =>
    dubbing.make("bdi", {
      lang: language.code,
      dir: language.dir,
      text: dubbing.visible(text, most),
    });

  /** Set text only where it differs, so that screen readers and layout stay quiet. */
  dubbing.setText = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  let fading = 0;

  /**
   * One sentence for eye and screen reader.
   * @param {string} sentence
   * @param {"info"|"warn"|"bad"} [tone]
   */
  dubbing.announce = (sentence, tone = "info") => {
    const box = dubbing.byId("announcer");
    box.textContent = sentence;
    box.dataset.tone = tone;
    box.classList.add("shown");
    clearTimeout(fading);
    fading = setTimeout(() => box.classList.remove("shown"), tone === "info" ? 3500 : 8000);
  };

  /** base64 -> bytes, in pieces, so that a film of a gigabyte is never one string more. */
  dubbing.bytesOf = (base64) => {
    const PIECE = 1 << 22; // a multiple of 4: each piece decodes by itself
    const pieces = [];
    for (let at = 0; at < base64.length; at += PIECE) {
      const binary = atob(base64.slice(at, at + PIECE));
      const bytes = new Uint8Array(binary.length);
      for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
      pieces.push(bytes);
    }
    if (pieces.length === 1) return pieces[0];
    const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let filled = 0;
    for (const piece of pieces) {
      all.set(piece, filled);
      filled += piece.length;
    }
    return all;
  };
})(window.dubbing);
