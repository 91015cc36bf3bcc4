// Panels of cells: numbers on squares, or the pixels of a picture. Three axes and, on each side of a panel, one relation between their indices:
//     m = stride·i + dilation·u − padding          m in the input, u in the kernel, i in the output
// A panel shows one axis, its role: "x", "w" or "y" ("b", the bias, has none: every output uses it). Its own index n,
// the one that is printed, stands for the axis' index (n − offset) / scale: scale −1 is a flipped kernel, scale =
// stride an output with zeros put between. A rim of padding is printed as n = −1, −2, …
const AXES = "xwy", LETTERS = "abcdefghi";
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// One side with one index fixed: every [m, u, i] that meets it, in the order of the sum. Two such lists say all about
// a picture of any size: its terms are rows × columns, and are never multiplied out to draw.
export function terms(role, at, { w, y, stride, dilation, padding }) {
  const up = n => [...Array(n).keys()];
  if (role === "y") return up(w).map(u => [stride * at + dilation * u - padding, u, at]);
  if (role === "w") return up(y).map(i => [stride * i + dilation * at - padding, at, i]);
  if (role === "x") return up(w).reverse().map(u => [at, u, (at + padding - dilation * u) / stride]);
  return up(y).map(i => [NaN, NaN, i]);
}
// An input between two strides or past the last window meets no output: such a term is dead.
export const live = ([, , i], { y }) => Number.isInteger(i) && i >= 0 && i < y;

class Panel {
  constructor(act) {
    this.act = act; this.heading = make("figcaption"); this.el = make("figure", {}, this.heading);
  }
  load(spec, link, assets) {
    const [values, partial] = [numbers(assets[spec.data] ?? spec.data), numbers(spec.partial)];
    Object.assign(this, spec, { sides: link?.sides, values, partial });
    [this.rows, this.cols] = spec.shape; this.el.dataset.panel = spec.id;
    if (this.heading.textContent === `${spec.name} ${spec.title} ${spec.extent}`) return;
    const extent = make("small", { textContent: spec.extent });
    this.heading.replaceChildren(make("b", { textContent: spec.name }), " ", ...signed(spec.title), " ", extent);
  }
  get linked() { return AXES.includes(this.role || "none"); }
  index(n) { return n.map((v, a) => (v - this.offset[a]) / this.scale[a]); }
  side(t, a) { return !this.linked ? 0 : t[AXES.indexOf(this.role)] * this.scale[a] + this.offset[a]; }
  own(pair) { return pair.map((t, a) => this.side(t, a)); }
  within(v, a) { return Number.isInteger(v) && v >= -this.rim[a] && v < this.shape[a] - this.rim[a]; }
  holds(n) { return n.every((v, a) => this.within(v, a)); }
  cell(k) { return [Math.floor(k / this.cols) - this.rim[0], k % this.cols - this.rim[1]]; }
  flat(n) { return (n[0] + this.rim[0]) * this.cols + n[1] + this.rim[1]; }
  value(n) { return this.values[this.flat(n)]; }
  label(n) { return this.role === "b" ? this.name : `${this.name}[${n.slice(-this.ndim).map(fmt)}]`; }
  padded(n) {                                                     // a cell that stands for nothing on its axis
    const inside = (v, a) => Number.isInteger(v) && v >= 0 && v < this.sides[a][this.role];
    return this.linked && !this.index(n).every(inside);
  }
  put(n) { return !this.padded(n) ? "" : this.stretched ? "put in" : "padding"; }   // why its zero is there
  // The related rows or columns of this panel. A stretched one shows the dead terms too: they are its zeros.
  related(list, a, role) {
    if (!this.linked) return this.role === "b" && (role === "y" || role === "b") ? [0] : [];
    const mine = list.filter(t => this.stretched || live(t, this.sides[a])).map(t => this.side(t, a));
    return [...new Set(mine)].filter(v => this.within(v, a)).sort((p, q) => p - q);
  }
  key(e, n) {
    const d = MOVES[e.key], stop = (v, a) => Math.max(-this.rim[a], Math.min(this.shape[a] - this.rim[a] - 1, v));
    if (d) this.act.move(this, n.map((v, a) => stop(v + (e.shiftKey ? 8 : 1) * d[a], a)));
    else if (e.key === "Enter") this.act.pin(this, n);
    else return;
    e.preventDefault();
  }
}

