// What every part of the page uses: numbers as people read and type them, elements with names, arrays and colours.
const minus = text => text.replaceAll("-", "−"), full = v => minus(String(v));
const powers = (v, digits) => minus((+v.toExponential(digits)).toExponential().replace("+", ""));
export function fmt(v) {
  const size = Math.abs(v);
  if (Number.isInteger(v) && size < 1e9) return full(v);
  return size >= 1e9 || size < .0005 ? powers(v, 3) : full(+v.toFixed(3));
}
// In digits: a minus is broad, a point is not.
const breadth = text => text.length + .35 * (text.split("−").length - 1) - .5 * text.includes(".");
// The same in at most `room` letters, if that can be.
export function short(v, room) {
  const tries = [fmt(v), ...[2, 1, 0].map(d => full(+v.toFixed(d))), ...[2, 1, 0].map(d => powers(v, d))];
  return tries.find(text => text.length <= room && (text !== "0" || !v)) ?? tries.at(-1);
}
// A number as people type it: a true minus, a decimal comma, a fraction.
export function parse(text) {
  const parts = text.replaceAll("−", "-").replaceAll(",", ".").split("/").map(t => t.trim() ? +t : NaN);
  const v = parts.length > 2 ? NaN : parts[0] / (parts[1] ?? 1);
  return Number.isFinite(v) ? v : NaN;
}

// Rows of numbers as people copy them: from a table, from Python, or as NumPy prints them. Within brackets, and before
// a space, a comma separates; else it is a decimal one.
export function blockOf(text) {
  const lines = text.replace(/array\(|, *dtype=\w+|\)/g, "").trim().replace(/^[[\s]+|[\]\s]+$/g, "");
  const apart = /\[|, /.test(text) ? /[\s,]+/ : /\s+/;
  return lines.split(/\]\s*,?\s*\[|[\n;]+/).map(line => line.trim().split(apart).filter(Boolean).map(parse));
}

const make = (tag, props = {}, ...kids) => {
  const e = Object.assign(document.createElement(tag), props); e.append(...kids); return e;
};
// The same text once more would be laid out once more: a millisecond each, in a page as large as JupyterLab's.
const write = (e, text) => { if (e.textContent !== String(text)) e.textContent = text; };
// A custom property that is set once more has all below it styled once more.
const vary = (e, name, value) => {
  if (e.style.getPropertyValue(name) !== String(value)) e.style.setProperty(name, value);
};
// JupyterLab's command-mode keys (a, x, d d …) act on any focused element that lacks this mark.
const focusable = (e, label) => {
  e.dataset.lmSuppressShortcuts = "true"; if (label) e.setAttribute("aria-label", label); return e;
};

const signed = text => text.split(/(⋆|∗)/).map((t, k) =>           // every second part is one of these two
  k % 2 ? make("b", { className: t === "⋆" ? "lm-sign lm-star" : "lm-sign", textContent: t }) : t);

const upTo = n => [...Array(n).keys()];

const arrays = new WeakMap();                                     // what was sent once is read once
function numbers(raw) {
  if (raw && !arrays.has(raw)) {
    arrays.set(raw, new Float64Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength)));
  }
  return arrays.get(raw);
}

// Bytes of red, green, blue, a palette's for example, as pixels: opaque, and red in the lowest byte, as canvases want them.
const made = new WeakMap();
function inks(lut) {
  const ink = k => (255 << 24 | lut.getUint8(k + 2) << 16 | lut.getUint8(k + 1) << 8 | lut.getUint8(k)) >>> 0;
  if (!made.has(lut)) made.set(lut, Uint32Array.from({ length: lut.byteLength / 3 }, (_, k) => ink(3 * k)));
  return made.get(lut);
}

// Values as a small canvas of one pixel each, between the ends of a palette; `upward` puts the first row below; `own`
// are colours of each, instead.
function paintPixels(canvas, values, [rows, cols], [low, high], palette, upward = false, own = null) {
  const colours = own ? inks(own) : inks(palette), scale = 255 / (high - low || 1);
  const pixels = new ImageData(cols, rows), out = new Uint32Array(pixels.data.buffer);
  for (let k = 0; k < out.length; k++) {
    const from = upward ? (rows - 1 - Math.floor(k / cols)) * cols + k % cols : k;
    out[k] = own ? colours[k] : colours[Math.max(0, Math.min(255, Math.round((values[from] - low) * scale)))];
  }
  Object.assign(canvas, { width: cols, height: rows }).getContext("2d").putImageData(pixels, 0, 0);
}
