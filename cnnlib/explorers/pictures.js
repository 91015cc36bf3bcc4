// Many values: a canvas of one pixel each, one stop of the Tab key. The unit of what is drawn upon it is a cell.
const outline = (row, col, high = 1, wide = 1) => `M${col},${row}h${wide}v${high}h${-wide}z`;
class Picture extends Panel {
  constructor(act) {
    super(act);
    this.canvas = make("canvas", { tabIndex: 0, role: "application" });
    this.over = document.createElementNS("http://www.w3.org/2000/svg", "svg"); this.over.ariaHidden = true;
    this.sheet = make("div", { className: "lm-picture" }, this.canvas, this.over);
    this.bar = make("canvas"); this.ends = [make("output"), make("output")];
    this.scales = make("div", { className: "lm-bar-of-colours" }, this.ends[0], this.bar, this.ends[1]);
    this.el.append(this.sheet, this.scales);
    const hear = (event, answer) => this.canvas.addEventListener(event, e => {
      const at = this.spot(e).map(Math.floor); if (this.holds(at)) answer(at);
    });
    hear("pointermove", at => this.look(at)); hear("click", at => this.choose(at));
    this.canvas.onkeydown = e => this.key(e, act.where(this));
    this.canvas.onfocus = () => this.look(act.where(this));
  }
  look(at) { this.act.point(this, at); }
  choose(at) { this.act.pin(this, at); }
  load(spec, link, assets) {
    const shown = this.values, limits = String(this.limits);
    super.load(spec, link, assets);
    this.scales.hidden = !spec.role || Boolean(spec.colours);
    this.canvas.ariaLabel = `${spec.name}, ${spec.title}, ${spec.extent}; arrow keys move the cell`;
    if (shown === this.values && limits === String(spec.limits)) return;
    const palette = assets.palettes[spec.palette], own = assets[spec.colours], { rows, cols, rim } = this;
    const pixels = paintPixels(this.canvas, this.values, spec.shape, spec.limits, palette, false, own, rim);
    paintPixels(this.bar, upTo(256), [1, 256], [0, 255], palette);
    this.ends.forEach((end, n) => write(end, fmt(+spec.limits[n].toPrecision(3))));
    this.unit = spec.size / Math.max(rows, cols);                 // pixels of a cell
    this.sheet.style.width = `${Math.round(cols * this.unit)}px`;
    this.canvas.classList.toggle("lm-hatched", Math.max(...rim));
    this.over.setAttribute("viewBox", `${-rim[1]} ${-rim[0]} ${cols} ${rows}`);
    this.over.classList.toggle("lm-fine", this.unit < 8);
    this.printed = this.unit < 28 ? "" : [...this.values].flatMap((value, place) => {
      const [row, col] = this.cell(place), [red, green, blue] = [0, 8, 16].map(shift => pixels[place] >> shift & 255);
      const fill = .299 * red + .587 * green + .114 * blue < 140 ? "#fff" : "#000";
      const text = short(this.limits[1] < .1 ? value : +value.toFixed(2), 5);
      return Number.isNaN(value) ? [] : `<text x="${col + .5}" y="${row + .5}" fill="${fill}">${text}</text>`;
    }).join("");
  }
  fill() {}
  focus() { this.canvas.focus(); }
  spot(e) {                                                       // where a pointer is, in cells
    return fractions(e, this.canvas).reverse().map((part, side) => part * this.shape[side] - this.rim[side]);
  }
  show({ both, panel, step }) {
    const [rows, cols] = both.map((list, side) => this.related(list, side, panel.role));
    const [first, from] = this.cell(step ?? 0);                   // where the sweep is: a row's rest, and all below
    const rest = `M${from},${first}H${this.cols}V${this.rows}H0V${first + 1}H${from}z`;
    const later = step !== null && this.computed ? rest : "";
    if (!rows.length || !cols.length) return this.mark(later);
    const [high, wide] = [rows, cols].map(list => list.at(-1) - list[0] + 1);
    const gaps = rows.length * cols.length < high * wide && this.unit >= 3;   // stride, dilation: mark each cell
    const [inset, size] = this.unit < 12 ? [.35, .3] : [.1, .8];
    const each = gaps ? rows.flatMap(row => cols.map(col => outline(row + inset, col + inset, size, size))) : [];
    this.mark(later, outline(rows[0], cols[0], high, wide), each.join(""));
  }
  mark(later, boxes = "", cells = "") {                           // black under white: seen on any colour
    const path = (kind, d) => `<path class="${kind}" d="${d}"/>`;
    const lines = (kind, d) => path(`lm-${kind} lm-under`, d) + path(`lm-${kind} lm-over`, d);
    const marks = lines("box", boxes) + lines(this.unit < 12 ? "dot" : "frame", cells);
    setHtml(this.over, `<g>${this.printed}</g>${path("lm-later", later)}${marks}`);
  }
}

