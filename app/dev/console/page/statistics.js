import { clockTime, element, OUTCOME_LABELS, updateIfChanged } from './dom.js';

/** Returns the statistics in one sentence. */
export function summarizeStatistics({ totals, since }) {
  const count = sumOf(totals);
  return (
    `${count} ${count === 1 ? 'decision' : 'decisions'} since ${clockTime(since)}: ` +
    `${totals.issue} issued, ${totals.restrict} restricted, ${totals.refuse} refused.`
  );
}

/** Shows the totals and the rankings. */
export function showStatistics({ totals, refusedByRule, refusedByCountry, sources }) {
  updateIfChanged('totals', totals, () =>
    ['issue', 'restrict', 'refuse'].map((outcome) => totalPanel(outcome, totals)),
  );
  showRanking('by-rule', refusedByRule, 'Rule', 'No refusals yet.');
  showRanking('by-country', refusedByCountry, 'Country', 'No refusals yet.');
  showRanking('sources', sources, 'Source', 'No decisions yet.');
}

function totalPanel(outcome, totals) {
  const count = totals[outcome];
  const sum = sumOf(totals);
  const percentage = sum === 0 ? '' : ` (${Math.round((100 * count) / sum)} %)`;
  return element(
    'div',
    { class: `panel ${outcome}` },
    element('dt', {}, OUTCOME_LABELS[outcome]),
    element('dd', {}, String(count), element('small', {}, percentage)),
  );
}

function sumOf({ issue, restrict, refuse }) {
  return issue + restrict + refuse;
}

/** Shows a bar for each name, in a table, so that the numbers do not depend on seeing the bars. */
function showRanking(id, counts, heading, emptyText) {
  updateIfChanged(id, counts, () => {
    if (counts.length === 0) return [element('p', { class: 'placeholder' }, emptyText)];
    const max = Math.max(...counts.map(([, count]) => count));
    const head = element(
      'tr',
      {},
      element('th', { scope: 'col' }, heading),
      element('th', { scope: 'col' }, 'Decisions'),
    );
    const rows = counts.map(([name, count]) => {
      const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
      bar.style.inlineSize = `${(100 * count) / max}%`;
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
