// Panels of cells: numbers on squares, or the pixels of a picture. There are three axes and, on each side of a panel,
// one relation between their indices:
//     m = stride·i + dilation·u − padding          m in the input, u in the kernel, i in the output
// A panel shows one axis, its role: "x", "w" or "y" ("b", the bias, has none: every output uses it). Its own index n,
// the one that is printed, stands for the axis' index (n − offset) / scale: scale −1 is a flipped kernel, scale =
// stride an output with zeros put between. A rim of padding is printed as n = −1, −2, …
const AXES = "xwy", LETTERS = "abcdefghi";
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// One side with one index fixed: every [m, u, i] that meets it, in the order of the sum. Two such lists say all about
// a picture of any size: its terms are rows × columns, and are never multiplied out to draw.
export function terms(role, at, { w, y, stride, dilation, padding }) {
  if (role === "y") return upTo(w).map(u => [stride * at + dilation * u - padding, u, at]);
  if (role === "w") return upTo(y).map(i => [stride * i + dilation * at - padding, at, i]);
  if (role === "x") return upTo(w).reverse().map(u => [at, u, (at + padding - dilation * u) / stride]);
  return upTo(y).map(i => [NaN, NaN, i]);
}
// An input between two strides or past the last window meets no output: such a term is dead.
export const live = ([, , i], { y }) => Number.isInteger(i) && i >= 0 && i < y;

class Panel {
  constructor(act) {
    this.act = act; this.heading = make("figcaption"); this.el = make("figure", {}, this.heading);
  }
  load(spec, link, assets) {
    const values = numbers(spec.data), typed = spec.edit && this.act.waits() && values.length === this.values?.length;
    Object.assign(this, spec, { sides: link?.sides, values: typed ? this.values : values });
    [this.rows, this.cols] = spec.shape; this.el.dataset.panel = spec.id;
    setHtml(this.heading, spec.caption);
  }
  get linked() { return AXES.includes(this.role || "none"); }
  // `at` is a cell by its own index, [row, column]; `side` is 0 for rows, 1 for columns; a term is [m, u, i].
  index(at) {                                                     // of what was pooled, the place of the greatest
    const won = this.winners?.[this.place(at)], { y } = this.sides?.[1] ?? {};
    if (won !== undefined) return [Math.floor(won / y), won % y];
    return at.map((n, side) => (n - this.offset[side]) / this.scale[side]);
  }
  ownIndex(term, side) {
    return this.linked ? Math.floor(term[AXES.indexOf(this.role)] * this.scale[side] + this.offset[side]) : 0;
  }
  own(pair) { return pair.map((term, side) => this.ownIndex(term, side)); }
  bounded(n, side) { return within(n, -this.rim[side], this.shape[side] - this.rim[side] - 1); }
  holds(at) { return at.every((n, side) => Number.isInteger(n) && n === this.bounded(n, side)); }
  cell(place) { return [Math.floor(place / this.cols) - this.rim[0], place % this.cols - this.rim[1]]; }
  place([row, col]) { return (row + this.rim[0]) * this.cols + col + this.rim[1]; }
  value(at) { return this.values[this.place(at)]; }
  label(at) { return this.role === "b" ? this.name : `${this.name}[${at.slice(-this.ndim).map(fmt)}]`; }
  padded(at) {                                                    // a cell that stands for nothing on its axis
    const inside = (n, side) => Number.isInteger(n) && n >= 0 && n < this.sides[side][this.role];
    return this.linked && !this.index(at).every(inside);
  }
  zero(at) { return !this.padded(at) ? "" : this.stretched ? "put in" : "padding"; }   // why its zero is there
  // The related rows or columns of this panel. A stretched one shows the dead terms too: they are its zeros.
  related(list, side, role) {
    if (!this.linked) return this.role === "b" && (role === "y" || role === "b") ? [0] : [];
    const shown = list.filter(term => this.stretched || live(term, this.sides[side]));
    const mine = new Set(shown.map(term => this.ownIndex(term, side)));
    return [...mine].filter(n => n === this.bounded(n, side)).sort((one, other) => one - other);
  }
  key(e, at) {
    const move = MOVES[e.key], far = e.shiftKey ? 8 : 1;
    if (move) this.act.move(this, at.map((n, side) => this.bounded(n + far * move[side], side)));
    else if (e.key === "Enter") this.act.pin(this, at);
    else return;
    e.preventDefault();
  }
}

