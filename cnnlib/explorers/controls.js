// Every control is a native element with a name. A preset is no state of its own: the choice shows the preset that the
// knobs equal (those in `by`, where given), or "custom".
function controls(model, act) {
  const refreshes = [], now = name => model.get(name);
  const choice = (label, options, get, put) => {
    const box = select(options, label);
    box.onchange = () => put(box.value); refreshes.push(() => { box.value = get(); });
    return box;
  };
  const build = {
    choice({ name, label, options }) {                            // of texts or of numbers
      const put = text => act.send({ [name]: options.find(option => String(option) === text) });
      return [label, choice(label, options, () => String(now(name)), put)];
    },
    button: ({ action, label, says }) => [button(label, () => act.ask({ action }), says)],
    play({ action, label }) {
      const player = act.player(`▶ ${label}`, () => act.ask({ action }), () => !act.waits());
      const step = button("▸ step", () => { player.halt(); act.ask({ action }); }, `▸ step: ${label}`);
      if (player.still) player.button.ariaLabel = `▸ next: ${label}`;
      return player.still ? [player.button] : [player.button, step];
    },
    presets({ label, options, by }) {
      const same = (name, value) => JSON.stringify(now(name)) === JSON.stringify(value);
      const known = preset => Object.entries(options[preset]).filter(([name]) => !by || by.includes(name));
      const fits = preset => known(preset).every(([name, value]) => same(name, value));
      const get = () => Object.keys(options).find(fits) ?? "custom";
      const box = choice(label, [...Object.keys(options), "custom"], get, preset => act.send(options[preset]));
      box.lastChild.disabled = true;
      return [label, box];
    },
    size({ name, label, max, middle }) {
      const sizes = upTo(max).map(n => n + 1), flat = !Array.isArray(now(name)[0]);
      const shape = () => flat ? [1, now(name).length] : [now(name).length, now(name)[0].length];
      const side = (a, what) => choice(`${label}, ${what}`, sizes, () => shape()[a], size =>
        act.ask({ action: "resize", knob: name, how: [shape().with(a, +size), Boolean(middle)] }));
      return flat ? [label, side(1, "length")] : [label, side(0, "rows"), "×", side(1, "columns")];
    },
    range({ name, label, min, max, step = 1 }) {
      const slider = make("input", { type: "range", min, max, step, ariaLabel: label }), output = make("output");
      slider.oninput = () => act.send({ [name]: +slider.value });
      refreshes.push(() => { slider.value = now(name); write(output, fmt(now(name))); });
      return [label, slider, output];
    },
    toggle({ name, label }) {
      const box = make("input", { type: "checkbox", ariaLabel: label });
      box.onchange = () => act.send({ [name]: box.checked }); refreshes.push(() => { box.checked = now(name); });
      return [box, label];
    },
    upload({ action, label, most }) {
      const input = make("input", { type: "file", accept: "image/*", ariaLabel: "open a picture of your own" });
      input.onchange = async () => {                              // Python says what is too large or cannot be read
        const [file] = input.files, empty = new ArrayBuffer();
        const bytes = file.size > most ? empty : await file.arrayBuffer().catch(() => empty);
        act.ask({ action, file: file.name, bytes }); input.value = "";
      };
      return [label, input];
    },
  };
  const tag = kind => ["size", "button", "play"].includes(kind) ? "span" : "label";
  const item = control => make(tag(control.kind), { className: `lm-${control.kind}` }, ...build[control.kind](control));
  const row = make("div", { className: "lm-controls" }, ...model.get("spec").map(item));
  return [row, () => refreshes.forEach(refresh => refresh())];
}

// A button that lets something happen again and again, or once where the reader wants no motion, at most every `pace`
// milliseconds and when it is ready. It rests while the view cannot be seen.
function playing(label, happen, ready, pace = () => 50) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let timer = null;
  const player = button(still ? "▸ next" : label, () => { if (still) happen(); else if (timer) halt(); else start(); });
  const show = () => write(player, still ? "▸ next" : timer ? "❚❚ pause" : label);
  const halt = () => { clearInterval(timer); timer = null; show(); };
  const start = () => { timer = setInterval(() => { if (ready()) happen(); }, pace()); show(); happen(); };
  return { button: player, halt, still, plays: () => timer !== null };
}

// The sweep: a slider over the output's positions, and a button that walks them.
function sweep(act, count) {
  const slider = make("input", { type: "range", min: 1, step: 1, ariaLabel: "position" }), said = make("output");
  const paces = { slow: .25, usual: 1, fast: 4 };
  const pick = select(Object.keys(paces), "speed of the sweep");
  pick.value = "usual"; pick.onchange = () => player.halt();
  let step = null;
  const show = () => {
    slider.max = count(); slider.value = step ?? count(); write(said, `${step ?? "all"} of ${count()} positions`);
    slider.ariaValueText = said.textContent;
  };
  const go = position => { step = position; act.sweep(step); if (step >= count()) player.halt(); show(); };
  const whole = () => 12000 / paces[pick.value];                  // milliseconds of a long one
  const pace = () => Math.max(16, Math.min(900 / paces[pick.value], whole() / count()));
  const stride = () => player.still ? 1 : Math.max(1, Math.round(count() * pace() / whole()));
  const next = () => go(Math.min(count(), (step === null || step >= count() ? 0 : step) + stride()));
  const player = act.player("▶ sweep", next, () => true, pace);
  slider.oninput = () => { player.halt(); go(+slider.value); };
  const stop = () => { step = null; player.halt(); show(); };
  const el = make("div", { className: "lm-sweep" }, player.button, slider, said, pick);
  return { el, stop, step: () => step, show };
}
