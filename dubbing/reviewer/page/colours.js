/** A colour for each speaker, apart for colour-blind eyes too (after Okabe and Ito, 2008). */
((dubbing) => {
  "use strict";

  const PALETTE = [
    "#3d85c6", "#d1782b", "#2f9e77", "#c2649a", "#8a6fd1",
    "#a08a1c", "#3a9fb5", "#c4524d", "#6c8f3b", "#8c7464",
  ];

  dubbing.Colours = class {
    #bySpeaker = new Map();
    #ofTheme = new Map(); // asked once each: asking makes the browser compute styles

    /** @param {Project} project */
    constructor(project) {
      project.speakers.forEach((speaker, i) => {
        this.#bySpeaker.set(speaker.id, PALETTE[i % PALETTE.length]);
      });
      document.addEventListener("themechange", () => this.#ofTheme.clear());
    }

    /** @param {string} speaker id */
    of(speaker) {
      return this.#bySpeaker.get(speaker) || "#7d8592";
    }

    /** A colour of the theme, for canvases. */
    theme(name) {
      if (!this.#ofTheme.has(name)) {
        const style = getComputedStyle(document.documentElement);
        this.#ofTheme.set(name, style.getPropertyValue(`--${name}`).trim());
      }
      return this.#ofTheme.get(name);
    }
  };

  /** A canvas as sharp as the screen, cleared; its context measures in CSS pixels. */
  dubbing.sheet = (canvas) => {
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    return { pen, width, height };
  };
})(window.dubbing);
