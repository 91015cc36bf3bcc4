// A plot: axes in data coordinates, a heat map behind, marks in front; and the panel of lines of text. Python computes
// every number and every sentence. A drag, a click on empty space or a key asks Python for the next frame.
const SVG = "http://www.w3.org/2000/svg", FONT = 6.2;               // about as wide as a digit
const SHAPES = [                                                  // the marker of each class, around (0, 0)
  "M-5,0a5,5 0 1 0 10,0a5,5 0 1 0 -10,0z", "M-4.5,-4.5h9v9h-9z", "M0,-6.2L5.8,4.6H-5.8z", "M0,-6.4L6.4,0L0,6.4L-6.4,0z",
  "M-2,-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z", "M-5.8,-4.6H5.8L0,6.2z",
];
const circle = r => `M${-r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`;
const shapeOf = (look, hue) =>
  ({ ring: circle(9), handle: circle(7), marker: SHAPES[Math.max(0, hue) % SHAPES.length] })[look];
const strokeOf = ({ dashed, thin }) => `lm-line${dashed ? " lm-dashed" : ""}${thin ? " lm-thin" : ""}`;
const tint = hue => `--hue: var(--hue${hue})`;

// Children as [tag, attributes, ...children or one text]. An element that stays is kept, and with it the focus.
function patch(parent, nodes) {
  nodes.forEach(([tag, attributes, ...children], n) => {
    let element = parent.childNodes[n];
    if (element?.tagName !== tag) {
      const fresh = document.createElementNS(SVG, tag);
      if (element) element.replaceWith(fresh); else parent.append(fresh);
      element = fresh;
    }
    for (const name of element.getAttributeNames()) if (attributes[name] === undefined) element.removeAttribute(name);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
    }
    if (typeof children[0] === "string") write(element, children[0]); else patch(element, children);
  });
  while (parent.childNodes.length > nodes.length) parent.lastChild.remove();
}

class Plot {
  constructor(act) {
    this.act = act; this.heading = make("figcaption"); this.heat = make("canvas"); this.key = make("div");
    this.svg = document.createElementNS(SVG, "svg"); this.svg.role = "group"; this.told = pointedAt();
    this.key.className = "lm-plotkey"; this.el = make("figure", { className: "lm-plot" }, this.heading,
      make("div", { className: "lm-axes" }, this.heat, this.svg), this.key, this.told);
    const hear = (event, answer) => this.svg.addEventListener(event, e => answer(this.under(e.target), e));
    hear("pointerdown", (key, e) => this.press(key, e));
    hear("pointermove", (key, e) => this.held ? this.move(this.held, this.data(e)) : this.point(key, e));
    for (const event of ["pointerup", "pointercancel"]) hear(event, () => { this.held = null; });
    hear("pointerleave", () => this.point(null));
    hear("click", (_, e) => {                                     // of a captured pointer it has no target
      const { key } = this.pressed, at = this.data(e), empty = [null, "add"].includes(key);
      if (this.click && empty && this.inside(at)) this.ask(this.click, { at: this.onGrid(at) });
      else if (key && !empty) this.take(key);
    });
    const still = e => { if (e.target.closest(".lm-drag")) e.preventDefault(); };   // the page does not scroll along
    this.svg.addEventListener("touchstart", still, { passive: false });
    hear("focusin", key => this.point(key));
    hear("keydown", (key, e) => this.type(key, e));
    this.pressed = {};
  }
  load(spec, _, { palettes }) {
    Object.assign(this, spec, { preview: this.act.waits() ? this.preview : null });
    this.keyed = this.marks.filter(({ kind }) => kind === "points" || kind === "bars");
    this.el.dataset.panel = spec.id; write(this.heading, spec.title);
    this.left = 27 + FONT * Math.max(...this.y.ticks.map(([, text]) => text.length), 1);
    const [width, height] = this.size, all = [this.left + width + 12, height + 46];
    this.svg.setAttribute("viewBox", `0 0 ${all.join(" ")}`); this.svg.style.width = `${all[0]}px`;
    this.svg.ariaLabel = `${spec.title}: ${this.y.label} over ${this.x.label}`;
    const heat = this.marks.find(mark => mark.kind === "heat"), share = (part, a) => `${100 * part / all[a]}%`;
    this.heat.hidden = !heat;
    Object.assign(this.heat.style, {
      left: share(this.left, 0), top: share(8, 1), width: share(width, 0), height: share(height, 1),
    });
    if (heat) paintPixels(this.heat, numbers(heat.values), heat.shape, heat.limits, palettes[heat.palette], true);
    const longest = Math.max(0, ...this.marks.flatMap(mark => mark.texts ?? []).map(text => text.length));
    this.told.hidden = !longest && !heat?.name && !this.click; this.el.style.maxWidth = `${all[0]}px`;
    this.told.style.setProperty("--lines", Math.max(1, Math.ceil(longest * FONT * 1.1 / all[0])));
    this.explain(); this.draw();
    if (this.pointed && !this.under(this.svg.querySelector(`[data-key="${this.pointed}"]`))) this.point(null);
    else if (this.pointed) write(this.told, this.tell(this.pointed));
  }

