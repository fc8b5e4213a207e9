import { element, outcomeBadge } from './dom.js';

const OUTCOMES = { issue: 'issued', restrict: 'restricted', refuse: 'refused' };

/** Returns in one sentence what the candidate changes. */
export function summarizeReplay({ replayed, changed, undetermined }) {
  if (replayed.records === 0) return 'No decisions are recorded yet.';
  const undecided =
    undetermined.decisions === 0
      ? ''
      : ` For ${undetermined.decisions}, the record lacks what a rule needs.`;
  const all = `the last ${decisions(replayed.decisions)}`;
  return changed.decisions === 0
    ? `The candidate changes no outcome of ${all}.${undecided}`
    : `The candidate changes the outcome of ${changed.decisions} of ${all}.${undecided}`;
}

/** Shows what the candidate changes for the latest decisions. */
export function replayParts(report) {
  const { replayed, tests, changes, outcomes, undetermined, period } = report;
  return [
    element('h4', {}, 'The latest decisions with this policy'),
    element('p', {}, summarizeReplay(report)),
    ...(replayed.records === 0
      ? [element('p', { class: 'hint' }, 'Send requests to the service, and check again.')]
      : []),
    ...(period === undefined
      ? []
      : [element('p', { class: 'hint' }, describeRecords(period, tests))]),
    ...(outcomes.length === 0 ? [] : [outcomeTable(outcomes)]),
    ...(changes.byRule.length === 0
      ? []
      : [element('ul', { class: 'findings' }, ...changes.byRule.map(changeItem))]),
    ...undeterminedParts(undetermined),
  ];
}

function decisions(count) {
  return `${count} ${count === 1 ? 'decision' : 'decisions'}`;
}

function describeRecords({ from, to }, tests) {
  const times = `From ${localTime(from)} to ${localTime(to)}.`;
  return tests === 0 ? times : `${times} Requests of tests are left out: ${tests}.`;
}

function localTime(iso) {
  return new Date(iso).toLocaleTimeString([], { hourCycle: 'h23' });
}

function outcomeTable(outcomes) {
  const box = element(
    'table',
    { class: 'outcomes', 'aria-label': 'Outcomes in use and with the candidate' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...['In use', 'Candidate', 'Decisions'].map((name) =>
          element('th', { scope: 'col' }, name),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      ...outcomes.map(({ from, to, decisions: count }) =>
        element(
          'tr',
          { class: from === to ? '' : 'differs' },
          element('td', {}, outcomeBadge(from)),
          element('td', {}, from === to ? 'the same' : outcomeBadge(to)),
          element('td', {}, String(count)),
        ),
      ),
    ),
  );
  return element('div', { class: 'panel' }, box);
}

function changeItem(change) {
  const { from, to, cause, decisions: count, byCountry, byClient, examples } = change;
  return element(
    'li',
    { class: 'panel finding' },
    element(
      'p',
      { class: 'rule-head' },
      element('strong', {}, cause),
      element('span', { class: 'condition' }, `${OUTCOMES[from]} → ${OUTCOMES[to]}: ${count}`),
    ),
    element(
      'dl',
      { class: 'pairs' },
      ...pair('Countries', describeTop(byCountry)),
      ...pair('Clients', describeTop(byClient)),
      ...pair('Examples', ...examples.map(describeExample)),
    ),
  );
}

function pair(name, ...texts) {
  return [
    element('dt', {}, name),
    element('dd', {}, ...texts.map((text) => element('div', {}, text))),
  ];
}

function describeTop({ top, more }) {
  const listed = top.map(({ key, decisions: count }) => `${key}: ${count}`);
  return [...listed, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function describeExample({ time, address, country, client, grant }) {
  return [time && localTime(time), address, country, client, grant].filter(Boolean).join(', ');
}

function undeterminedParts({ decisions: count, byNeed, byRule }) {
  if (count === 0) return [];
  return [
    element('h5', {}, `Undetermined: ${decisions(count)}`),
    element(
      'dl',
      { class: 'pairs' },
      ...pair('The record lacks', describeTop(byNeed)),
      ...pair('First rule that could not be decided', describeTop(byRule)),
    ),
  ];
}
