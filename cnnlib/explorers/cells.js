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
    const values = numbers(spec.data);
    this.ahead &&= this.act.waits() && values.length === this.values.length;   // of this frame, by what was typed since
    Object.assign(this, spec, { sides: link?.sides, values: this.ahead ? this.values : values });
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
