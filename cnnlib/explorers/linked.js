// The explorer around its panels. Python computes every array (trait `frame`), the reader chooses (trait `knobs`); what
// is pointed at, pinned or swept over belongs to the view and sends nothing.
// anywidget takes one module: linked.py joins panels.js, readout.js and this file into it.
const HINT = "Point at a cell to see what it touches. Arrow keys walk, Enter or a click on a computed cell pins, "
  + "Esc lets go. Page Up and Page Down change a number.";

// Every control is a native element with a name. A preset is no state of its own: the choice shows the preset that the
// knobs equal, or "custom".
function controls(model, act) {
  const refresh = [], now = name => model.get("knobs")[name], text = v => JSON.stringify(v);
  const choice = (label, options, get, put) => {
    const all = options.map(o => make("option", { textContent: o, disabled: o === "custom" }));
    const s = focusable(make("select", { onchange: () => put(s.value) }, ...all), label);
    refresh.push(() => { s.value = get(); });
    return s;
  };
  const resize = (old, rows, cols) => {                           // keeps the middle
    const [r, c] = [Math.floor((rows - old.length) / 2), Math.floor((cols - old[0].length) / 2)];
    return Array.from({ length: rows }, (_, p) => Array.from({ length: cols }, (_, q) => old[p - r]?.[q - c] ?? 0));
  };
  const build = {
    choice: ({ name, label, options }) =>
      [label, choice(label, options, () => now(name), v => act.send({ [name]: v }))],
    presets: ({ label, options }) => {
      const fits = o => Object.entries(options[o]).every(([name, v]) => text(now(name)) === text(v));
      const get = () => Object.keys(options).find(fits) ?? "custom";
      return [label, choice(label, [...Object.keys(options), "custom"], get, o => act.send(options[o]))];
    },
    size: ({ name, label, max }) => {
      const sizes = Array.from({ length: max }, (_, k) => String(k + 1));
      const shape = () => [now(name).length, now(name)[0].length];
      const put = (a, v) => act.send({ [name]: resize(now(name), ...shape().map((old, b) => a === b ? +v : old)) });
      const side = (a, what) => choice(`${label}, ${what}`, sizes, () => shape()[a], v => put(a, v));
      return [label, side(0, "rows"), "×", side(1, "columns")];
    },
    range: ({ name, label, min, max }) => {
      const i = focusable(make("input", { type: "range", min, max, step: 1 }), label), o = make("output");
      i.oninput = () => act.send({ [name]: +i.value });
      refresh.push(() => { i.value = now(name); write(o, now(name)); });
      return [label, i, o];
    },
    toggle: ({ name, label }) => {
      const i = focusable(make("input", { type: "checkbox" }), label);
      i.onchange = () => act.send({ [name]: i.checked }); refresh.push(() => { i.checked = now(name); });
      return [i, label];
    },
    upload: ({ label, most }) => {
      const i = focusable(make("input", { type: "file", accept: "image/*" }), "open a picture of your own");
      i.onchange = () => { act.upload(i.files[0], most); i.value = ""; };
      return [label, i];
    },
  };
  const tag = c => c.kind === "size" ? "span" : "label";
  const row = model.get("spec").map(c => make(tag(c), { className: `lm-${c.kind}` }, ...build[c.kind](c)));
  return [make("div", { className: "lm-controls" }, ...row), () => refresh.forEach(f => f())];
}

// A picture file as bytes of grey, made small enough to be looked at pixel by pixel.
async function grey(file, most) {
  const picture = await createImageBitmap(file), fit = Math.min(1, most / Math.max(picture.width, picture.height));
  const [w, h] = [picture.width, picture.height].map(n => Math.max(1, Math.round(n * fit)));
  const g = make("canvas", { width: w, height: h }).getContext("2d"); g.drawImage(picture, 0, 0, w, h);
  const { data } = g.getImageData(0, 0, w, h), at = k => .299 * data[k] + .587 * data[k + 1] + .114 * data[k + 2];
  return [[h, w], Uint8Array.from({ length: w * h }, (_, k) => at(4 * k))];
}

