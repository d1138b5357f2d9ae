/** What the live server tells while the page is open: jobs, lines dubbed anew, a new film. */
((dubbing) => {
  "use strict";

  /** @param {any} app */
  const takePatches = (app, patches) => {
    app.player.patches.clear();
    for (const [id, patch] of Object.entries(patches)) app.player.patches.set(id, patch);
  };

  /** After the connection was lost: the project as it is now, but for what is not sent yet. */
  const resume = async (app) => {
    const project = await app.server.project();
    if (!project) return;
    const { review, player } = app;
    const { film } = app.project;
    const isOther = project.film.fingerprint !== film.fingerprint ||
      project.film.target.code !== film.target.code;
    review.keeper.connected(isOther ? "elsewhere" : "");
    if (isOther) return;
    for (const line of project.lines) {
      const known = review.byId.get(line.id);
      if (!known) continue;
      if (JSON.stringify(known) !== JSON.stringify(line)) review.replace(line);
      review.keeper.news(line.id, line.decision, project.revision || 0);
    }
    takePatches(app, project.patches);
    if (project.media.dub !== app.project.media.dub) takeFilm(app, project.media, project.media.peaks);
    player.pause();
  };

  const takeFilm = (app, media, peaks) => {
    app.player.pause();
    app.player.patches.clear();
    app.player.load(media);
    app.player.seek(app.player.time_ms);
    Object.assign(app.project.media, media);
    if (peaks) app.waves.setPeaks(peaks);
  };

  const takeJob = (app, job) => {
    if (job.line === null || job.line === undefined) {
      app.emit("render", job);
      return;
    }
    if (job.state === "done" || job.state === "cancelled") app.jobs.delete(job.line);
    else app.jobs.set(job.line, job);
    const line = app.review.byId.get(job.line);
    if (job.state === "failed" && line) {
      const why = dubbing.visible(job.message || "", 300);
      dubbing.announce(`Line ${line.number} could not be dubbed anew: ${why}`, "bad");
    }
    app.emit("job", job.line);
  };

  /** @param {any} app */
  dubbing.hearServer = (app) => {
    const { server, review } = app;
    server.on("job", (job) => takeJob(app, job));
    server.on("line", ({ line, patch }) => {
      if (!review.byId.has(line.id)) return;
      review.replace(dubbing.readLine(line));
      if (patch) app.player.patches.set(line.id, patch);
      dubbing.announce(`Line ${line.number} is dubbed anew.`);
    });
    server.on("film", ({ media, peaks }) => takeFilm(app, media, peaks));
    server.on("lost", () => review.keeper.connected("lost"));
    server.on("ended", () => review.keeper.connected("ended"));
    server.on("back", () => {
      review.keeper.connected("");
      resume(app);
    });
    server.listen();
  };
})(window.dubbing);
