// A plot: axes in data coordinates, a heat map behind, marks in front; and the panel of lines of text. Python computes
// every number and every sentence. A drag, a click on empty space or a key asks Python for the next frame.
const SVG = "http://www.w3.org/2000/svg", FONT = 6.2;               // about as wide as a digit
const circle = r => `M${-r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`;
const MARKERS = [                                                 // of each class, around (0, 0)
  circle(5), "M-4.5,-4.5h9v9h-9z", "M0,-6.2L5.8,4.6H-5.8z", "M0,-6.4L6.4,0L0,6.4L-6.4,0z",
  "M-2,-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z", "M-5.8,-4.6H5.8L0,6.2z",
];
const tint = hue => `--hue: var(--hue${hue})`, shift = at => `translate(${at.join(" ")})`;
const haloed = d => [["path", { class: "lm-halo", d }], ["path", { d }]];
const marker = (look, hue) =>
  haloed({ ring: circle(9), handle: circle(7), marker: MARKERS[Math.max(0, hue) % MARKERS.length] }[look]);
const stroked = ({ kind, dashed, thin, hue, hues }, paths) => {
  const look = ["lm-line", kind === "arrows" && "lm-arrow", dashed && "lm-dashed", thin && "lm-thin"];
  return ["g", { class: look.filter(Boolean).join(" "), style: tint(hue ?? hues[0]) }, ...paths];
};
const tick = (side, at, d, text) =>
  ["g", { class: `lm-tick ${side}`, transform: shift(at) }, ["path", { d }], ["text", {}, text]];
const WALKED = { role: "img", tabindex: -1 };                     // what the arrow keys reach

// Children as [tag, attributes, ...children or one text]. An element that stays is kept, and with it the focus.
function patch(parent, nodes) {
  nodes.forEach((node, n) => {
    let element = parent.childNodes[n];
    if (element?.localName !== node[0]) {
      const fresh = document.createElementNS(node[0] === "svg" ? SVG : parent.namespaceURI, node[0]);
      if (element) element.replaceWith(fresh); else parent.append(fresh);
      element = fresh;
    }
    become(element, node);
  });
  while (parent.childNodes.length > nodes.length) parent.lastChild.remove();
}
function become(element, [, attributes, ...children]) {
  for (const name of element.getAttributeNames()) if (attributes[name] === undefined) element.removeAttribute(name);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
  if (typeof children[0] === "string") write(element, children[0]); else patch(element, children);
}

class Plot {
  constructor(act) {
    this.act = act; this.el = make("figure"); this.pressed = {}; this.moved = {}; this.said = "";
    const hear = (event, answer) =>
      this.el.addEventListener(event, e => answer(e.target.closest("[data-key]")?.dataset.key ?? null, e));
    hear("pointerdown", (key, e) => this.press(key, e));
    hear("pointermove", (key, e) => this.held ? this.move(this.held, this.data(e)) : this.point(key, e));
    for (const event of ["pointerup", "pointercancel"]) hear(event, () => { this.held = null; });
    hear("pointerleave", () => this.point(null));
    hear("click", (_, e) => {                                     // of a captured pointer it has no target
      const { key } = this.pressed, at = this.data(e);
      if (key) this.take(key);
      else if (key === null && this.click && this.inside(at)) this.ask(this.click, { at: this.onGrid(at) });
    });
    const still = e => { if (e.target.closest(".lm-drag")) e.preventDefault(); };   // the page does not scroll along
    this.el.addEventListener("touchstart", still, { passive: false });
    hear("focusin", key => this.point(key));
    hear("keydown", (key, e) => { if (key) this.type(key, e); });
  }
  load(spec, _, { palettes }) {
    const middle = [spec.x, spec.y].map(({ limits: [low, high] }) => (low + high) / 2);
    const { add = middle, ...moved } = this.moved;
    Object.assign(this, { click: "" }, spec, { moved: { add, ...this.act.waits() ? moved : {} } });
    this.keyed = this.marks.filter(({ kind }) => kind === "points" || kind === "bars");
    this.heat = this.marks.find(({ kind }) => kind === "heat"); this.draw();
    const { values, shape, limits, palette } = this.heat ?? {}, canvas = this.el.querySelector("canvas");
    if (values) paintPixels(canvas, numbers(values), shape, limits, palettes[palette], true);
    if (this.pointed) this.point(this.element(this.pointed) ? this.pointed : null);
  }

