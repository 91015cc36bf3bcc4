// The readout: the arithmetic behind the cell pointed at, in symbols and in numbers.
const MANY = 49;                                                  // products that are written out; more are counted
const bracket = v => v < 0 ? `(${fmt(v)})` : fmt(v);
const why = (panel, n) => panel.padded(n) ? ` (${panel.put(n)})` : "";
const between = (parts, joint) => parts.flatMap((part, k) => k ? [joint, part] : [part]);

// One sum of the frame as seen from the cell `at` of `panel`: whole, if that cell's index is the sum's own
// (dw[1] = dy[0]·x[1] + …), else the part that the cell adds to each of several (dw[0] += dy[1]·x[1] = …).
//   zeros: with the terms that are dead;  op "max": the greatest instead of the sum;  winner: of each output's terms
//   only the one counts that Python names in `winner`, as a maximum's gradient does.
function tell({ of, factors, plus = [], op = "Σ", zeros, winner }, { panels, sides, winner: winners, hues, panel, at, both, letters }) {
  const T = panels[of], F = factors.map(id => panels[id]), B = plus.map(id => panels[id]);
  const whole = T.role === panel.role;
  const won = ([p, q]) => winners[p[2] * sides[1].y + q[2]] === p[0] * sides[1].x + q[0];
  const once = T.role === "b" && !whole;                          // a bias takes an output's gradient once, not a tap
  const met = both.map((list, a) => zeros ? list : list.filter(t => live(t, sides[a])));
  const [rows, cols] = once ? met.map(list => list.slice(0, 1)) : met;
  const count = rows.length * cols.length, pairs = count > MANY ? [] : rows.flatMap(p => cols.map(q => [p, q]));
  const products = pairs.filter(pair => !winner || won(pair)).map(pair => {
    const own = F.map(f => f.own(pair)), values = F.map((f, k) => f.value(own[k]));
    const letter = !once && letters.get(String(pair));
    const write = text => {
      const e = make("span", { className: "lm-term", textContent: text });
      e.classList.toggle("lm-pad", F.some((f, k) => f.padded(own[k])));
      e.classList.toggle("lm-won", op === "max" && won(pair));
      if (letter) { e.dataset.tag = letter; e.style.setProperty("--hue", hues[LETTERS.indexOf(letter)]); }
      return e;
    };
    const number = (v, k) => bracket(v) + why(F[k], own[k]);
    const symbols = F.map((f, k) => f.label(own[k])).join("·"), numbers = values.map(number).join("·");
    const worth = (F[1] ? `${numbers} = ` : "") + fmt(values.reduce((a, b) => a * b, 1));
    return { row: pair[0], to: `${T.label(T.own(pair))} += `, symbols, numbers, worth, write };
  });
  const line = make("p"), grid = rows.length > 1 && count > 4 && products.length > 0;
  const table = top => {
    const e = make("table");
    products.forEach((p, k) => {
      if (p.row !== products[k - 1]?.row) e.insertRow();
      e.rows[e.rows.length - 1].insertCell().append(p.write(p[top]), make("span", { textContent: p.worth }));
    });
    return e;
  };
  if (!whole) {
    const here = `${panel.label(at)} = ${fmt(panel.value(at))}${why(panel, at)}`;
    if (!count) line.append(here + (panel.stretched ? "" : ": no window reaches it"));
    else if (count > MANY) line.append(`${here} takes part in ${count} cells of ${T.name}`);
    else if (grid) line.append(`${here} adds to ${count} cells of ${T.name}`);
    else line.append(...between(products.map(p => p.write(`${p.to}${p.symbols} = ${p.worth}`)), ",  "));
    return grid ? [line, table("to")] : [line];
  }
  const home = T.own(panel.index(at).map(v => [v, v, v])), name = T.label(home), total = fmt(T.value(home));
  const formula = [factors.join("·"), ...plus].join(" + ");
  if (!count) line.append(`${name} = ${total}: no window reaches it`);
  else if (count > MANY) line.append(`${name} = ${op} ${formula} = ${total}, over ${count} products`);
  else if (grid) line.append(`${name} = ${op} ${formula} = ${total}`);
  else {
    const [open, joint, close] = op === "max" ? ["max(", ", ", ")"] : ["", " + ", ""];
    const all = (kind, bias) => between([...products.map(p => p.write(p[kind])), ...B.map(bias)], joint);
    const side = (kind, bias) => [open, ...all(kind, bias), close, " = "];
    const numbers = F[1] || products.length > 1 ? side("numbers", b => bracket(b.value([0, 0]))) : [];
    line.append(`${name} = `, ...side("symbols", b => b.name), ...numbers, total);
  }
  if (T.padded(home)) line.append(", on the padding: cut off");
  return grid ? [line, table("symbols")] : [line];
}