// Many values: one canvas, one stop of the Tab key.
class Picture extends Panel {
  constructor(act) {
    super(act);
    this.canvas = focusable(make("canvas", { tabIndex: 0 })); this.canvas.setAttribute("role", "img");
    this.bits = make("canvas"); this.el.append(this.canvas);
    const under = e => {
      const b = this.canvas.getBoundingClientRect();
      const part = [(e.clientY - b.top) / b.height, (e.clientX - b.left) / b.width];
      const n = part.map((v, a) => Math.floor(v * this.shape[a]) - this.rim[a]);
      return this.holds(n) && n;
    };
    this.canvas.onpointermove = e => { const n = under(e); if (n) act.point(this, n); };
    this.canvas.onclick = e => { const n = under(e); if (n) act.pin(this, n); };
    this.canvas.onkeydown = e => this.key(e, act.where(this));
    this.canvas.onfocus = () => act.point(this, act.where(this));
  }
  load(spec, link, assets) {
    const shown = this.values, limits = String(this.limits);
    super.load(spec, link, assets);
    focusable(this.canvas, `${spec.name}, ${spec.title}, ${spec.extent}; arrow keys move the cell`);
    if (shown === this.values && limits === String(spec.limits)) return;
    this.drawn = null;
    paintPixels(this.bits, this.values, spec.shape, spec.limits, assets.palettes[spec.palette]);
    this.unit = spec.size / Math.max(this.rows, this.cols);
    const sharp = this.unit * (window.devicePixelRatio || 1);
    const [w, h] = [this.cols, this.rows].map(n => Math.round(n * sharp));
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h });
    this.canvas.style.width = `${Math.round(this.cols * this.unit)}px`;
  }
  fill() {}
  focus() { this.canvas.focus(); }
  show({ both, panel, step }) {
    const [rows, cols] = both.map((list, a) => this.related(list, a, panel.role));
    const shown = JSON.stringify([rows, cols, step]);
    if (shown === this.drawn) return;
    this.drawn = shown;
    const c = this.canvas, g = c.getContext("2d"), q = c.width / this.cols;
    const box = (r, k, h, w) => [(k + this.rim[1]) * q, (r + this.rim[0]) * q, w * q, h * q];
    g.imageSmoothingEnabled = false; g.drawImage(this.bits, 0, 0, c.width, c.height);
    if (Math.max(...this.rim)) this.hatch(g, box);
    if (this.unit >= 28) this.print(g, q);
    if (step !== null && this.computed) {                         // the sweep has not come here yet
      const [r, k] = this.cell(step); g.fillStyle = "rgb(128 128 128 / .8)";
      g.fillRect(...box(r, k, 1, this.cols)); g.fillRect(...box(r + 1, 0, this.rows, this.cols));
    }
    if (!rows.length || !cols.length) return;
    const h = rows.at(-1) - rows[0] + 1, w = cols.at(-1) - cols[0] + 1;
    for (const [ink, width] of [["#000", 6], ["#fff", 3]]) {    // black under white: seen on any colour
      g.strokeStyle = ink; g.lineWidth = width; g.strokeRect(...box(rows[0], cols[0], h, w));
    }
    if (this.unit < 3 || rows.length === h && cols.length === w) return;
    const frame = this.unit >= 12;                                // gaps (stride, dilation): mark each cell
    for (const [ink, size, width] of [["#000", .5, 4], ["#fff", .3, 1.5]]) {
      g.fillStyle = g.strokeStyle = ink; g.lineWidth = width;
      for (const r of rows) for (const k of cols) {
        if (frame) g.strokeRect(...box(r + .1, k + .1, .8, .8));
        else g.fillRect(...box(r + .5 - size / 2, k + .5 - size / 2, size, size));
      }
    }
  }
  hatch(g, box) {
    const tile = make("canvas", { width: 6, height: 6 }), p = tile.getContext("2d"), [r, k] = this.rim;
    p.fillStyle = "#9aa0a6"; p.fillRect(0, 0, 6, 6);
    p.fillStyle = "#868c92"; p.fillRect(0, 0, 3, 3); p.fillRect(3, 3, 3, 3);
    g.fillStyle = g.createPattern(tile, "repeat"); g.beginPath(); g.rect(...box(-r, -k, this.rows, this.cols));
    g.rect(...box(0, 0, this.rows - 2 * r, this.cols - 2 * k)); g.fill("evenodd");
  }
  print(g, q) {
    const [lo, hi] = this.limits, dark = v => lo < 0 ? Math.abs(v) > .6 * hi : v < lo + .5 * (hi - lo);
    Object.assign(g, { font: `${q * .3}px sans-serif`, textAlign: "center", textBaseline: "middle" });
    this.values.forEach((v, k) => {
      g.fillStyle = dark(v) ? "#fff" : "#000";
      g.fillText(short(+v.toFixed(2), 5), (k % this.cols + .5) * q, (Math.floor(k / this.cols) + .5) * q);
    });
  }
}

