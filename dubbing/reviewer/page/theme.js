/** Light, dark, or as the system has it; set before the first paint. */
(() => {
  "use strict";

  const KEY = "dubbing-theme";
  const ORDER = ["system", "light", "dark"];

  let current = "system";
  try {
    current = localStorage.getItem(KEY) || "system";
  } catch {
    // a browser may forbid storage; the page works without
  }

  const show = (theme) => {
    current = theme;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.textContent = { system: "◐ Auto", light: "☀ Light", dark: "☾ Dark" }[theme];
    if (button) button.setAttribute("aria-label", `Colours: ${theme}. Change`);
    document.dispatchEvent(new Event("themechange"));
  };

  show(current);
  document.addEventListener("DOMContentLoaded", () => {
    show(current);
    document.getElementById("theme").addEventListener("click", () => {
      const next = ORDER[(ORDER.indexOf(current) + 1) % ORDER.length];
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // shown, though not remembered
      }
      show(next);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(current));
  });
})();
