import { element, outcomeBadge } from './dom.js';

const CONDITIONS = {
  matched: '● matched',
  'not-matched': '○ did not match',
  unknown: '? could not be decided',
  failed: '! failed',
  'not-reached': '– not reached',
};

const ENTRIES = {
  applies: 'its entry of unknown applies',
  'applied-before': 'its entry of unknown has applied already, and does so once',
  ignore: 'its entry of unknown says ignore',
};

/** The outcome in one sentence. */
export function verdictOf({ outcome, dryRunOutcome, refusal }) {
  const verdicts = {
    issue: 'The token is issued unchanged.',
    restrict: 'The token is issued with restrictions.',
    refuse: `No token is issued: ${refusal?.description ?? ''}`,
  };
  const words = { issue: 'unchanged', restrict: 'restricted', refuse: 'refused' };
  const monitored =
    dryRunOutcome === undefined
      ? ''
      : ` The policy is in monitor mode; enforced, it would be ${words[dryRunOutcome]}.`;
  return verdicts[outcome] + monitored;
}

/** Shows what would become of the request: the token before and after, and why. */
export function showTried(place, tried) {
  place.append(
    element(
      'h3',
      { class: 'verdict' },
      outcomeBadge(tried.outcome, tried.dryRunOutcome),
      ` ${verdictOf(tried)}`,
    ),
    element('p', {}, `Decided for ${tried.time}, by policy ${tried.policy.revision}.`),
    signals(tried.signals),
    element('h4', { id: 'token-heading' }, 'The token before and after'),
    token(tried),
    ...notApplied(tried.notApplied),
    element('h4', {}, 'Why: each rule, from top to bottom'),
    element('ol', { class: 'rules' }, ...tried.rules.map(rule)),
    json('The request of the identity server', tried.request),
    json('The answer of Risk Gate', tried.answer),
  );
}

function signals(list) {
  return element(
    'dl',
    { class: 'pairs' },
    ...list.flatMap(({ name, is }) => [element('dt', {}, name), element('dd', {}, is)]),
  );
}

function token({ token, refusal }) {
  const heads = refusal === undefined ? ['Before', 'After', 'Change'] : ['Before', 'After'];
  // What differs first: the rest of a token is long.
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
        ...heads.map((head) => element('th', { scope: 'col' }, head)),
      ),
    ),
    element('tbody', {}, ...sorted.map(property)),
  );
  const box = element('div', { class: 'scroll', role: 'region', tabindex: '0' }, table);
  box.setAttribute('aria-labelledby', 'token-heading');
  if (refusal === undefined) return box;
  const sees = `The client gets ${refusal.error}: ${refusal.description}`;
  return element('div', {}, element('p', { class: 'refusal' }, sees), box);
}

/** A difference is struck through, in bold and in words; colour says nothing. */
function property({ name, before, after, change }) {
  const cells = {
    same: [before ?? 'none', after ?? 'none', ''],
    added: ['none', after ?? 'none', 'added'],
    'not issued': [element('del', {}, before ?? 'none'), 'not issued'],
  };
  const differs = [element('del', {}, before ?? 'none'), after ?? 'none', change];
  return element(
    'tr',
    { class: change === 'same' || change === 'not issued' ? '' : 'differs' },
    element('th', { scope: 'row' }, name),
    ...(cells[change] ?? differs).map((cell) => element('td', {}, cell)),
  );
}

function notApplied(list) {
  if (list.length === 0) return [];
  const items = list.map((text) => element('li', {}, text));
  return [element('h4', {}, 'Not done'), element('ul', {}, ...items)];
}

function rule({ id, when, outcome, error, values, unknown, effects }) {
  const said = [
    ...(error === undefined ? [] : [`The condition failed: ${error}`]),
    ...unknown.map(
      ({ signal, cause, entry }) => `${signal} is unknown (${cause}): ${ENTRIES[entry]}`,
    ),
    ...effects.flatMap(({ by, does, monitored }) =>
      (does.length === 0 ? ['nothing'] : does).map((text) => {
        const who = by === id ? '' : `${by}: `;
        return `${who}${monitored ? 'watched only, would ' : ''}${text}`;
      }),
    ),
  ];
  return element(
    'li',
    { class: `panel rule ${outcome}` },
    element(
      'p',
      { class: 'rule-head' },
      element('strong', {}, id),
      element('span', { class: 'condition' }, CONDITIONS[outcome] ?? outcome),
    ),
    element('pre', { tabindex: '0' }, element('code', {}, when)),
    ...(values.length === 0 ? [] : [element('dl', { class: 'pairs' }, ...values.flatMap(seen))]),
    ...(said.length === 0
      ? []
      : [element('ul', { class: 'did' }, ...said.map((text) => element('li', {}, text)))]),
  );
}

function seen({ name, value, without }) {
  const shown =
    value === undefined
      ? element('dd', { class: 'none' }, without ?? '')
      : element('dd', {}, element('code', {}, value));
  return [element('dt', {}, element('code', {}, name)), shown];
}

function json(name, value) {
  return element(
    'details',
    {},
    element('summary', {}, name),
    element('pre', { tabindex: '0' }, element('code', {}, JSON.stringify(value, null, 2))),
  );
}