  // From the data to the pixels of the axes' rectangle, and back.
  spot([x, y]) {
    const part = (v, { limits: [low, high] }) => ((v ?? NaN) - low) / (high - low);
    return [part(x, this.x) * this.size[0], (1 - part(y, this.y)) * this.size[1]];
  }
  data(e) {
    const [across, down] = fractions(e, this.el.querySelector(".lm-empty"));
    return [[across, this.x], [1 - down, this.y]].map(([part, { limits: [low, high] }]) => low + part * (high - low));
  }
  bounded(v, { limits }) { return within(v, Math.min(...limits), Math.max(...limits)); }
  inside([x, y]) { return x === this.bounded(x, this.x) && y === this.bounded(y, this.y); }
  onGrid([x, y]) {                                                // steps that can be read, within the axes
    const near = (v, axis) => +this.bounded(Math.round(v / axis.step) * axis.step, axis).toPrecision(9);
    return [near(x, this.x), near(y, this.y)];
  }

  // A point or bar is known by its key, "which of such marks,index": lines may come and go. "add" is the empty place
  // that Enter would take. What was moved stays there until Python answers.
  element(key) { return this.el.querySelector(`[data-key="${key}"]`); }
  find(key) {
    const [m, index] = key.split(",").map(Number), mark = this.keyed[m] ?? {};
    return { mark, index, at: this.moved[key] ?? mark.xy?.[index] };
  }
  print(at) { return `(${this.onGrid(at).map(fmt).join(", ")})`; }
  tell(key) {
    const { mark, index, at } = this.find(key);
    if (key === "add") return `an empty place: arrow keys move it, Enter takes it, ${this.print(at)}`;
    return mark.texts[index] || mark.labels?.[index] || this.print(at);
  }
  tellHeat(at) {                                                  // of the surface behind, where it has a name
    if (!this.heat?.name || !this.inside(at)) return "";
    const { name, values, shape: [rows, cols] } = this.heat, [x, y] = this.spot(at).map((v, a) => v / this.size[a]);
    const row = Math.min(rows - 1, Math.floor((1 - y) * rows)), col = Math.min(cols - 1, Math.floor(x * cols));
    return `${name} = ${fmt(+numbers(values)[row * cols + col].toPrecision(3))} at ${this.print(at)}`;
  }
  point(key, e) {
    this.said = key ? this.tell(key) : e ? this.tellHeat(this.data(e)) : "";
    this.pointed = key; write(this.el.lastChild, this.said);
  }
  press(key, e) {
    const twice = this.pressed.key === key && e.timeStamp - this.pressed.time < 400;
    this.pressed = { key, time: e.timeStamp };
    if (!key) return;
    const { mark: { drag, remove }, index } = this.find(key);
    if (twice && remove) return this.ask(remove, { index });
    this.element(key).focus({ preventScroll: true }); e.preventDefault();
    if (drag) { this.held = key; this.el.setPointerCapture(e.pointerId); }
  }
  move(key, to) {
    const { mark: { drag, along = "xy" }, index, at } = this.find(key), [x, y] = this.onGrid(to);
    if (!at) return;                                              // Python took it away meanwhile
    const next = [along === "y" ? at[0] : x, along === "x" ? at[1] : y];
    if (String(next) === String(at)) return;
    this.moved[key] = next; this.pressed = {}; this.draw();
    if (drag) this.ask(drag, { at: next, index, along }); else this.point(key);
  }
  take(key) {                                                     // a click on a mark, or on its label: at its place
    const { mark: { drag, remove }, at } = this.find(key);
    if (this.click && at && !drag && !remove) this.ask(this.click, { at: key === "add" ? this.onGrid(at) : at });
  }
  ask(action, what) { this.act.ask({ action, along: "xy", ...what }); }
  type(key, e) {
    const [up, right] = MOVES[e.key] ?? [0, 0], far = e.shiftKey ? 10 : 1, { mark, index, at } = this.find(key);
    const rising = Math.sign(this.y.limits[1] - this.y.limits[0]);   // rows are counted from above
    if (e.key === "Enter") this.take(key);
    else if ((e.key === "Delete" || e.key === "Backspace") && mark.remove) this.ask(mark.remove, { index });
    else if (!up && !right) return;
    else if (!mark.drag && key !== "add") this.walk(key, up + right);
    else this.move(key, [at[0] + far * right * this.x.step, at[1] - far * up * rising * this.y.step]);
    e.preventDefault();
  }
  stops() { return [...this.el.querySelectorAll("[data-key][role=img]")]; }
  walk(key, by) {                                                 // from point to point of what cannot be dragged
    const stops = this.stops(), here = stops.findIndex(e => e.dataset.key === key);
    this.stop = stops[(here + by + stops.length) % stops.length].dataset.key;
    this.draw(); this.element(this.stop).focus();
  }