// The sweep: a slider over the output's positions, and a button that walks them.
function sweep(act, count) {
  const button = focusable(make("button", { type: "button" })), said = make("output");
  const slider = focusable(make("input", { type: "range", min: 1, step: 1 }), "position");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null, step = null;
  const show = () => {
    write(button, still.matches ? "▸ next" : timer ? "❚❚ pause" : "▶ sweep"); slider.max = count();
    slider.value = step ?? count(); write(said, `${step ?? "all"} of ${count()} positions`);
    slider.setAttribute("aria-valuetext", said.textContent);
  };
  const halt = () => { clearInterval(timer); timer = null; show(); };
  const go = n => { step = n; act.sweep(n); if (n >= count()) halt(); else show(); };
  const next = by => go(Math.min(count(), (step === null || step >= count() ? 0 : step) + by));
  button.onclick = () => {
    if (still.matches) return next(1);                            // who asked for no motion walks by hand
    if (timer) return halt();
    const pace = Math.max(16, Math.min(900, 12000 / count())), by = Math.max(1, Math.round(count() * pace / 12000));
    timer = setInterval(() => next(by), pace); next(by);
  };
  slider.oninput = () => { const n = +slider.value; halt(); go(n); };
  const stop = () => { step = null; halt(); };
  return { el: make("div", { className: "lm-sweep" }, button, slider, said), stop, step: () => step, show };
}

const arrays = new WeakMap();                                     // what was sent once is read once
function numbers(raw) {
  if (raw && !arrays.has(raw)) {
    arrays.set(raw, new Float64Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength)));
  }
  return arrays.get(raw);
}