// A picture that is linked with nothing: Python is told where it is pointed at, clicked or painted, and the next frame
// says what to outline. A cell of nan is a gap.
class Sheet extends Picture {
  constructor(act) {
    super(act);
    this.told = make("p", { className: "lm-pointed", role: "status" }); this.el.append(this.told);
    const { canvas } = this;
    canvas.onpointerdown = e => {
      if (!this.paint || e.button) return;
      canvas.setPointerCapture(e.pointerId); this.pen = null; this.drawing = true; this.stroke(this.spot(e));
    };
    canvas.onpointermove = e => { this.cursor = null; if (this.drawing) this.stroke(this.spot(e)); };
    canvas.onpointerup = canvas.onpointercancel = () => { this.drawing = false; };
    canvas.onpointerleave = () => { this.looked = null; write(this.told, ""); };
    canvas.onfocus = null;
    canvas.onblur = () => { this.cursor = null; this.fill(); };
  }
  load(spec, link, assets) {
    const none = { boxes: [], point: null, click: null, paint: null };
    super.load({ ...none, ...spec }, link, assets);
    this.el.classList.toggle("lm-long", this.cols > 6 * this.rows);    // half a line would leave nothing to see of it
    this.canvas.classList.toggle("lm-paint", !!this.paint); this.told.hidden = !!(this.point || this.click);
    if (this.told.textContent) this.tell();                        // the number there may be another now
  }
  fill() {
    this.mark("", [...this.boxes, ...this.cursor ? [this.cursor] : []].map(box => outline(...box)).join(""));
  }
  cellAt(at) { return this.holds(at) && !Number.isNaN(this.value(at)); }
  ask(action, at) { if (action) this.act.ask({ action, at, index: 0 }); }
  look(at) {
    if (!this.cellAt(at) || String(at) === String(this.looked)) return;
    this.looked = at; this.tell(); this.ask(this.point, at);
  }
  tell() {
    const at = this.looked;
    write(this.told, at && this.cellAt(at) ? `${this.label(at)} = ${fmt(this.value(at))}` : "");
  }
  choose(at) { if (this.cellAt(at)) this.ask(this.click, at); }
  stroke(to) {                                                    // the pen's way, from where it was
    const at = to.map(v => +v.toFixed(2)), path = this.pen ? [this.pen, at] : [at];
    this.act.ask({ action: this.paint, path, on: !!this.pen }); this.pen = at;
  }
  key(e) {                                                        // the arrows walk, with Shift they draw
    const move = MOVES[e.key], at = this.cursor ?? this.looked ?? [0, 0], middle = cell => cell.map(n => n + .5);
    if (!move && e.key !== " " && e.key !== "Enter") return;
    e.preventDefault();
    if (!move) {
      this.cursor = at;
      if (this.paint) { this.pen = null; this.stroke(middle(at)); } else this.choose(at);
      return;
    }
    const near = [1, 2].map(n => at.map((m, side) => m + n * move[side])), to = near.find(cell => this.cellAt(cell));
    if (!to) return;
    if (this.paint && e.shiftKey) {
      if (String(this.pen) !== String(middle(at))) { this.pen = null; this.stroke(middle(at)); }
      this.stroke(middle(to));
    }
    this.cursor = to; this.look(to); this.fill();
  }
}
