import { issueList } from './candidate-issues.js';
import { element } from './dom.js';

/** Shows how test cases turned out. */
export function caseParts(cases) {
  const heading = element('h4', {}, 'Test cases');
  if (cases === undefined) {
    return [heading, element('p', { class: 'placeholder' }, 'There are none.')];
  }
  const { files, issues, passed, failed, failures, coverage } = cases;
  const source = element('p', { class: 'hint' }, `From ${files.join(', ')}.`);
  if (issues.errors > 0) {
    const summary = '✕ The test cases cannot be run.';
    return [
      heading,
      element('p', {}, summary),
      source,
      ...issueList('Issues of the cases', issues),
    ];
  }
  return [
    heading,
    element('p', {}, summarizeCases(passed, failed)),
    source,
    ...failureParts(failures, failed),
    ...coverageParts(coverage),
  ];
}

/** A change of a default can fail all cases. */
const SHOWN_FAILURES = 3;

function failureParts(failures, failed) {
  if (failed === 0) return [];
  const list = (some) => element('ul', { class: 'findings' }, ...some.map(failureItem));
  const folded = failures.slice(SHOWN_FAILURES);
  const omitted = failed - failures.length;
  return [
    list(failures.slice(0, SHOWN_FAILURES)),
    ...(folded.length === 0
      ? []
      : [
          element(
            'details',
            {},
            element('summary', {}, `Further cases (${failed - SHOWN_FAILURES})`),
            list(folded),
            ...(omitted > 0 ? [element('p', {}, `${omitted} more are not shown.`)] : []),
          ),
        ]),
  ];
}

function summarizeCases(passed, failed) {
  if (failed === 0) return passed === 1 ? '✓ The case passes.' : `✓ All ${passed} cases pass.`;
  return `✕ ${failed} of ${passed + failed} cases ${failed === 1 ? 'fails' : 'fail'}.`;
}

function failureItem({ name, file, line, error, mismatches }) {
  return element(
    'li',
    { class: 'panel finding error-finding' },
    element(
      'p',
      { class: 'rule-head' },
      element('strong', {}, `✕ ${name}`),
      element('span', { class: 'condition' }, `${file}:${line}`),
    ),
    ...(error === undefined ? [] : [element('p', {}, error)]),
    ...(mismatches.length === 0
      ? []
      : [element('dl', { class: 'pairs' }, ...mismatches.flatMap(mismatchPair))]),
  );
}

/** Shows what no test case reaches. */
function coverageParts({ percent, reached, total, missing }) {
  const summary = `Coverage: ${percent} % (${reached} of ${total}).`;
  if (missing.length === 0) return [element('p', {}, summary)];
  return [
    element('p', {}, summary),
    element(
      'details',
      {},
      element('summary', {}, 'What no test case reaches'),
      element(
        'dl',
        { class: 'pairs' },
        ...missing.flatMap(({ place, texts }) => [
          element('dt', {}, place),
          element('dd', {}, ...texts.map((text) => element('div', {}, text))),
        ]),
      ),
    ),
  ];
}

function mismatchPair({ field, expected, received }) {
  return [
    element('dt', {}, field),
    element(
      'dd',
      {},
      'expected ',
      element('code', {}, expected),
      ', got ',
      element('code', {}, received),
    ),
  ];
}