function render({ model, el }) {
  const block = name => make("div", { className: name }), panels = {};
  const [tools, note, caption, legend, stage] = ["tools", "note", "caption", "key", "stage"].map(n => block(`lm-${n}`));
  const [said, hint] = ["lm-read", "lm-hint"].map(block);
  const pin = make("span", { className: "lm-pin", textContent: "pinned, Esc lets go" });
  said.setAttribute("role", "status"); note.setAttribute("role", "alert"); hint.textContent = HINT;
  let frame, laid, linked, explained, refresh, picked = {}, pinned = false;
  const count = () => frame.link.sides[0].y * frame.link.sides[1].y;
  const here = (panel, at) => picked.panel === panel && String(picked.at) === String(at);
  const pick = (panel, at) => { picked = { panel, at }; panel.last = at; paint(); };
  const act = {
    where: panel => picked.panel === panel ? picked.at : panel.last ?? panel.cell(0),
    point(panel, at) { if (!pinned && !here(panel, at)) pick(panel, at); },
    move(panel, at) { rest(); pick(panel, at); panel.focus(at); },  // the keys take a pin along
    pin(panel, at) { rest(); pinned = !(pinned && here(panel, at)); pick(panel, at); },
    sweep(n) { const y = panels[frame.sweep]; pinned = true; fill(n); pick(y, y.cell(n - 1)); },
    send(changes) { act.note(""); model.set("knobs", { ...model.get("knobs"), ...changes }); model.save_changes(); },
    edit(panel, [r, c], v) {
      const [rows, cols] = panel.role === "b" ? [1, 1] : panel.sides.map(side => side[panel.role]);
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
  const steps = sweep(act, count);
  const rest = () => { if (steps.step() !== null) { steps.stop(); fill(); } };
  const fill = (n = steps.step()) => Object.values(panels).forEach(p => p.fill(model.get("knobs"), n));

  const sumsOf = id => frame.reads[id].map(name => frame.sums[name]);
  const tells = id => new Set([id, ...sumsOf(id).flatMap(s => [s.of, ...s.factors, ...s.plus ?? []])]);
  function paint() {
    const { panel, at } = picked, { sides } = frame.link, index = panel.index(at);
    const sums = sumsOf(panel.id), told = tells(panel.id);            // told: the panels that the sums speak of
    const both = sides.map((side, a) => terms(panel.role, index[a], side));
    const [rows, cols] = both.map((list, a) => list.filter(t => live(t, sides[a])));
    const few = rows.length * cols.length <= LETTERS.length && [...told].every(id => panels[id] instanceof Numbers);
    const pairs = few ? rows.flatMap(p => cols.map(q => [p, q])) : [];
    const letters = new Map(pairs.length > 1 ? pairs.map((pair, k) => [String(pair), LETTERS[k]]) : []);
    const { hues } = model.get("assets"), step = steps.step();
    const focus = { panels, frame, hues, panel, at, both, told, pairs, letters, step };
    Object.values(panels).forEach(p => p.show(focus));
    pin.hidden = !pinned; said.replaceChildren(...sums.flatMap(sum => tell(sum, focus)), pin);
  }
  function arrange() {                                            // only when there are other panels than before
    for (const { id, picture } of frame.panels) {
      const Kind = picture ? Picture : Numbers;
      if (!(panels[id] instanceof Kind)) panels[id] = new Kind(act);
    }
    const item = id => panels[id]?.el ?? make("span", { className: "lm-op", textContent: id });
    const row = ids => make("div", { className: "lm-row" }, ...ids.map(item));
    const group = ({ title, rows }) => make("section", {}, make("h4", { textContent: title }), ...rows.map(row));
    const [forward, backward = "", ...more] = frame.layout.map(group);
    stage.replaceChildren(forward, backward, said, ...more);
  }
  function explain() {                                            // what the frames mean, and the signs
    const shown = frame.panels.filter(p => !p.picture), ids = frame.panels.map(p => p.id);
    const dashed = { padding: p => Math.max(...p.rim), "zero put in": p => p.stretched };
    const frames = {
      "lm-edit": shown.some(p => p.edit) && "can be changed", "lm-at": "pointed at", "lm-told lm-on": "touched",
      "lm-on": ids.some(id => tells(id).size < ids.length) && "touched, not in this sum",
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
    const assets = model.get("assets"), kinds = JSON.stringify([frame.layout, frame.panels.map(p => !p.picture)]);
    if (kinds !== laid) { laid = kinds; arrange(); }
    for (const spec of frame.panels) {
      const values = numbers(assets[spec.data] ?? spec.data), partial = numbers(spec.partial);
      panels[spec.id].load({ ...spec, partial }, values, frame.link, assets);
    }
    stage.querySelectorAll("section").forEach((section, k) => {   // the squares of a group have one size
      const { abreast = 1, rows } = frame.layout[k];
      const widths = rows.flat().map(id => panels[id] instanceof Numbers ? panels[id].cols : 1);
      section.style.setProperty("--abreast", abreast); section.style.setProperty("--widest", Math.max(...widths));
    });
    explain(); write(caption, frame.caption); write(note, frame.note);
    said.style.setProperty("--lines", frame.lines);
    const geometry = JSON.stringify(frame.link);
    if (geometry !== linked && steps.step() !== null) { steps.stop(); pinned = false; }   // it was a step of another y
    linked = geometry;
    const { start } = frame, shown = frame.panels.some(p => panels[p.id] === picked.panel);
    if (!shown || !picked.panel.holds(picked.at)) picked = { panel: panels[start.panel], at: start.at };
    steps.show(); fill(); paint();
  }
  function build() {
    const [row, show] = controls(model, act);
    refresh = show; tools.replaceChildren(row, steps.el); refresh();
  }
  const follow = () => { refresh(); fill(); };

  load(); build();
  el.classList.add("lm"); el.append(tools, note, caption, legend, stage, hint);
  el.onkeydown = e => { if (e.key === "Escape") { rest(); pinned = false; paint(); } };
  const events = [["change:spec", build], ["change:knobs", follow], ["change:frame", load]];
  events.forEach(([event, f]) => model.on(event, f));
  return () => { steps.stop(); el.onkeydown = null; events.forEach(([event, f]) => model.off(event, f)); };
}
export default { render };
