// A plot: axes in data coordinates, a heat map behind, marks in front; and the panel of lines of text. Python draws all
// of it and says every sentence, see markup.py. A drag, a click on empty space or a key asks it for the next frame.

// The element, or the children, as in the markup. An element that stays is kept, and with it the focus.
function become(element, fresh) {
  if (element.isEqualNode(fresh)) return;
  for (const name of element.getAttributeNames()) if (!fresh.hasAttribute(name)) element.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  const wanted = [...fresh.childNodes];
  wanted.forEach((node, n) => {
    const old = element.childNodes[n];
    if (!old) element.append(node);
    else if (old.nodeName !== node.nodeName) old.replaceWith(node);
    else if (node.nodeType === Node.TEXT_NODE) write(old, node.data);
    else become(old, node);
  });
  while (element.childNodes.length > wanted.length) element.lastChild.remove();
}
function parsed(markup) {
  const template = make("template"); template.innerHTML = markup;
  return template.content.firstChild;
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
    Object.assign(this, spec, { moved: { add, ...this.act.waits() ? moved : {} } });
    const fresh = parsed(spec.markup), { values, shape, limits, palette } = spec.heat ?? {};
    fresh.lastChild.textContent = this.said; become(this.el, fresh);
    Object.keys(this.moved).forEach(key => this.place(key)); this.keepStop();
    if (values) paintPixels(this.el.querySelector("canvas"), numbers(values), shape, limits, palettes[palette], true);
    if (this.pointed) this.point(this.element(this.pointed) ? this.pointed : null);
  }

  // From the data to the pixels of the axes' rectangle, and back.
  spot([x, y]) {
    const part = (v, { limits: [low, high] }) => (v - low) / (high - low);
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

  // A point or bar is known by its key, see markup.py; "add" is the empty place that Enter would take. What was moved
  // stays there until Python answers.
  element(key) { return this.el.querySelector(`[data-key="${key}"]`); }
  find(key) {
    const element = this.element(key), { drag, remove, along = "xy", at } = element?.dataset ?? {};
    const place = this.moved[key] ?? at?.split(" ").map(Number);
    return { element, drag, remove, along, index: +key.split(",")[1], at: place };
  }
  place(key) {
    const { element, along, at } = this.find(key);
    if (!element) return;
    element.setAttribute("transform", `translate(${this.spot(at).join(" ")})`);
    if (key === "add") element.ariaLabel = `an empty place: arrow keys move it, Enter takes it, ${this.print(at)}`;
    else Object.assign(element, { ariaValueNow: at[+(along === "y")], ariaValueText: `(${at.map(fmt).join(", ")})` });
  }
  print(at) { return `(${this.onGrid(at).map(fmt).join(", ")})`; }
  tellHeat(at) {                                                  // of the surface behind, where it has a name
    if (!this.heat?.name || !this.inside(at)) return "";
    const { name, values, shape: [rows, cols] } = this.heat, [x, y] = this.spot(at).map((v, a) => v / this.size[a]);
    const row = Math.min(rows - 1, Math.floor((1 - y) * rows)), col = Math.min(cols - 1, Math.floor(x * cols));
    return `${name} = ${fmt(+numbers(values)[row * cols + col].toPrecision(3))} at ${this.print(at)}`;
  }
  point(key, e) {
    this.said = key ? this.element(key).ariaLabel : e ? this.tellHeat(this.data(e)) : "";
    this.pointed = key; write(this.el.lastChild, this.said);
  }
  press(key, e) {
    const twice = this.pressed.key === key && e.timeStamp - this.pressed.time < 400;
    this.pressed = { key, time: e.timeStamp };
    if (!key) return;
    const { element, drag, remove, index } = this.find(key);
    if (twice && remove) return this.ask(remove, { index });
    element.focus({ preventScroll: true }); e.preventDefault();
    if (drag) { this.held = key; this.el.setPointerCapture(e.pointerId); }
  }
  move(key, to) {
    const { drag, along, index, at } = this.find(key), [x, y] = this.onGrid(to);
    if (!at) return;                                              // Python took it away meanwhile
    const next = [along === "y" ? at[0] : x, along === "x" ? at[1] : y];
    if (String(next) === String(at)) return;
    this.moved[key] = next; this.pressed = {}; this.place(key);
    if (drag) this.ask(drag, { at: next, index, along }); else this.point(key);
  }
  take(key) {                                                     // a click on a mark, or on its label: at its place
    const { drag, remove, at } = this.find(key);
    if (this.click && at && !drag && !remove) this.ask(this.click, { at: key === "add" ? this.onGrid(at) : at });
  }
  ask(action, what) { this.act.ask({ action, along: "xy", ...what }); }
  type(key, e) {
    const [up, right] = MOVES[e.key] ?? [0, 0], far = e.shiftKey ? 10 : 1;
    const { drag, remove, index, at } = this.find(key);
    const rising = Math.sign(this.y.limits[1] - this.y.limits[0]);   // rows are counted from above
    if (e.key === "Enter") this.take(key);
    else if ((e.key === "Delete" || e.key === "Backspace") && remove) this.ask(remove, { index });
    else if (!up && !right) return;
    else if (!drag && key !== "add") this.walk(key, up + right);
    else this.move(key, [at[0] + far * right * this.x.step, at[1] - far * up * rising * this.y.step]);
    e.preventDefault();
  }
  stops() { return [...this.el.querySelectorAll("[data-key][role=img]")]; }
  keepStop() {                                                    // one stop of the Tab key
    const stops = this.stops(), stop = stops.find(e => e.dataset.key === this.stop) ?? stops[0];
    stops.forEach(e => { e.tabIndex = e === stop ? 0 : -1; });
  }
  walk(key, by) {                                                 // from point to point of what cannot be dragged
    const stops = this.stops(), here = stops.findIndex(e => e.dataset.key === key);
    this.stop = stops[(here + by + stops.length) % stops.length].dataset.key;
    this.keepStop(); this.element(this.stop).focus();
  }
}

class Lines {
  constructor() { this.el = make("figure"); }
  load({ markup }) { become(this.el, parsed(markup)); }
}
