import { byId, clockTime, element, outcomeBadge } from './dom.js';

/** Lists the latest decisions. Existing rows stay in the document, so that readers do not lose their place. */
export function showDecisions(decisions) {
  const list = byId('decisions');
  const listed = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const rows = decisions.map((decision) => listed.get(decision.id) ?? createRow(decision));
  const kept = new Set(rows);
  for (const row of listed.values()) if (!kept.has(row)) row.remove();
  let next = list.firstChild;
  for (const row of rows) {
    if (row === next) next = next.nextSibling;
    else list.insertBefore(row, next);
  }
}

function createRow(decision) {
  const { time, outcome, dryRunOutcome, address, country, score, source, rules } = decision;
  const milliseconds = decision.milliseconds?.toFixed(1) ?? '';
  const { grant, test } = decision;
  const details = test === undefined ? grant : `${grant}, test: ${test}`;
  return element(
    'tr',
    { 'data-id': decision.id },
    cell('Time', clockTime(time)),
    cell('Outcome', outcomeBadge(outcome, dryRunOutcome)),
    cell('Address', address),
    cell('Country', country),
    cell('Score', score === undefined ? '' : `${score} `, small(source)),
    cell('Rules', rules.join(', ') || 'none'),
    cell('Client', element('span', {}, decision.client), ' ', small(details)),
    cell('ms', milliseconds),
  );
}

/** Creates a cell. On a phone, where the table head is hidden, the name is shown next to the value. */
function cell(name, ...values) {
  return element('td', { 'data-name': name }, element('div', {}, ...values));
}

function small(text) {
  return element('small', {}, text);
}
