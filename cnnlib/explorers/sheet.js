// A picture that is linked with nothing: Python is told where it is pointed at, clicked or painted, and the next frame
// says what to outline. A cell of nan is a gap.
class Sheet extends Picture {
  constructor(act) {
    super(act);
    this.told = pointedAt(); this.el.append(this.told);
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
