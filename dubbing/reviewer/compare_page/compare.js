/**
 * Two dubs side by side, line by line: listen, choose, go on, download.
 * Which side is which dub is not known here.
 */
(() => {
  "use strict";

  const test = window.COMPARISON;
  const store = `dubbing-comparison:${test.id}`;
  const sides = ["original", "left", "right"];
  const element = (id) => document.getElementById(id);
  const kept = JSON.parse(localStorage.getItem(store) || "{}");
  const answers = kept.answers || {};
  const sounds = Object.fromEntries(sides.map((side) => [side, new Audio()]));
  let place = 0;

  const pair = () => test.pairs[place];
  const answer = () => (answers[pair().number] ||= {});

  function keep() {
    localStorage.setItem(store, JSON.stringify({ answers, listener: element("listener").value }));
    const done = test.pairs.filter((one) => answers[one.number]?.choice).length;
    element("progress").textContent = `${done} of ${test.pairs.length} decided`;
  }

  function show() {
    stop();
    const now = pair();
    element("line").textContent = `Line ${place + 1} of ${test.pairs.length}`;
    element("text").firstElementChild.textContent = now.text;
    for (const side of sides) sounds[side].src = now.clips[side];
    const same = now.says.left === now.says.right;
    for (const side of ["left", "right"]) {
      element(`says-${side}`).firstElementChild.textContent = now.says[side];
      element(`says-${side}`).lang = test.target.code;
      element(`says-${side}`).hidden = same && side === "right";
      element(`score-${side}`).value = answer()[side] ?? "";
    }
    element("note").value = answer().note || "";
    showChoice();
    element("previous").disabled = place === 0;
    element("next").disabled = place === test.pairs.length - 1;
    keep();
  }

  function showChoice() {
    for (const choice of ["left", "same", "right"]) {
      element(`choose-${choice}`).setAttribute("aria-checked", String(answer().choice === choice));
    }
  }

  function stop() {
    for (const side of sides) {
      sounds[side].pause();
      element(side).setAttribute("aria-pressed", "false");
    }
  }

  function play(side) {
    const again = element(side).getAttribute("aria-pressed") === "true";
    stop();
    if (again) return;
    sounds[side].currentTime = 0;
    element(side).setAttribute("aria-pressed", "true");
    sounds[side].play();
  }

  function choose(choice) {
    answer().choice = choice;
    showChoice();
    keep();
  }

  function go(step) {
    const wanted = place + step;
    if (wanted < 0 || wanted >= test.pairs.length) return;
    place = wanted;
    show();
  }

  function download() {
    const given = Object.fromEntries(Object.entries(answers).filter(([, one]) =>
      one.choice || one.left || one.right || one.note));
    const file = {
      schema: "dubbing.Preferences/1",
      comparison: test.id,
      listener: element("listener").value,
      answers: given,
    };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(
      new Blob([`${JSON.stringify(file, null, 1)}\n`], { type: "application/json" }));
    link.download = "preferences.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function score(side) {
    const value = element(`score-${side}`).value;
    if (value) answer()[side] = Number(value);
    else delete answer()[side];
    keep();
  }

  const keys = {
    0: () => play("original"), 1: () => play("left"), 2: () => play("right"),
    ArrowLeft: () => choose("left"), ArrowDown: () => choose("same"),
    ArrowRight: () => choose("right"), Enter: () => go(1), Backspace: () => go(-1),
  };

  document.title = `${test.film} – ${test.target.name}`;
  element("title").textContent = document.title;
  element("listener").value = kept.listener || "";
  for (const side of sides) {
    element(side).addEventListener("click", () => play(side));
    sounds[side].addEventListener("ended", stop);
  }
  for (const side of ["left", "right"]) {
    if (test.names) element(side).lastElementChild.textContent = test.names[side];
    element(`score-${side}`).addEventListener("change", () => score(side));
  }
  for (const choice of ["left", "same", "right"]) {
    element(`choose-${choice}`).addEventListener("click", () => choose(choice));
  }
  element("previous").addEventListener("click", () => go(-1));
  element("next").addEventListener("click", () => go(1));
  element("download").addEventListener("click", download);
  element("listener").addEventListener("input", keep);
  element("note").addEventListener("input", () => {
    answer().note = element("note").value;
    keep();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" && event.target.matches("button")) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  show();
})();