  // From the data to the pixels of the axes' rectangle, and back.
  spot([x, y]) {
    const part = (v, { limits: [low, high] }) => (v - low) / (high - low);
    return [part(x, this.x) * this.size[0], (1 - part(y, this.y)) * this.size[1]];
  }
  data(e) {
    const [across, down] = fractions(e, this.svg.querySelector(".lm-empty"));
    return [[across, this.x], [1 - down, this.y]].map(([part, { limits: [low, high] }]) => low + part * (high - low));
  }
  get axes() { return [this.x, this.y]; }
  bounded(v, a) { const { limits } = this.axes[a]; return within(v, Math.min(...limits), Math.max(...limits)); }
  inside(at) { return at.every((v, a) => v === this.bounded(v, a)); }
  onGrid(at) {                                                    // a step that can be read, within the axes
    const nearest = (v, { step }) => Math.round(v / step) * step;
    return at.map((v, a) => +this.bounded(nearest(v, this.axes[a]), a).toPrecision(9));
  }

  // A point or bar is known by its key, "which of such marks,index": lines may come and go. "add" is the empty place
  // that a click would take.
  under(target) { return target?.closest("[data-key]")?.dataset.key ?? null; }
  find(key) {
    if (key === "add") return { at: this.crosshair ?? this.axes.map(({ limits }) => (limits[0] + limits[1]) / 2) };
    const [m, index] = key.split(",").map(Number), mark = this.keyed[m];
    return { mark, index, at: this.preview?.key === key ? this.preview.at : mark?.xy?.[index] };
  }
  print(at) { return `(${this.onGrid(at).map(fmt).join(", ")})`; }
  tell(key) {
    const { mark, index, at } = this.find(key);
    if (!mark) return `an empty place: arrow keys move it, Enter takes it, ${this.print(at)}`;
    return mark.texts[index] || mark.labels?.[index] || this.print(at);
  }
  tellHeat(at) {                                                  // of the surface behind, where it has a name
    const heat = this.marks.find(mark => mark.kind === "heat");
    if (!heat?.name || !this.inside(at)) return "";
    const [rows, cols] = heat.shape, [x, y] = this.spot(at).map((v, a) => v / this.size[a]);
    const row = Math.min(rows - 1, Math.floor((1 - y) * rows)), col = Math.min(cols - 1, Math.floor(x * cols));
    return `${heat.name} = ${fmt(+numbers(heat.values)[row * cols + col].toPrecision(3))} at ${this.print(at)}`;
  }
  point(key, e) {
    const pointed = e && key === "add" ? null : key;
    write(this.told, pointed ? this.tell(pointed) : e ? this.tellHeat(this.data(e)) : "");
    if (pointed !== this.pointed) { this.pointed = pointed; this.draw(); }
  }
  press(key, e) {
    const twice = this.pressed.key === key && e.timeStamp - this.pressed.time < 400;
    this.pressed = { key, time: e.timeStamp };
    if (twice && key && this.find(key).mark?.remove) return this.remove(key);
    if (!key || key === "add") return;
    e.target.closest("[data-key]").focus({ preventScroll: true }); e.preventDefault();
    if (this.find(key).mark.drag) { this.held = key; this.svg.setPointerCapture(e.pointerId); }
  }
  move(key, to) {
    const { mark, index, at } = this.find(key);
    if (!at) return;                                              // Python took it away meanwhile
    const [x, y] = this.onGrid(to), next = [mark.along === "y" ? at[0] : x, mark.along === "x" ? at[1] : y];
    if (String(next) === String(at)) return;
    this.preview = { key, at: next }; this.pressed = {}; this.draw();
    this.ask(mark.drag, { at: next, index, along: mark.along });
  }
  remove(key) {
    const { mark, index } = this.find(key);
    if (mark?.remove) this.ask(mark.remove, { index });
  }
  take(key) {                                                     // a click on a mark, or on its label: at its place
    const { mark, at } = this.find(key);
    if (this.click && at && !mark.drag && !mark.remove) this.ask(this.click, { at });
  }
  ask(action, what) { this.act.ask({ action, along: "xy", ...what }); }
  type(key, e) {
    const [up, right] = MOVES[e.key] ?? [0, 0], { mark, at } = key ? this.find(key) : {}, far = e.shiftKey ? 10 : 1;
    const rising = Math.sign(this.y.limits[1] - this.y.limits[0]);   // rows are counted from above
    const stepped = () => [at[0] + far * right * this.x.step, at[1] - far * up * rising * this.y.step];
    if (key === "add" && (up || right)) { this.crosshair = this.onGrid(stepped()); this.point(key); this.draw(); }
    else if (key === "add" && e.key === "Enter") this.ask(this.click, { at: this.onGrid(at) });
    else if (key && e.key === "Enter") this.take(key);
    else if ((e.key === "Delete" || e.key === "Backspace") && mark?.remove) this.remove(key);
    else if (mark?.drag && (up || right)) this.move(key, stepped());
    else if (mark && (up || right)) this.walk(key, up + right);
    else return;
    e.preventDefault();
  }
  walk(key, by) {                                                 // from point to point of what cannot be dragged
    const stops = [...this.svg.querySelectorAll("[data-walk]")], here = stops.findIndex(e => e.dataset.key === key);
    this.stop = stops[(here + by + stops.length) % stops.length].dataset.key;
    this.draw(); this.svg.querySelector(`[data-key="${this.stop}"]`).focus();
  }

