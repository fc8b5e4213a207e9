import { byId, clockTime, element } from './dom.js';

/** The figures in one sentence. */
export function summaryOf({ totals, since }) {
  const all = totals.issue + totals.restrict + totals.refuse;
  return (
    `${all} ${all === 1 ? 'decision' : 'decisions'} since ${clockTime(since)}: ` +
    `${totals.issue} issued, ${totals.restrict} restricted, ${totals.refuse} refused.`
  );
}

/** Draws totals and the bars of each name. */
export function showFigures(figures) {
  const { issue, restrict, refuse } = figures.totals;
  once('totals', figures.totals, () => [
    total('issue', '✓ issued', issue, figures.totals),
    total('restrict', '◐ restricted', restrict, figures.totals),
    total('refuse', '✕ refused', refuse, figures.totals),
  ]);
  bars('by-rule', figures.refusedByRule, 'Rule', 'Nothing was refused yet.');
  bars('by-country', figures.refusedByCountry, 'Country', 'Nothing was refused yet.');
  bars('sources', figures.sources, 'Source', 'No decision yet.');
}

function total(kind, name, count, totals) {
  const all = totals.issue + totals.restrict + totals.refuse;
  const share = all === 0 ? '' : ` (${Math.round((100 * count) / all)} %)`;
  return element(
    'div',
    { class: `panel ${kind}` },
    element('dt', {}, name),
    element('dd', {}, String(count), element('small', {}, share)),
  );
}

/** A bar for each name, in a table: its numbers are there for who does not see the bars. */
function bars(id, counts, heading, nothing) {
  once(id, counts, () => {
    if (counts.length === 0) return [element('p', { class: 'none' }, nothing)];
    const most = Math.max(...counts.map(([, count]) => count));
    const head = element(
      'tr',
      {},
      element('th', { scope: 'col' }, heading),
      element('th', { scope: 'col' }, 'Decisions'),
    );
    const rows = counts.map(([name, count]) => {
      const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
      bar.style.inlineSize = `${(100 * count) / most}%`;
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, name),
        element('td', {}, element('span', { class: 'track' }, bar), String(count)),
      );
    });
    return [
      element(
        'table',
        { class: 'bars', 'aria-labelledby': `${id}-heading` },
        element('thead', { class: 'visually-hidden' }, head),
        element('tbody', {}, ...rows),
      ),
    ];
  });
}

const drawn = new Map();

/** Draws a part only when it has changed: who reads it should not lose the place. */
function once(id, value, make) {
  const text = JSON.stringify(value);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  byId(id).replaceChildren(...make());
}
