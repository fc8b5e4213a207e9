import { byId, clockTime, element, outcomeBadge } from './dom.js';

/** Lists the latest decisions. Lines that are there stay as they are: somebody may be reading them. */
export function showDecisions(rows) {
  const list = byId('decisions');
  const known = new Map([...list.children].map((line) => [line.dataset.id, line]));
  const lines = rows.map((row) => known.get(row.id) ?? lineOf(row));
  const wanted = new Set(lines);
  for (const line of known.values()) if (!wanted.has(line)) line.remove();
  let before = list.firstChild;
  for (const line of lines) {
    if (line === before) before = before.nextSibling;
    else list.insertBefore(line, before);
  }
}

function lineOf(row) {
  const { time, outcome, dryRunOutcome, address, country, score, source, rules, client, grant } =
    row;
  const milliseconds = row.milliseconds === undefined ? '' : row.milliseconds.toFixed(1);
  return element(
    'tr',
    { 'data-id': row.id },
    cell('Time', clockTime(time)),
    cell('Outcome', outcomeBadge(outcome, dryRunOutcome)),
    cell('Address', address),
    cell('Country', country),
    cell('Score', score === undefined ? '' : `${score} `, faint(source)),
    cell('Rules', rules.join(', ') || 'none'),
    cell('Client', element('span', {}, client), ' ', faint(grant)),
    cell('ms', milliseconds),
  );
}

/** On a phone the name stands beside the value: the head of the table is not seen there. */
function cell(name, ...values) {
  return element('td', { 'data-name': name }, element('div', {}, ...values));
}

function faint(text) {
  return element('small', {}, text);
}