  draw() {
    const { x, y, size: [width, height], title, marks, heat, click, moved, said } = this, box = { width, height };
    const left = 27 + FONT * Math.max(1, ...y.ticks.map(([, text]) => text.length));
    const wide = left + width + 12, high = height + 46;
    const shares = { left: left / wide, top: 8 / high, width: width / wide, height: height / high };
    const behind = Object.entries(shares).map(([side, part]) => `${side}: ${100 * part}%`).join("; ");
    const longest = Math.max(0, ...marks.flatMap(({ texts = [] }) => texts).map(text => text.length));
    const lines = Math.max(1, Math.ceil(longest * FONT * 1.1 / wide));
    const drawn = kind => marks.flatMap(mark => mark.kind === kind ? this[kind](mark, this.keyed.indexOf(mark)) : []);
    const cross = { class: "lm-add", role: "button", tabindex: 0, transform: shift(this.spot(moved.add)) };
    const add = ["g", this.touched("add", cross), ["path", { d: "M-8,0h16M0,-8v16" }]];
    const axes = ["g", { transform: shift([left, 8]) },
      ...x.ticks.map(([v, text]) => tick("lm-under", [this.spot([v, 0])[0], height], "M0,0v4", text)),
      ...y.ticks.map(([v, text]) => tick("lm-beside", [0, this.spot([0, v])[1]], "M0,0h-4", text)),
      ["text", { class: "lm-label", x: width / 2, y: height + 32 }, x.label],
      ["text", { class: "lm-label", transform: `translate(${11 - left} ${height / 2}) rotate(-90)` }, y.label],
      ["svg", box, ["rect", { class: "lm-empty", ...box }],
        ...click ? [add] : [], ...drawn("bars"), ...drawn("line"), ...drawn("arrows")],
      ["rect", { class: "lm-frame", ...box }], ...drawn("points")];
    const label = { role: "group", "aria-label": `${title}: ${y.label} over ${x.label}` };
    const told = { class: "lm-pointed", role: "status", style: `--lines: ${lines}` };
    const hidden = shown => shown ? undefined : "";
    become(this.el, ["figure", { class: "lm-plot", "data-panel": this.id, style: `max-width: ${wide}px` },
      ["figcaption", {}, title],
      ["div", { class: "lm-axes", "data-lm-suppress-shortcuts": true },
        ["canvas", { hidden: hidden(heat), height: heat?.shape[0], width: heat?.shape[1], style: behind }],
        ["svg", { viewBox: `0 0 ${wide} ${high}`, style: `width: ${wide}px`, ...label }, axes]],
      ["div", { class: "lm-plotkey" }, ...this.explain()],
      ["p", { ...told, hidden: hidden(longest || heat?.name || click) }, said]]);
    const stops = this.stops(), stop = stops.find(e => e.dataset.key === this.stop) ?? stops[0];
    if (stop) stop.tabIndex = 0;                                  // one stop of the Tab key
  }
  touched(key, more) { return { "data-key": key, "aria-label": this.tell(key), ...more }; }
  line(mark) {
    const gap = at => !at || at.includes(null), place = at => this.spot(at).map(v => v.toFixed(1)).join(" ");
    const step = (at, n, all) => gap(at) ? "" : `${gap(all[n - 1]) ? "M" : "L"}${place(at)}`;
    return [stroked(mark, haloed(mark.xy.map(step).join("")))];
  }
  arrows(mark) {                                                  // drawn to the right, up to (0, 0), and turned
    return mark.tails.flatMap((tail, n) => {
      const [x, y] = this.spot(tail), [tipX, tipY] = this.spot(mark.heads[n]);
      const long = Math.hypot(tipX - x, tipY - y), head = Math.min(9, long), turn = Math.atan2(tipY - y, tipX - x);
      const d = `M${-long},0H${-head / 2}M0,0L${-head},${.45 * head}V${-.45 * head}Z`;
      const place = { transform: `${shift([tipX, tipY])} rotate(${turn * 180 / Math.PI})` };
      return long > .5 ? [stroked(mark, [["g", place, ...haloed(d)]])] : [];
    });
  }
  bars({ at, heights, hues, width }, which) {
    return at.map((x, n) => {
      const [left, top] = this.spot([x - width / 2, heights[n] ?? 0]), [right, zero] = this.spot([x + width / 2, 0]);
      const box = { x: left, width: right - left, y: Math.min(top, zero), height: Math.max(1, Math.abs(zero - top)) };
      return ["g", this.touched(`${which},${n}`, { class: "lm-bar", ...WALKED, style: tint(hues[n]) }), ["rect", box]];
    });
  }
  points({ classes, texts, labels, drag, along, look }, which) {
    return classes.flatMap((hue, n) => {
      const key = `${which},${n}`, { at } = this.find(key);
      if (at.includes(null) || !this.inside(at) && !drag) return [];
      const shown = {
        class: `lm-point lm-${look}${drag ? " lm-drag" : ""}`, transform: shift(this.spot(at)), style: tint(hue),
      };
      const slide = { role: "slider", tabindex: 0, "aria-valuenow": at[+(along === "y")],
        "aria-valuetext": `(${at.map(fmt).join(", ")})`, "aria-roledescription": "point to drag" };
      const touched = drag || texts[n] ? this.touched(key, drag ? slide : WALKED) : {};
      const label = labels[n] ? [["text", { x: 11, y: -7 }, labels[n]]] : [];
      return [["g", { ...shown, ...touched }, ["circle", { class: "lm-hit" }], ...marker(look, hue), ...label]];
    });
  }
  explain() {                                                     // the key: markers and lines that have names
    const box = { viewBox: "-12 -8 24 16", "aria-hidden": "true" };
    const small = ({ look }, hue) =>
      ["g", { class: `lm-point lm-${look}`, style: tint(hue) }, marker(look === "ring" ? "handle" : look, hue)[1]];
    const entry = (name, swatch) => ["span", {}, ["svg", box, swatch], ["span", {}, name]];
    return this.marks.flatMap(mark => {
      if (mark.kind === "points") return Object.entries(mark.names).map(([name, hue]) => entry(name, small(mark, hue)));
      return mark.name && mark.kind !== "heat" ? [entry(mark.name, stroked(mark, [["path", { d: "M-11,0H11" }]]))] : [];
    });
  }
}

class Lines {
  constructor() { this.el = make("figure"); }
  load({ id, title, lines, live }) {
    become(this.el, ["figure", { class: "lm-text", "data-panel": id, "aria-live": live ? "polite" : "off" },
      ["figcaption", {}, title], ...lines.map(line => ["p", {}, line])]);
  }
}
