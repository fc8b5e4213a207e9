import { element } from './dom.js';

const SEVERITIES = { error: '✕ error', warning: '▲ warning' };

/** Returns in one sentence whether the candidate can be used. */
export function summarizeIssues({ policy, issues, moreIssues }) {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  const warnings = issues.length - errors;
  const found = [count(errors, 'error'), count(warnings, 'warning')].filter(Boolean).join(' and ');
  const more = moreIssues > 0 ? ` and ${moreIssues} more issues` : '';
  if (policy === undefined)
    return `✕ The service would not start with this policy: ${found}${more}.`;
  return found === ''
    ? '✓ The policy has no issues.'
    : `▲ The policy can be used, with ${found}${more}.`;
}

function count(number, name) {
  return number === 0 ? '' : `${number} ${name}${number === 1 ? '' : 's'}`;
}

/** Lists the issues of a candidate, each with the line of the file. */
export function issueList({ issues, moreIssues }) {
  if (issues.length === 0) return [];
  return [
    element('h4', { id: 'issues-heading' }, 'Issues'),
    element(
      'ol',
      { class: 'issues', 'aria-labelledby': 'issues-heading' },
      ...issues.map(issueItem),
    ),
    ...(moreIssues > 0 ? [element('p', {}, `${moreIssues} more issues are not shown.`)] : []),
  ];
}

function issueItem(issue) {
  const { severity, file, line, column, place, message, suggestion } = issue;
  const where = [`${file}:${line}:${column}`, place].filter(Boolean).join(', ');
  return element(
    'li',
    { class: `panel issue ${severity === 'error' ? 'error-issue' : 'warning-issue'}` },
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
