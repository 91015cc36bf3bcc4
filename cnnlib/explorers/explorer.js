// The explorer around its panels. Python computes every array (trait `frame`), the reader chooses (a trait for
// each knob, which other widgets can be linked with); what is pointed at, pinned or swept over belongs to the view and
// sends nothing.
// anywidget takes one module: widget.py joins the scripts into it, this file last.
const WAITING = "Waiting for Python. If its kernel was restarted, run this cell again.";

function render({ model, el }) {
  const panels = {}, block = name => make("div", { className: `lm-${name}` });
  const [tools, note, caption, legend, stage, hole, said, words, hint] =
    ["tools", "note", "caption", "key", "stage", "hole", "read", "words", "hint"].map(block);
  const pin = button("pinned: let go (Esc)", () => free()); pin.className = "lm-pin";
  const backs = ["undo", "reset"].map(action => button(action, () => act.ask({ action })));
  said.role = "status"; note.role = "alert";
  let frame, placed, geometry, refresh;                           // what was shown last, to do again only what changed
  let picked = {}, pinned = false, players = [], touched = false; // a finger points with every tap, and pins nothing
  let asked = 0, late = null, overdue = false;                    // the number of the last question; its timer
  const queue = [];                                               // what waits until that question is answered
  const cells = () => Object.values(panels).filter(panel => panel.values);   // a new one has none when focus is lost
  const count = () => product(frame.arithmetic.link.sides.map(({ y }) => y));
  const here = (panel, at) => picked.panel === panel && String(picked.at) === String(at);
  const pick = (panel, at) => { if (frame.arithmetic) { picked = { panel, at }; panel.last = at; paint(); } };
  const number = () => {                                          // Python's answer carries it
    act.note(""); clearTimeout(late); overdue = false;
    late = setTimeout(() => { overdue = true; act.note(WAITING); }, 600);
    asked = Math.max(asked, frame.answered) + 1; return asked;
  };
  const next = () => {
    if (!queue.length || frame.answered < asked && !overdue) return;
    const { bytes, ...question } = queue.shift();
    model.send({ ...question, number: number() }, undefined, bytes ? [bytes] : []);
  };
  const act = {
    where: panel => picked.panel === panel ? picked.at : panel.last ?? panel.cell(0),
    point(panel, at) { if ((!pinned || touched) && !here(panel, at)) pick(panel, at); },
    move(panel, at) { rest(); pick(panel, at); panel.focus(at); },  // the keys take a pin along
    pin(panel, at) { rest(); pinned = !touched && !(pinned && here(panel, at)); pick(panel, at); },
    sweep(step) {
      const output = panels[frame.arithmetic.sweep];
      said.ariaLive = players.some(player => player.plays()) ? "off" : "polite";   // no reader follows a play
      pinned = step < count(); fill(step); pick(output, output.cell(step - 1));   // at the end, all is free
    },
    send(changes) {
      Object.entries({ ...changes, asked: number() }).forEach(([name, value]) => model.set(name, value));
      model.save_changes();
    },
    waits: () => frame.answered < asked || queue.length > 0,
    ask(question) {                                               // one at a time; of a drag only the newest waits
      const last = queue.at(-1) ?? {}, { action, index, at } = last, same = action === question.action;
      if (same && question.on) last.path.push(...question.path.slice(1));   // a stroke misses nothing
      else {
        if (same && at && index !== undefined && index === question.index) queue.pop();
        queue.push(question);
      }
      next();
    },
    player(...how) { const player = playing(...how); players.push(player); return player; },
    note(text) { write(note, text || frame.note); },
    refresh: () => fill(),
  };
  const steps = sweep(act, count), halt = () => players.forEach(player => player.halt());
  const rest = () => { if (steps.step() !== null) { steps.stop(); fill(); } };
  function fill(step = steps.step()) {
    const sums = step === null ? [] : Object.values(frame.arithmetic.sums);
    cells().forEach(panel => {
      const sum = !panel.computed && sums.find(({ of }) => of === panel.id);
      panel.fill(step, sum ? at => soFar(sum, panels, frame.arithmetic, at, step) : null);
    });
  }

  const sumsOf = id => frame.arithmetic.reads[id].map(name => frame.arithmetic.sums[name]);
  const tells = id => new Set([id, ...sumsOf(id).flatMap(sum => [sum.of, ...sum.factors, ...sum.plus ?? []])]);
  function paint() {
    if (!frame.arithmetic) return;
    const { panel, at } = picked, { arithmetic } = frame, { sides } = arithmetic.link, index = panel.index(at);
    const sums = sumsOf(panel.id), told = tells(panel.id);            // told: the panels that the sums speak of
    const both = sides.map((side, a) => terms(panel.role, index[a], side));
    const [rows, cols] = both.map((list, a) => list.filter(term => live(term, sides[a])));
    const few = rows.length * cols.length <= LETTERS.length && [...told].every(id => panels[id] instanceof Numbers);
    const pairs = few ? pairsOf([rows, cols]) : [];
    const letters = new Map(pairs.length > 1 ? pairs.map((pair, k) => [String(pair), LETTERS[k]]) : []);
    const focus = { panels, arithmetic, panel, at, both, told, pairs, letters, step: steps.step() };
    cells().forEach(shown => shown.show(focus));
    pin.hidden = !pinned; setHtml(words, sums.map(sum => tell(sum, focus)).join(""));
  }
  function arrange() {                                            // only when there are other panels than before
    for (const { id, kind, picture, role } of frame.panels) {
      const Kind = { plot: Plot, text: Lines }[kind] ?? (picture ? role ? Picture : Sheet : Numbers);
      if (!(panels[id] instanceof Kind)) panels[id] = new Kind(act);
    }
    const focused = document.activeElement;                       // what is moved loses the focus
    const item = id => panels[id]?.el ?? make("span", { className: "lm-op", textContent: id });
    const row = ids => make("div", { className: "lm-row" }, ...ids.map(item));
    const group = ({ title, rows, flow }) =>
      make("section", { className: flow ? "lm-flow" : "" }, make("h4", { textContent: title }), ...rows.map(row));
    const [forward, backward = "", ...more] = frame.layout.map(group);
    stage.replaceChildren(forward, backward, ...frame.arithmetic ? [hole] : [], ...more);
    if (stage.contains(focused)) focused.focus({ preventScroll: true });
    steps.el.hidden = !frame.arithmetic;
  }
  function load() {
    frame = model.get("frame");
    if (!act.waits()) clearTimeout(late);
    const assets = model.get("assets"), link = frame.arithmetic?.link;
    const places = JSON.stringify([frame.layout, frame.panels.map(panel => [panel.kind, !panel.picture]), !link]);
    if (places !== placed) { placed = places; arrange(); }
    setHtml(legend, frame.signs); write(caption, frame.caption); write(hint, frame.hint);
    const bytes = name => assets[name] ?? model.get(name).data;       // of an array that is sent elsewhere
    for (const spec of frame.panels) {
      panels[spec.id].load(typeof spec.data === "string" ? { ...spec, data: bytes(spec.data) } : spec, link, assets);
    }
    stage.querySelectorAll("section").forEach((section, n) => {   // the squares of a group have one size
      const { abreast = 1, rows } = frame.layout[n];
      const widths = rows.flat().map(id => panels[id] instanceof Numbers ? panels[id].cols : 1);
      vary(section, "--abreast", abreast); vary(section, "--widest", Math.max(...widths));
    });
    backs.forEach(back => { back.disabled = !frame.past; });
    if (!stage.querySelector("[aria-invalid=true]")) write(note, frame.note);   // else what was typed is told
    if (frame.finished || frame.note) halt();
    if (link) {
      vary(hole, "--lines", frame.arithmetic.lines);
      const before = geometry; geometry = JSON.stringify(link);
      if (geometry !== before && steps.step() !== null) { steps.stop(); pinned = false; }   // a step of another y
      const { start } = frame.arithmetic, shown = frame.panels.some(({ id }) => panels[id] === picked.panel);
      if (!shown || !picked.panel.holds(picked.at)) picked = { panel: panels[start.panel], at: start.at };
      steps.show();
    }
    fill(); paint(); refresh?.(); next();
  }
  function build() {
    halt(); players = players.slice(0, 1);                        // the sweep's stays
    const [row, show] = controls(model, act);
    if (!model.get("spec").some(({ action }) => action === "undo")) row.append(...backs);
    tools.replaceChildren(row, steps.el); refresh = show; refresh();
  }

  said.append(words, pin); hole.append(said); load(); build();
  el.classList.add("lm"); el.append(tools, note, caption, legend, stage, hint);
  const free = () => { rest(); pinned = false; paint(); };
  // JupyterLab's command-mode keys (a, x, d d …) act on a focused element that lacks this mark.
  el.addEventListener("focusin", e => { e.target.dataset.lmSuppressShortcuts = "true"; });
  el.onpointerdown = e => { touched = e.pointerType === "touch"; };
  el.onkeydown = e => { if (e.key === "Escape") free(); };
  const events = [["spec", build], ["frame", load], ...model.get("names").map(name => [name, () => refresh()])];
  events.forEach(([name, answer]) => model.on(`change:${name}`, answer));
  const eye = new IntersectionObserver(([seen]) => {
    vary(el, "--host", getComputedStyle(el.parentElement ?? el).color);   // for hosts without a theme's
    if (!seen.isIntersecting) halt();
  });
  const float = new IntersectionObserver(([{ isIntersecting }]) => {   // the readout stays in sight
    (isIntersecting ? hole : el).append(said); said.classList.toggle("lm-afloat", !isIntersecting);
  }, { rootMargin: "-48px 0px" });
  eye.observe(el); if (frame.arithmetic) float.observe(hole);
  const gone = new AbortController(), hear = (event, answer) =>
    document.addEventListener(event, answer, { capture: true, signal: gone.signal });
  hear("visibilitychange", () => { if (document.hidden) halt(); });
  hear("keydown", e => { if (e.key === "Escape" && el.matches(":hover") && !el.contains(e.target)) free(); });
  return () => {
    halt(); clearTimeout(late); eye.disconnect(); float.disconnect(); gone.abort();
    el.onkeydown = el.onpointerdown = null; events.forEach(([name, answer]) => model.off(`change:${name}`, answer));
  };
}
export default { render };
