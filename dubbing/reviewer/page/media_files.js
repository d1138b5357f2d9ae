/**
 * Where a medium lies: beside the page, on the server, or inside the page itself.
 * A single-file page carries `window.MEDIA`, data URLs by path; browsers seek badly in those, so
 * each becomes a Blob on first use.
 */
((dubbing) => {
  "use strict";

  const made = new Map();

  /** @param {string} dataUrl @returns {Blob} */
  const blobOf = (dataUrl) => {
    const comma = dataUrl.indexOf(",");
    const kind = dataUrl.slice(5, comma).replace(";base64", "");
    return new Blob([dubbing.bytesOf(dataUrl.slice(comma + 1))], { type: kind });
  };

  /** @param {string} path @returns {string} */
  dubbing.mediaUrl = (path) => {
    const inside = window.MEDIA && window.MEDIA[path];
    if (!inside) return path;
    if (!made.has(path)) made.set(path, URL.createObjectURL(blobOf(inside)));
    return made.get(path);
  };
})(window.dubbing);
