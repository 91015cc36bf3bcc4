// The explorer around its panels. Python computes every array (trait `frame`), the reader chooses (trait `knobs`); what
// is pointed at, pinned or swept over belongs to the view and sends nothing.
// anywidget takes one module: widget.py joins the scripts into it, this file last.
const marks = frame => frame.panels.flatMap(panel => panel.marks ?? []);
const HINTS = [                                                   // which frames a hint is for, and the hint
  [frame => frame.arithmetic, "Point at a cell to see what it touches. Arrow keys walk, Enter or a click on a computed "
    + "cell pins, Esc lets go. Page Up and Page Down change a number."],
  [frame => marks(frame).some(mark => mark.drag), "Drag points, or move them with Tab and the arrow keys."],
  [frame => frame.panels.some(panel => panel.click && panel.marks.some(mark => mark.drag || mark.remove)),
    "A click on empty space sets a point there."],
  [frame => marks(frame).some(mark => mark.remove), "A double click or Delete removes a point."],
];

function render({ model, el }) {
  const block = name => make("div", { className: name }), panels = {};
  const [tools, note, caption, legend, stage] = ["tools", "note", "caption", "key", "stage"].map(n => block(`lm-${n}`));
  const [said, hint] = ["lm-read", "lm-hint"].map(block);
  const pin = make("span", { className: "lm-pin", textContent: "pinned, Esc lets go" });
  said.setAttribute("role", "status"); note.setAttribute("role", "alert"); 
  let frame, laid, linked, explained, refresh, picked = {}, pinned = false, asked = 0, players = [];
  const queue = [];                                               // what waits until Python answered what was asked before
  const sides = () => frame.arithmetic?.link.sides, count = () => sides()[0].y * sides()[1].y;
  const cells = () => Object.values(panels).filter(panel => panel instanceof Panel);
  const here = (panel, at) => picked.panel === panel && String(picked.at) === String(at);
  const pick = (panel, at) => { if (frame.arithmetic) { picked = { panel, at }; panel.last = at; paint(); } };
  const act = {
    where: panel => picked.panel === panel ? picked.at : panel.last ?? panel.cell(0),
    point(panel, at) { if (!pinned && !here(panel, at)) pick(panel, at); },
    move(panel, at) { rest(); pick(panel, at); panel.focus(at); },  // the keys take a pin along
    pin(panel, at) { rest(); pinned = !(pinned && here(panel, at)); pick(panel, at); },
    sweep(n) { const y = panels[frame.arithmetic.sweep]; pinned = true; fill(n); pick(y, y.cell(n - 1)); },
    send(changes) { act.note(""); model.set("knobs", { ...model.get("knobs"), ...changes }); model.save_changes(); },
    waits: () => frame.answered < asked,
    ask(question) {                                               // one at a time; of a drag only the newest place waits
      const same = last => last?.action === question.action && last.index === question.index && question.at && last.index !== undefined;
      if (same(queue.at(-1))) queue.pop();
      queue.push(question); answer();
    },
    player(...how) { const player = playing(...how); players.push(player); return player; },
    edit(panel, [r, c], v) {
      const [rows, cols] = panel.shape.map((length, a) => length - 2 * panel.rim[a]);
      const value = (p, q) => p === r && q === c ? v : panel.chosen([p, q]);
      const row = p => Array.from({ length: cols }, (_, q) => value(p, q));
      act.send({ [panel.edit]: Array.from({ length: rows }, (_, p) => row(p)) });
    },
    upload(file, most) {
      const send = ([shape, bytes]) => model.send({ picture: shape }, undefined, [bytes.buffer]);
      grey(file, most).then(send, () => act.note(`${file.name} cannot be read as a picture`));
    },
    note(text) { write(note, text || frame.note); },
    refresh: () => fill(),
  };
  const answer = () => {
    if (!queue.length || act.waits()) return;
    act.note(""); asked = frame.answered + 1; model.send({ ...queue.shift(), number: asked }, undefined, []);
  };
  const steps = sweep(act, count), halt = () => players.forEach(player => player.halt());
  const rest = () => { if (steps.step() !== null) { steps.stop(); fill(); } };
  const fill = (n = steps.step()) => cells().forEach(panel => panel.fill(model.get("knobs"), n));

  const sumsOf = id => frame.arithmetic.reads[id].map(name => frame.arithmetic.sums[name]);
  const tells = id => new Set([id, ...sumsOf(id).flatMap(s => [s.of, ...s.factors, ...s.plus ?? []])]);
  function paint() {
    if (!frame.arithmetic) return;
    const { panel, at } = picked, { link: { sides }, winner } = frame.arithmetic, index = panel.index(at);
    const sums = sumsOf(panel.id), told = tells(panel.id);            // told: the panels that the sums speak of
    const both = sides.map((side, a) => terms(panel.role, index[a], side));
    const [rows, cols] = both.map((list, a) => list.filter(t => live(t, sides[a])));
    const few = rows.length * cols.length <= LETTERS.length && [...told].every(id => panels[id] instanceof Numbers);
    const pairs = few ? rows.flatMap(p => cols.map(q => [p, q])) : [];
    const letters = new Map(pairs.length > 1 ? pairs.map((pair, k) => [String(pair), LETTERS[k]]) : []);
    const { hues } = model.get("assets"), step = steps.step();
    const focus = { panels, sides, winner, hues, panel, at, both, told, pairs, letters, step };
    cells().forEach(shown => shown.show(focus));
    pin.hidden = !pinned; said.replaceChildren(...sums.flatMap(sum => tell(sum, focus)), pin);
  }
  function arrange() {                                            // only when there are other panels than before
    for (const { id, kind, picture } of frame.panels) {
      const Kind = { plot: Plot, text: Lines }[kind] ?? (picture ? Picture : Numbers);
      if (!(panels[id] instanceof Kind)) panels[id] = new Kind(act);
    }
    const item = id => panels[id]?.el ?? make("span", { className: "lm-op", textContent: id });
    const row = ids => make("div", { className: "lm-row" }, ...ids.map(item));
    const group = ({ title, rows }) => make("section", {}, make("h4", { textContent: title }), ...rows.map(row));
    const [forward, backward = "", ...more] = frame.layout.map(group);
    stage.replaceChildren(forward, backward, ...frame.arithmetic ? [said] : [], ...more);
    steps.el.hidden = !frame.arithmetic; write(hint, HINTS.filter(([of]) => of(frame)).map(([, text]) => text).join(" "));
  }
  function explain() {                                            // what the frames mean, and the signs
    const shown = frame.panels.filter(p => p.kind === "cells" && !p.picture), linked = frame.arithmetic;
    const ids = frame.panels.filter(p => p.kind === "cells").map(p => p.id);
    const dashed = { padding: p => Math.max(...p.rim), "zero put in": p => p.stretched };
    const frames = {
      "lm-edit": shown.some(p => p.edit) && "can be changed", "lm-at": linked && "pointed at", "lm-told lm-on": linked && "touched",
      "lm-on": linked && ids.some(id => tells(id).size < ids.length) && "touched, not in this sum",
      "lm-pad": Object.keys(dashed).filter(kind => shown.some(dashed[kind])).join(" or "),
    };
    const key = JSON.stringify([frames, frame.signs]);
    if (key === explained) return;
    explained = key;
    const line = (of, show) => make("div", {}, ...Object.entries(of).flatMap(
      ([what, text]) => text ? [make("span", {}, show(what), ` ${text}`)] : []));
    const sample = kind => make("i", { className: `lm-cell ${kind}` });
    legend.replaceChildren(line(frames, sample), line(frame.signs ?? {}, sign => make("b", {}, ...signed(sign))));
  }
  function load() {
    frame = model.get("frame");
    const assets = model.get("assets"), link = frame.arithmetic?.link;
    const kinds = JSON.stringify([frame.layout, frame.panels.map(p => [p.kind, !p.picture]), !link]);
    if (kinds !== laid) { laid = kinds; arrange(); }
    for (const spec of frame.panels) panels[spec.id].load(spec, link, assets);
    stage.querySelectorAll("section").forEach((section, k) => {   // the squares of a group have one size
      const { abreast = 1, rows } = frame.layout[k];
      const widths = rows.flat().map(id => panels[id] instanceof Numbers ? panels[id].cols : 1);
      section.style.setProperty("--abreast", abreast); section.style.setProperty("--widest", Math.max(...widths));
    });
    explain(); write(caption, frame.caption); write(note, frame.note);
    if (frame.finished || frame.note) halt();
    if (link) {
      said.style.setProperty("--lines", frame.arithmetic.lines);
      const geometry = JSON.stringify(link);
      if (geometry !== linked && steps.step() !== null) { steps.stop(); pinned = false; }   // it was a step of another y
      linked = geometry;
      const { start } = frame.arithmetic, shown = frame.panels.some(p => panels[p.id] === picked.panel);
      if (!shown || !picked.panel.holds(picked.at)) picked = { panel: panels[start.panel], at: start.at };
      steps.show();
    }
    fill(); paint(); answer();
  }
  function build() {
    halt(); players = players.slice(0, 1);                        // the sweep's stays
    const [row, show] = controls(model, act);
    refresh = show; tools.replaceChildren(row, steps.el); refresh();
  }
  const follow = () => { refresh(); fill(); };

  load(); build();
  el.classList.add("lm"); el.append(tools, note, caption, legend, stage, hint);
  el.onkeydown = e => { if (e.key === "Escape") { rest(); pinned = false; paint(); } };
  const events = [["change:spec", build], ["change:knobs", follow], ["change:frame", load]];
  events.forEach(([event, f]) => model.on(event, f));
  const eye = new IntersectionObserver(([seen]) => { if (!seen.isIntersecting) halt(); });
  const hide = () => { if (document.hidden) halt(); };
  eye.observe(el); document.addEventListener("visibilitychange", hide);
  return () => {
    halt(); eye.disconnect(); document.removeEventListener("visibilitychange", hide); el.onkeydown = null; 
    events.forEach(([event, f]) => model.off(event, f));
  };
}
export default { render };
