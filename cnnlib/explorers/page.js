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
const setHtml = (e, html) => { if (e.html !== html) e.innerHTML = e.html = html; };   // which Python made
// A custom property that is set once more has all below it styled once more.
const vary = (e, name, value) => {
  if (e.style.getPropertyValue(name) !== String(value)) e.style.setProperty(name, value);
};
const button = (textContent, onclick, ariaLabel = null) =>
  make("button", { type: "button", textContent, onclick, ariaLabel });
const select = (options, ariaLabel) =>
  make("select", { ariaLabel }, ...options.map(textContent => make("option", { textContent })));

const upTo = n => [...Array(n).keys()];
const product = factors => factors.reduce((all, factor) => all * factor, 1);
const within = (v, low, high) => Math.max(low, Math.min(high, v));
const fractions = (e, element) => {                               // where a pointer is: 0 to 1 across and down
  const { left, top, width, height } = element.getBoundingClientRect();
  return [(e.clientX - left) / width, (e.clientY - top) / height];
};

// What was sent once is read once.
const once = (read, known = new WeakMap()) => raw => {
  if (raw && !known.has(raw)) known.set(raw, read(raw));
  return known.get(raw);
};
const numbers = once(raw => new Float64Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength)));
// Bytes of red, green, blue, a palette's for example, as pixels: opaque, red in the lowest byte, as canvases want them.
const inks = once(({ byteLength, buffer, byteOffset }) => {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return Uint32Array.from({ length: byteLength / 3 }, (_, k) =>
    255 << 24 | bytes[3 * k + 2] << 16 | bytes[3 * k + 1] << 8 | bytes[3 * k]);
});

// Values as pixels of a canvas, between the ends of a palette; `upward` puts the first row below; `own` are colours of
// each, instead; the rim, like what is no number, stays clear. Returns the pixels.
function paintPixels(canvas, values, [rows, cols], [low, high], palette, upward = false, own = null, rim = [0, 0]) {
  const colours = own ? inks(own) : inks(palette), scale = 255 / (high - low || 1), [top, left] = rim;
  const pixels = new ImageData(cols, rows), out = new Uint32Array(pixels.data.buffer);
  for (let k = 0; k < out.length; k++) {
    const from = upward ? (rows - 1 - Math.floor(k / cols)) * cols + k % cols : k;
    out[k] = own ? colours[k] : colours[within(Math.round((values[from] - low) * scale), 0, 255)];
  }
  const pen = Object.assign(canvas, { width: cols, height: rows }).getContext("2d");
  pen.putImageData(pixels, 0, 0, left, top, cols - 2 * left, rows - 2 * top);
  return out;
}
