// The readout: the arithmetic behind the cell pointed at, in symbols and in numbers.
const MANY = 49;                                                  // products that are written out; more are counted
const bracket = value => value < 0 ? `(${fmt(value)})` : fmt(value);
const why = (panel, at) => panel.padded(at) ? ` (${panel.zero(at)})` : "";
const printed = value => parse(fmt(value));
const equals = (shown, value) => fmt(shown) === fmt(value) ? " = " : " ≈ ";   // what the printed digits say

const pairsOf = ([rows, cols]) => rows.flatMap(row => cols.map(col => [row, col]));
// Whether this term of an output is the one that counts, as Python says.
const wins = ([row, col], { link: { sides }, winner }) =>
  winner[row[2] * sides[1].y + col[2]] === row[0] * sides[1].x + col[0];

// What the first so many outputs have added to a cell of the panel whose sum it is.
function soFar({ of, factors, winner }, panels, arithmetic, at, step) {
  const { sides } = arithmetic.link, total = panels[of], parts = factors.map(id => panels[id]);
  const both = total.index(at).map((n, side) => terms(total.role, n, sides[side]));
  const met = both.map((list, side) => list.filter(term => live(term, sides[side])));
  const counts = pair => pair[0][2] * sides[1].y + pair[1][2] < step && (!winner || wins(pair, arithmetic));
  const products = pairsOf(met).filter(counts).map(pair => product(parts.map(part => part.value(part.own(pair)))));
  return products.reduce((sum, part) => sum + part, 0);
}

// One sum of the frame as seen from the cell `at` of `panel`: whole, if that cell's index is the sum's own
// (dw[1] = dy[0]·x[1] + …), else the part that the cell adds to each of several (dw[0] += dy[1]·x[1] = …).
//   zeros: with the terms that are dead;  op "max": the greatest instead of the sum;  winner: of each output's terms
//   only the one counts that Python names in `winner`, as a maximum's gradient does.
function tell({ of, factors, plus = [], op = "Σ", zeros, winner }, focus) {
  const { panels, arithmetic, panel, at, both, letters } = focus, { sides } = arithmetic.link;
  const total = panels[of], parts = factors.map(id => panels[id]), biases = plus.map(id => panels[id]);
  const whole = total.role === panel.role, once = total.role === "b" && !whole;   // a bias takes each output's dy once
  const met = both.map((list, side) => zeros ? list : list.filter(term => live(term, sides[side])));
  const [rows, cols] = once ? met.map(list => list.slice(0, 1)) : met, count = rows.length * cols.length;
  const pairs = count > MANY ? [] : pairsOf([rows, cols]), won = pair => wins(pair, arithmetic);
  const terms = pairs.filter(pair => !winner || won(pair)).map(pair => {
    const places = parts.map(part => part.own(pair)), values = parts.map((part, n) => part.value(places[n]));
    const letter = !once && letters.get(String(pair)) || "", shown = product(values.map(printed));
    const padded = parts.some((part, n) => part.padded(places[n])) ? "lm-pad" : "";
    const best = op === "max" && won(pair) ? "lm-won" : "";
    const write = text => `<span class="lm-term ${padded} ${best}" data-tag="${letter}">${text}</span>`;
    const symbols = parts.map((part, n) => part.label(places[n])).join("·");
    const numbers = values.map((value, n) => bracket(value) + why(parts[n], places[n])).join("·");
    const worth = (parts[1] ? numbers + equals(shown, product(values)) : "") + fmt(product(values));
    return { row: pair[0], to: `${total.label(total.own(pair))} += `, symbols, numbers, worth, shown, write };
  });
  const grid = rows.length > 1 && count > 4 && terms.length > 0;
  const line = (text, top) => {                                   // and where they are many, the terms as a table
    const cell = term => `<td>${term.write(term[top])}<span>${term.worth}</span></td>`;
    const lines = rows.map(row => terms.filter(term => term.row === row).map(cell).join(""));
    return `<p>${text}</p>` + (grid ? `<table><tr>${lines.filter(Boolean).join("</tr><tr>")}</tr></table>` : "");
  };
  if (!whole) {
    const here = `${panel.label(at)} = ${fmt(panel.value(at))}${why(panel, at)}`;
    if (!count) return line(here + (panel.stretched ? "" : ": no window reaches it"));
    if (count > MANY) return line(`${here} takes part in ${count} cells of ${total.name}`);
    if (grid) return line(`${here} adds to ${count} cells of ${total.name}`, "to");
    return line(terms.map(term => term.write(`${term.to}${term.symbols} = ${term.worth}`)).join(",  "));
  }
  const home = total.own(panel.index(at).map(n => [n, n, n])), name = total.label(home), value = total.value(home);
  const formula = `${name} = ${op} ${[factors.join("·"), ...plus].join(" + ")} = ${fmt(value)}`;
  const cut = total.padded(home) ? ", on the padding: cut off" : "";
  if (!count) return line(`${name} = ${fmt(value)}: no window reaches it${cut}`);
  if (count > MANY) return line(`${formula}, over ${count} products${cut}`);
  if (!terms.length && winner) return line(`${name} = ${fmt(value)}: it wins no window${cut}`);
  if (grid) return line(formula + cut, "symbols");
  const added = [...terms, ...biases.map(bias => {
    const value = bias.value([0, 0]);
    return { symbols: bias.name, numbers: bracket(value), shown: printed(value), write: text => text };
  })];
  const all = kind => added.map(term => term.write(term[kind])).join(op === "max" ? ", " : " + ");
  const wrapped = text => op === "max" ? `max(${text})` : text, values = added.map(({ shown }) => shown);
  const shown = op === "max" ? Math.max(...values) : values.reduce((sum, part) => sum + part, 0);
  const numbers = parts[1] || terms.length > 1 ? wrapped(all("numbers")) + equals(shown, value) : "";
  return line(`${name} = ${wrapped(all("symbols"))} = ${numbers}${fmt(value)}${cut}`);
}
