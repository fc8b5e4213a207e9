import { element } from './dom.js';

const SEVERITIES = { error: '✕ error', warning: '▲ warning' };

/** Returns in one sentence whether the candidate can be used. */
export function summarizePolicy({ policy, issues: { errors, warnings } }) {
  const found = [count(errors, 'error'), count(warnings, 'warning')].filter(Boolean).join(' and ');
  if (policy === undefined) return `✕ The service would not start with this policy: ${found}.`;
  return found === '' ? '✓ The policy has no issues.' : `▲ The policy can be used, with ${found}.`;
}

function count(number, name) {
  return number === 0 ? '' : `${number} ${name}${number === 1 ? '' : 's'}`;
}

/** Lists issues, each with the line of its file. */
export function issueList(title, { shown, errors, warnings }) {
  if (shown.length === 0) return [];
  const more = errors + warnings - shown.length;
  return [
    element('h4', {}, title),
    element('ol', { class: 'findings' }, ...shown.map(issueItem)),
    ...(more > 0 ? [element('p', {}, `${more} more issues are not shown.`)] : []),
  ];
}

/** Shows an issue with the line of the file. */
export function issueItem(issue) {
  const { severity, file, line, column, place, message, suggestion } = issue;
  const where = [`${file}:${line}:${column}`, place].filter(Boolean).join(', ');
  return element(
    'li',
    { class: `panel finding ${severity === 'error' ? 'error-finding' : ''}` },
    element(
      'p',
      { class: 'rule-head' },
      element('strong', {}, SEVERITIES[severity] ?? severity),
      element('span', { class: 'condition' }, where),
    ),
    element('p', {}, message),
    excerpt(issue),
    ...(suggestion === undefined
      ? []
      : [element('p', {}, 'Did you mean ', element('code', {}, suggestion), '?')]),
  );
}

/** Shows the line of an issue, with a caret below the marked part. */
function excerpt({ line, excerpt: { text, caret } }) {
  const number = `${line} | `;
  const from = caret.from - 1;
  const to = Math.max(caret.to - 1, from + 1);
  const marks = ' '.repeat(number.length + from) + '^'.repeat(Math.min(to, text.length + 1) - from);
  return element(
    'pre',
    { class: 'excerpt', tabindex: '0', 'aria-label': `Line ${line}` },
    element('span', { class: 'line-number', 'aria-hidden': 'true' }, number),
    text.slice(0, from),
    element('mark', {}, text.slice(from, to)),
    text.slice(to),
    '\n',
    element('span', { class: 'caret', 'aria-hidden': 'true' }, marks),
  );
}
