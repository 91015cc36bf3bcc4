// Every control is a native element with a name. A preset is no state of its own: the choice shows the preset that the
// knobs equal, or "custom".
function controls(model, act) {
  const refresh = [], now = name => model.get("knobs")[name], text = v => JSON.stringify(v);
  const choice = (label, options, get, put) => {
    const all = options.map(o => make("option", { textContent: o, disabled: o === "custom" }));
    const s = focusable(make("select", { onchange: () => put(s.value) }, ...all), label);
    refresh.push(() => { s.value = get(); });
    return s;
  };
  const resize = (old, rows, cols) => {                           // keeps the middle
    const [r, c] = [Math.floor((rows - old.length) / 2), Math.floor((cols - old[0].length) / 2)];
    return Array.from({ length: rows }, (_, p) => Array.from({ length: cols }, (_, q) => old[p - r]?.[q - c] ?? 0));
  };
  const button = (label, onclick) => focusable(make("button", { type: "button", textContent: label, onclick }));
  const build = {
    choice: ({ name, label, options }) =>                         // of texts or of numbers
      [label, choice(label, options, () => String(now(name)), v => act.send({ [name]: options.find(o => String(o) === v) }))],
    button: ({ action, label }) => [button(label, () => act.ask({ action }))],
    play: ({ action, label }) => {
      const player = act.player(`▶ ${label}`, () => act.ask({ action }), () => !act.waits());
      return [player.button, ...player.still ? [] : [button("▸ step", () => { player.halt(); act.ask({ action }); })]];
    },
    presets: ({ label, options }) => {
      const fits = o => Object.entries(options[o]).every(([name, v]) => text(now(name)) === text(v));
      const get = () => Object.keys(options).find(fits) ?? "custom";
      return [label, choice(label, [...Object.keys(options), "custom"], get, o => act.send(options[o]))];
    },
    size: ({ name, label, max }) => {
      const sizes = Array.from({ length: max }, (_, k) => String(k + 1));
      const shape = () => [now(name).length, now(name)[0].length];
      const put = (a, v) => act.send({ [name]: resize(now(name), ...shape().map((old, b) => a === b ? +v : old)) });
      const side = (a, what) => choice(`${label}, ${what}`, sizes, () => shape()[a], v => put(a, v));
      return [label, side(0, "rows"), "×", side(1, "columns")];
    },
    range: ({ name, label, min, max, step = 1 }) => {
      const i = focusable(make("input", { type: "range", min, max, step }), label), o = make("output");
      i.oninput = () => act.send({ [name]: +i.value });
      refresh.push(() => { i.value = now(name); write(o, fmt(now(name))); });
      return [label, i, o];
    },
    toggle: ({ name, label }) => {
      const i = focusable(make("input", { type: "checkbox" }), label);
      i.onchange = () => act.send({ [name]: i.checked }); refresh.push(() => { i.checked = now(name); });
      return [i, label];
    },
    upload: ({ label, most }) => {
      const i = focusable(make("input", { type: "file", accept: "image/*" }), "open a picture of your own");
      i.onchange = () => { act.upload(i.files[0], most); i.value = ""; };
      return [label, i];
    },
  };
  const tag = c => ["size", "button", "play"].includes(c.kind) ? "span" : "label";
  const row = model.get("spec").map(c => make(tag(c), { className: `lm-${c.kind}` }, ...build[c.kind](c)));
  return [make("div", { className: "lm-controls" }, ...row), () => refresh.forEach(f => f())];
}

// A picture file as bytes of grey, made small enough to be looked at pixel by pixel.
async function grey(file, most) {
  const picture = await createImageBitmap(file), fit = Math.min(1, most / Math.max(picture.width, picture.height));
  const [w, h] = [picture.width, picture.height].map(n => Math.max(1, Math.round(n * fit)));
  const g = make("canvas", { width: w, height: h }).getContext("2d"); g.drawImage(picture, 0, 0, w, h);
  const { data } = g.getImageData(0, 0, w, h), at = k => .299 * data[k] + .587 * data[k + 1] + .114 * data[k + 2];
  return [[h, w], Uint8Array.from({ length: w * h }, (_, k) => at(4 * k))];
}

// A button that lets something happen again and again, or once where the reader wants no motion, at most every `pace`
// milliseconds and when it is ready. It rests while the view cannot be seen.
function playing(label, happen, ready, pace = () => 50) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches, button = focusable(make("button", { type: "button" }));
  let timer = null;
  const show = () => write(button, still ? "▸ next" : timer ? "❚❚ pause" : label);
  const halt = () => { clearInterval(timer); timer = null; show(); };
  const start = () => { timer = setInterval(() => { if (ready()) happen(); }, pace()); show(); happen(); };
  button.onclick = () => { if (still) happen(); else if (timer) halt(); else start(); };
  show();
  return { button, halt, still };
}

// The sweep: a slider over the output's positions, and a button that walks them.
function sweep(act, count) {
  const slider = focusable(make("input", { type: "range", min: 1, step: 1 }), "position"), said = make("output");
  let step = null;
  const show = () => {
    slider.max = count(); slider.value = step ?? count(); write(said, `${step ?? "all"} of ${count()} positions`);
    slider.setAttribute("aria-valuetext", said.textContent);
  };
  const go = position => { step = position; act.sweep(step); if (step >= count()) player.halt(); show(); };
  const pace = () => Math.max(16, Math.min(900, 12000 / count()));
  const stride = () => player.still ? 1 : Math.max(1, Math.round(count() * pace() / 12000));
  const next = () => go(Math.min(count(), (step === null || step >= count() ? 0 : step) + stride()));
  const player = act.player("▶ sweep", next, () => true, pace);
  slider.oninput = () => { player.halt(); go(+slider.value); };
  const stop = () => { step = null; player.halt(); show(); };
  return { el: make("div", { className: "lm-sweep" }, player.button, slider, said), stop, step: () => step, show };
}
