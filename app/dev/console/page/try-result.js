import { element, outcomeBadge } from './dom.js';
import { feedAnswers } from './feeds.js';

const CONDITION_LABELS = {
  matched: '● matched',
  'not-matched': '○ did not match',
  unknown: '? unknown',
  failed: '! failed',
  'not-reached': '– not reached',
};

const UNKNOWN_ENTRY_LABELS = {
  applies: 'its entry in the policy applies',
  'applied-before': 'its entry in the policy was applied before, and applies only once',
  ignore: 'its entry in the policy ignores it',
};

/** Returns the outcome in one sentence. */
export function summarizeOutcome({ outcome, dryRunOutcome, refusal }) {
  const sentences = {
    issue: 'The token is issued unchanged.',
    restrict: 'The token is issued with restrictions.',
    refuse: `No token is issued: ${refusal?.description ?? ''}`,
  };
  const dryRuns = {
    issue: 'issued unchanged',
    restrict: 'issued with restrictions',
    refuse: 'refused',
  };
  const dryRun =
    dryRunOutcome === undefined
      ? ''
      : ` The policy is in monitor mode: if enforced, the token would be ${dryRuns[dryRunOutcome]}.`;
  return sentences[outcome] + dryRun;
}

/** Shows the outcome of a tried request: the token before and after, and the reasons. */
export function showTryResult(container, result) {
  container.append(
    element(
      'h3',
      { class: 'outcome-summary' },
      outcomeBadge(result.outcome, result.dryRunOutcome),
      ` ${summarizeOutcome(result)}`,
    ),
    element(
      'p',
      {},
      `Evaluated for ${result.time} with policy revision ${result.policy.revision}.`,
    ),
    signalList(result.signals),
    ...feedAnswers(result.feeds),
    element('h4', { id: 'token-heading' }, 'The token before and after'),
    tokenTable(result),
    ...notApplied(result.notApplied),
    element('h4', {}, 'Why: the rules in order'),
    element('ol', { class: 'rules' }, ...result.rules.map(ruleItem)),
    jsonDetails('Request of the identity server', result.request),
    jsonDetails('Response of Risk Gate', result.response),
  );
}

function signalList(signals) {
  return element(
    'dl',
    { class: 'pairs' },
    ...signals.flatMap(({ name, description }) => [
      element('dt', {}, name),
      element('dd', {}, description),
    ]),
  );
}

function tokenTable({ token, refusal }) {
  const headings = refusal === undefined ? ['Before', 'After', 'Change'] : ['Before', 'After'];
  // Changes first, because a token is long.
  const sorted = token.toSorted(
    (a, b) => Number(a.change === 'same') - Number(b.change === 'same'),
  );
  const table = element(
    'table',
    { 'aria-labelledby': 'token-heading', class: 'token' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('td', {}),
        ...headings.map((heading) => element('th', { scope: 'col' }, heading)),
      ),
    ),
    element('tbody', {}, ...sorted.map(propertyRow)),
  );
  const box = element('div', { class: 'scroll', role: 'region', tabindex: '0' }, table);
  box.setAttribute('aria-labelledby', 'token-heading');
  if (refusal === undefined) return box;
  const clientError = `The client receives ${refusal.error}: ${refusal.description}`;
  return element('div', {}, element('p', { class: 'refusal' }, clientError), box);
}

/** A change is struck through, bold and named, so that it does not depend on colour. */
function propertyRow({ name, before, after, change }) {
  const cells = {
    same: [before ?? 'none', after ?? 'none', ''],
    added: ['none', after ?? 'none', 'added'],
    'not issued': [element('del', {}, before ?? 'none'), 'not issued'],
  };
  const changed = [element('del', {}, before ?? 'none'), after ?? 'none', change];
  return element(
    'tr',
    { class: change === 'same' || change === 'not issued' ? '' : 'differs' },
    element('th', { scope: 'row' }, name),
    ...(cells[change] ?? changed).map((cell) => element('td', {}, cell)),
  );
}

function notApplied(descriptions) {
  if (descriptions.length === 0) return [];
  const items = descriptions.map((description) => element('li', {}, description));
  return [element('h4', {}, 'Not applied'), element('ul', {}, ...items)];
}

function ruleItem(rule) {
  const { id, when, outcome, values } = rule;
  const notes = notesOn(rule);
  return element(
    'li',
    { class: `panel rule ${outcome}` },
    element(
      'p',
      { class: 'rule-head' },
      element('strong', {}, id),
      element('span', { class: 'condition' }, CONDITION_LABELS[outcome] ?? outcome),
    ),
    element('pre', { tabindex: '0' }, element('code', {}, when)),
    ...(values.length === 0
      ? []
      : [element('dl', { class: 'pairs' }, ...values.flatMap(variable))]),
    ...(notes.length === 0
      ? []
      : [element('ul', { class: 'rule-notes' }, ...notes.map((note) => element('li', {}, note)))]),
  );
}

function notesOn({ id, error, unknown, effects }) {
  return [
    ...(error === undefined ? [] : [`The condition failed: ${error}`]),
    ...unknown.map(
      ({ signal, cause, entry }) =>
        `${signal} is unknown (${cause}): ${UNKNOWN_ENTRY_LABELS[entry]}`,
    ),
    ...effects.flatMap(({ source, actions, monitored }) => {
      const prefix = source === id ? '' : `${source}: `;
      if (actions.length === 0) return [`${prefix}no effect`];
      return actions.map(
        (action) => `${prefix}${monitored ? 'not applied (monitored): ' : ''}${action}`,
      );
    }),
  ];
}

function variable({ name, value, missing }) {
  const shown =
    value === undefined
      ? element('dd', { class: 'placeholder' }, missing ?? '')
      : element('dd', {}, element('code', {}, value));
  return [element('dt', {}, element('code', {}, name)), shown];
}

function jsonDetails(title, value) {
  return element(
    'details',
    {},
    element('summary', {}, title),
    element('pre', { tabindex: '0' }, element('code', {}, JSON.stringify(value, null, 2))),
  );
}