// Many values: a canvas of one pixel each, one stop of the Tab key. The unit of what is drawn upon it is a cell.
const outline = (row, col, high = 1, wide = 1) => `M${col},${row}h${wide}v${high}h${-wide}z`;
class Picture extends Panel {
  constructor(act) {
    super(act);
    this.canvas = focusable(make("canvas", { tabIndex: 0, role: "application" }));
    this.over = document.createElementNS(SVG, "svg");
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
    focusable(this.canvas, `${spec.name}, ${spec.title}, ${spec.extent}; arrow keys move the cell`);
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
    this.printed = this.unit < 28 ? [] : [...this.values].flatMap((value, place) => {
      const [row, col] = this.cell(place), [red, green, blue] = [0, 8, 16].map(shift => pixels[place] >> shift & 255);
      const fill = .299 * red + .587 * green + .114 * blue < 140 ? "#fff" : "#000";
      const text = short(this.limits[1] < .1 ? value : +value.toFixed(2), 5);
      return Number.isNaN(value) ? [] : [["text", { x: col + .5, y: row + .5, fill }, text]];
    });
  }
  fill() {}
  focus() { this.canvas.focus(); }
  spot(e) {                                                       // where a pointer is, in cells
    return fractions(e, this.canvas).reverse().map((part, side) => part * this.shape[side] - this.rim[side]);
  }
  show({ both, panel, step }) {
    const [rows, cols] = both.map((list, side) => this.related(list, side, panel.role));
    const [first, from] = this.cell(step ?? 0);                   // where the sweep is: then a row's rest, and all below
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
    const lines = (kind, d) => ["under", "over"].map(ink => ["path", { class: `lm-${kind} lm-${ink}`, d }]);
    const marks = [...lines("box", boxes), ...lines(this.unit < 12 ? "dot" : "frame", cells)];
    patch(this.over, [["g", {}, ...this.printed], ["path", { class: "lm-later", d: later }], ...marks]);
  }
}