// Few values: a native input for each number, read-only where Python computes it.
class Numbers extends Panel {
  constructor(act) {
    super(act);
    this.grid = make("div", { className: "lm-grid" }); this.typed = null;   // the input that is being typed into
    this.el.append(make("div", { className: "lm-wide" }, this.grid));
    this.grid.setAttribute("role", "group");
    const hear = (event, f) => this.grid.addEventListener(event, e => {
      const k = this.inputs.indexOf(e.target); if (k >= 0) f(this.cell(k), e.target, e);
    });
    hear("pointerover", n => act.point(this, n));
    hear("click", (n, input) => { input.select(); if (input.readOnly) act.pin(this, n); });   // else it is to be edited
    hear("focusin", (n, input) => { this.stop(input); input.select(); act.point(this, n); });
    hear("focusout", (n, input) => this.leave(input));
    hear("input", (n, input) => this.type(n, input));
    hear("keydown", (n, input, e) => this.press(e, n, input));
  }
  stop(input) { this.inputs.forEach(i => { i.tabIndex = i === input ? 0 : -1; }); }   // one stop of the Tab key
  leave(input) {                                                  // what was typed is told already
    if (Number.isNaN(parse(input.value))) this.act.note("");
    this.typed = null; this.act.refresh();
  }
  type(n, input) {
    const v = parse(input.value), bad = Number.isNaN(v); this.typed = input;
    input.setAttribute("aria-invalid", bad);
    this.act.note(bad ? `“${input.value}” is not a number: ${this.label(n)} stays ${fmt(this.chosen(n))}` : "");
    if (!bad) this.act.edit(this, n, v);
  }
  press(e, n, input) {
    const { selectionStart: p, selectionEnd: q, value, readOnly } = input;
    if (!readOnly && (p > 0 && e.key === "ArrowLeft" || q < value.length && e.key === "ArrowRight")) return;
    const up = { PageUp: 1, PageDown: -1 }[e.key], done = input === this.typed && { Enter: 1, Escape: 1 }[e.key];
    if (done && (e.key === "Escape" || !Number.isNaN(parse(value)))) this.leave(input);
    if (up && !readOnly) {
      this.typed = null; this.act.edit(this, n, +(this.chosen(n) + up * (e.shiftKey ? .1 : 1)).toFixed(9));
    } else if (!done) return this.key(e, n);
    e.preventDefault(); input.select();
  }
  load(spec, link, assets) {
    super.load(spec, link, assets);
    Object.assign(this, { tints: assets.tints, hues: assets.hues });
    this.grid.setAttribute("aria-label", `${spec.name}, ${spec.title}, ${spec.extent}`);
    this.grid.style.setProperty("--cols", this.cols);
    if (this.inputs?.length !== this.values.length) {
      const props = { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false };
      this.inputs = [...this.values].map(() => focusable(make("input", props)));
      this.grid.replaceChildren(...this.inputs.map(i => make("span", { className: "lm-cell" }, i)));
      this.stop(this.inputs.find((_, k) => !this.padded(this.cell(k))));
    }
    this.inputs.forEach((input, k) => {
      const n = this.cell(k), padded = this.padded(n);
      const { classList } = input.parentNode; input.readOnly = !spec.edit || padded;
      classList.toggle("lm-pad", padded); classList.toggle("lm-edit", !input.readOnly);
      focusable(input, [this.label(n), this.put(n)].filter(Boolean).join(", "));
    });
  }
  // What the reader typed is shown at once; the arithmetic waits for Python's frame.
  chosen(n) { return this.padded(n) ? this.value(n) : this.knobs?.[this.edit]?.[n[0]]?.[n[1]] ?? this.value(n); }
  fill(knobs, step) {
    this.knobs = knobs;
    const size = this.values.length, past = step !== null && this.partial?.slice((step - 1) * size, step * size);
    const room = this.cols > 7 ? 5 : 6;                             // letters, so that a narrow page can show them
    let longest = 2;
    this.inputs.forEach((input, k) => {
      const v = past ? past[k] : this.chosen(this.cell(k)), text = Number.isNaN(v) ? "" : short(v, room);
      const typed = parse(input.value), typing = input === this.typed && (typed === v || Number.isNaN(typed));
      if (!typing) { input.removeAttribute("aria-invalid"); if (input.value !== text) input.value = text; }
      const title = text && text !== full(v) ? full(v) : ""; if (input.title !== title) input.title = title;
      longest = Math.max(longest, breadth(text));
      const depth = .45 * Math.min(1, Math.abs(v) / (this.limits[1] || 1)) || 0, tint = this.tints[+(v > 0)].join(" ");
      input.parentNode.style.setProperty("--tint", `rgb(${tint} / ${depth.toFixed(3)})`);
    });
    this.grid.style.setProperty("--longest", longest);
  }
  focus(n) { this.inputs[this.flat(n)].focus(); }
  show({ both, panel, at, told, pairs, letters }) {
    const [rows, cols] = both.map((list, a) => this.related(list, a, panel.role)), tags = new Map();
    for (const pair of pairs) {                                   // a letter joins the factors of one product
      const key = String(this.own(pair)); tags.set(key, tags.has(key) ? "" : letters.get(String(pair)));
    }
    this.grid.classList.toggle("lm-told", told.has(this.id));
    this.inputs.forEach((input, k) => {
      const n = this.cell(k), cell = input.parentNode, tag = told.has(this.id) && tags.get(String(n)) || "";
      cell.classList.toggle("lm-on", rows.includes(n[0]) && cols.includes(n[1]));
      cell.classList.toggle("lm-at", panel === this && String(at) === String(n));
      if (cell.dataset.tag === tag) return;
      cell.dataset.tag = tag; cell.style.setProperty("--hue", this.hues[LETTERS.indexOf(tag)] ?? "transparent");
    });
  }
}
