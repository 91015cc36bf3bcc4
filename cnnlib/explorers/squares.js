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
    this.values[this.place(at)] = block[0][0]; this.ahead = true; this.act.refresh();
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
      this.squares = [...this.values].map(() => make("div", props));
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
      square.ariaLabel = [this.label(at), this.zero(at)].filter(Boolean).join(", ");
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