// Few values: a square of text for each number. One that can be changed is edited in place; an input element in each
// would be laid out and painted in thrice the time.
class Numbers extends Panel {
  constructor(act) {
    super(act);
    this.grid = make("div", { className: "lm-grid", role: "group" });
    this.typed = null;                                            // the square that is being typed into
    this.squares = []; this.el.append(make("div", { className: "lm-wide" }, this.grid));
    const hear = (event, answer) => this.grid.addEventListener(event, e => {
      const place = this.squares.indexOf(e.target); if (place >= 0) answer(this.cell(place), e.target, e);
    });
    const select = square => getSelection().selectAllChildren(square);
    hear("pointerover", at => act.point(this, at));
    hear("click", (at, square) => { select(square); if (!changeable(square)) act.pin(this, at); });
    hear("focusin", (at, square) => { this.stop(square); select(square); act.point(this, at); });
    hear("focusout", (at, square) => this.leave(square));
    hear("input", (at, square) => this.type(at, square));
    hear("keydown", (at, square, e) => { if (this.press(e, at, square)) { e.preventDefault(); select(square); } });
    hear("paste", (at, square, e) => this.paste(e, at, square));
  }
  stop(square) {                                                  // the one of the Tab key
    if (this.stopped) this.stopped.tabIndex = -1;
    this.stopped = square; square.tabIndex = 0;
  }
  leave(square) {                                                 // what was typed is told already
    if (Number.isNaN(parse(square.textContent))) this.act.note("");
    this.typed = null; this.act.refresh();
  }
  type(at, square) {
    const text = square.textContent, value = parse(text), bad = Number.isNaN(value); this.typed = square;
    square.ariaInvalid = bad;
    this.act.note(bad ? `“${text}” is not a number: ${this.label(at)} stays ${fmt(this.value(at))}` : "");
    if (!bad) this.put(at, [[value]]);
  }
  paste(e, at, square) {                                          // one number is typed; more go from this cell on
    const block = blockOf(e.clipboardData.getData("text")), all = block.flat();
    if (!changeable(square) || all.length < 2) return;
    e.preventDefault(); this.typed = null;
    if (all.some(Number.isNaN)) this.act.note("what was pasted holds something that is no number: nothing is changed");
    else this.put(at, block);
  }
  put(at, block) {                                                // shown at once; the arithmetic waits for Python
    const index = block.flat().length > 1 ? undefined : this.label(at);   // of one number only the newest waits
    this.values[this.place(at)] = block[0][0]; this.act.refresh();
    this.act.ask({ action: "edit", knob: this.edit, how: [at, block], at, index });
  }
  press(e, at, square) {                                          // whether that was an edit
    const free = changeable(square), up = { PageUp: 1, PageDown: -1 }[e.key];
    if (free && caretMoves(e.key)) return false;
    const done = square === this.typed && { Enter: 1, Escape: 1 }[e.key];
    if (done && (e.key === "Escape" || !Number.isNaN(parse(square.textContent)))) this.leave(square);
    if (up && free) {
      this.typed = null; this.put(at, [[+(this.value(at) + up * (e.shiftKey ? .1 : 1)).toFixed(9)]]);
    } else if (!done) this.key(e, at);
    return done || up && free;
  }
  load(spec, link, assets) {
    super.load(spec, link, assets);
    this.grid.ariaLabel = `${spec.name}, ${spec.title}, ${spec.extent}`;
    vary(this.grid, "--cols", this.cols);
    if (this.squares.length !== this.values.length) {
      const props = { className: "lm-cell", role: "textbox", tabIndex: -1, inputMode: "decimal", spellcheck: false };
      this.squares = [...this.values].map(() => focusable(make("div", props)));
      this.grid.replaceChildren(...this.squares);
      this.places = null;
      this.stop(this.squares.find((_, place) => !this.padded(this.cell(place))));
    }
    const places = JSON.stringify([this.heading.textContent, spec.shape, spec.rim, spec.scale, spec.edit, this.sides]);
    if (places === this.places) return;
    this.places = places; this.longest = 2;                       // columns only grow: an edit moves nothing
    this.seen = this.squares.map(() => ({}));                     // what a square shows, to change only what differs
    this.squares.forEach((square, place) => {
      const at = this.cell(place), padded = this.padded(at), free = Boolean(spec.edit) && !padded;
      square.classList.toggle("lm-pad", padded); square.classList.toggle("lm-edit", free);
      square.contentEditable = free ? "plaintext-only" : "inherit"; square.ariaReadOnly = !free;
      focusable(square, [this.label(at), this.zero(at)].filter(Boolean).join(", "));
    });
  }
  fill(step, soFar) {                                             // soFar: a cell's sum up to this step of the sweep
    const top = this.limits[1] || 1;
    const room = this.cols > 7 ? 5 : 6;                             // letters, so that a narrow page can show them
    this.squares.forEach((square, place) => {
      const later = step !== null && this.computed && place >= step, seen = this.seen[place];
      const value = later ? NaN : soFar ? soFar(this.cell(place)) : this.values[place];
      if (!Object.is(seen.value, value)) {
        const text = Number.isNaN(value) ? "" : short(value, room);
        Object.assign(seen, { value, text, wide: breadth(text) });
        square.title = text && text !== full(value) ? full(value) : "";
      }
      const typing = square === this.typed && [value, NaN].includes(parse(square.textContent));
      if (!typing) { write(square, seen.text); if (square.ariaInvalid) square.ariaInvalid = null; }
      this.longest = Math.max(this.longest, seen.wide);
      const depth = (.08 + .37 * Math.min(1, Math.abs(value) / top)).toFixed(3);   // also a small one shows its sign
      square.classList.toggle("lm-plus", value > 0); square.classList.toggle("lm-minus", value < 0);
      vary(square, "--depth", depth);
    });
    vary(this.grid, "--longest", this.longest);
  }
  focus(at) { this.squares[this.place(at)].focus(); }
  show({ both, panel, at, told, pairs, letters }) {
    const [rows, cols] = both.map((list, side) => this.related(list, side, panel.role)), tags = new Map();
    if (told.has(this.id)) for (const pair of pairs) {            // a letter joins the factors of one product
      const key = String(this.own(pair)); tags.set(key, tags.has(key) ? "" : letters.get(String(pair)));
    }
    this.grid.classList.toggle("lm-told", told.has(this.id));
    this.squares.forEach((square, place) => {
      const own = this.cell(place), tag = tags.get(String(own)) ?? "";
      square.classList.toggle("lm-on", rows.includes(own[0]) && cols.includes(own[1]));
      square.classList.toggle("lm-at", panel === this && at[0] === own[0] && at[1] === own[1]);
      if (square.dataset.tag !== tag) square.dataset.tag = tag;
    });
  }
}

const changeable = square => square.classList.contains("lm-edit");
// Whether the key moves the caret within the text that is edited.
function caretMoves(key) {
  const { startOffset, endOffset, endContainer } = getSelection().getRangeAt(0);
  if (key === "ArrowRight") return endOffset < (endContainer.length ?? endContainer.childNodes.length);
  return key === "ArrowLeft" && startOffset > 0;
}