  draw() {
    const [width, height] = this.size, bottom = height + 8, walked = [];
    const nodes = kind => this.marks.flatMap(
      mark => mark.kind === kind ? this[kind](mark, this.keyed.indexOf(mark), walked) : []);
    const below = [...nodes("bars"), ...nodes("line"), ...nodes("arrows")], above = nodes("points");
    const stop = walked.find(([, attributes]) => attributes["data-key"] === this.stop) ?? walked[0];
    if (stop) stop[1].tabindex = 0;                               // one stop of the Tab key
    const [x, y] = this.spot(this.find("add").at), cross = `M${x - 8},${y}h16M${x},${y - 8}v16`;
    const empty = this.click ? this.focusable("add", "lm-add", { role: "button", tabindex: 0 }) : {};
    patch(this.svg, [
      ...this.ticks(bottom),
      ["text", { class: "lm-label", x: this.left + width / 2, y: bottom + 32 }, this.x.label],
      ["text", { class: "lm-label", transform: `translate(11 ${8 + height / 2}) rotate(-90)` }, this.y.label],
      ["svg", { x: this.left, y: 8, width, height },
        ["g", empty, ["rect", { class: "lm-empty", width, height }], ["path", { class: "lm-cross", d: cross }]],
        ...below],
      ["rect", { class: "lm-frame", x: this.left, y: 8, width, height }],
      ["g", { transform: `translate(${this.left} 8)` }, ...above],
    ]);
  }
  ticks(bottom) {
    const mark = (kind, [x, y], d, text) =>
      ["g", { class: `lm-tick ${kind}`, transform: `translate(${x} ${y})` }, ["path", { d }], ["text", {}, text]];
    return [
      ...this.x.ticks.map(([v, text]) => mark("lm-under", [this.left + this.spot([v, 0])[0], bottom], "M0,0v4", text)),
      ...this.y.ticks.map(([v, text]) => mark("lm-beside", [this.left, 8 + this.spot([0, v])[1]], "M0,0h-4", text)),
    ];
  }
  focusable(key, kind, more) {
    const label = { "data-lm-suppress-shortcuts": "true", "aria-label": this.tell(key) };
    return { class: key === this.pointed ? `${kind} lm-at` : kind, "data-key": key, ...label, ...more };
  }
  line({ xy, hue, ...look }) {
    const gap = at => !at || at.includes(null), kind = strokeOf(look);
    const d = xy.map((at, n) => {
      return gap(at) ? "" : `${gap(xy[n - 1]) ? "M" : "L"}${this.spot(at).map(v => v.toFixed(1)).join(" ")}`;
    }).join("");
    return d ? [["path", { class: `lm-halo ${kind}`, d }], ["path", { class: kind, d, style: tint(hue) }]] : [];
  }
  arrows({ tails, heads, hue }) {
    return tails.flatMap((tail, n) => {
      const [[x, y], [tipX, tipY]] = [tail, heads[n]].map(at => this.spot(at)), long = Math.hypot(tipX - x, tipY - y);
      if (!(long > .5)) return [];
      const [along, up] = [tipX - x, tipY - y].map(part => part / long * Math.min(9, long));
      const corner = side => `${tipX - along - side * up} ${tipY - up + side * along}`;
      const d = `M${x} ${y}L${tipX - along / 2} ${tipY - up / 2}M${tipX} ${tipY}L${corner(.45)}L${corner(-.45)}Z`;
      return [["path", { class: "lm-halo lm-line", d }], ["path", { class: "lm-line lm-arrow", d, style: tint(hue) }]];
    });
  }
  bars({ at, heights, hues, width, texts }, which, walked) {
    return at.map((x, n) => {
      const [left, top] = this.spot([x - width / 2, heights[n]]), [right, zero] = this.spot([x + width / 2, 0]);
      const walk = { role: "img", tabindex: -1, "data-walk": n, style: tint(hues[n]) };
      const box = { x: left, width: right - left, y: Math.min(top, zero), height: Math.max(1, Math.abs(zero - top)) };
      const node = ["g", this.focusable(`${which},${n}`, "lm-bar", walk), ["rect", box]];
      walked.push(node);
      return node;
    });
  }
  points({ classes, texts, labels, drag, along, look }, which, walked) {
    return classes.flatMap((hue, n) => {
      const key = `${which},${n}`, { at } = this.find(key), shape = shapeOf(look, hue);
      if (at.includes(null) || !this.inside(at) && !drag) return [];
      const slide = { role: "slider", tabindex: 0, "aria-valuenow": at[+(along === "y")],
        "aria-valuetext": `(${at.map(fmt).join(", ")})`, "aria-roledescription": "point to drag" };
      const walk = { role: "img", tabindex: -1, "data-walk": n };
      const kind = `lm-point lm-${look}${drag ? " lm-drag" : ""}`, told = drag || texts[n];
      const attributes = told ? this.focusable(key, kind, drag ? slide : walk) : { class: kind };
      const node = ["g", { ...attributes, transform: `translate(${this.spot(at).join(" ")})`, style: tint(hue) },
        ["circle", { class: "lm-hit", r: drag ? 16 : 8 }],
        ["path", { class: "lm-halo", d: shape }], ["path", { d: shape }]];
      if (labels[n]) node.push(["text", { x: 11, y: -7 }, labels[n]]);
      if (told && !drag) walked.push(node);
      return [node];
    });
  }
  explain() {                                                     // the key: markers and lines that have names
    const named = mark => mark.kind === "points"
      ? Object.entries(mark.names).map(([name, hue]) =>
        [name, `lm-point lm-${mark.look}`, shapeOf(mark.look === "ring" ? "handle" : mark.look, hue), hue])
      : mark.name && mark.kind !== "heat" ? [[mark.name, strokeOf(mark), "M-11,0H11", mark.hue ?? mark.hues[0]]] : [];
    const items = this.marks.flatMap(named), shown = JSON.stringify(items);
    if (shown === this.explained) return;
    this.explained = shown;
    this.key.replaceChildren(...items.map(([name, kind, d, hue]) => {
      const svg = document.createElementNS(SVG, "svg");
      svg.setAttribute("viewBox", "-12 -8 24 16"); svg.setAttribute("aria-hidden", "true");
      patch(svg, [["g", { class: kind, style: tint(hue) }, ["path", { class: kind, d }]]]);
      return make("span", {}, svg, name);
    }));
  }
}

class Lines {
  constructor() {
    this.heading = make("figcaption"); this.body = make("div"); this.el = make("figure", {}, this.heading, this.body);
    this.el.className = "lm-text";
  }
  load({ id, title, lines, live }) {
    this.el.ariaLive = live ? "polite" : "off"; this.el.dataset.panel = id; write(this.heading, title);
    while (this.body.childNodes.length > lines.length) this.body.lastChild.remove();
    lines.forEach((line, n) => write(this.body.childNodes[n] ?? this.body.appendChild(make("p")), line));
  }
}
