import { checkPolicy, compilePolicy } from '../../../../app/src/policy/compile.ts';
import { Issues, PolicyError } from '../../../../app/src/policy/file/issues.ts';

const FAILS_OPEN = `version: 1
rules:
  - id: blocked
    when: geo.country == "KP"
    then: { deny: No }
unknown: { address: { deny: No }, geo: ignore }
`;

test('a policy with warnings only can be used, and lists them', () => {
  const { policy, issues } = checkPolicy(FAILS_OPEN, 'policy.yaml');
  expect(policy?.warnings).toEqual(issues);
  expect(issues).toEqual([
    {
      severity: 'warning',
      check: 'fails-open',
      file: 'policy.yaml',
      line: 6,
      column: 40,
      place: 'unknown.geo',
      message: expect.stringMatching(/^fails open: while geo is unknown, the token is issued /),
      excerpt: 'unknown: { address: { deny: No }, geo: ignore }',
      caret: { from: 40, to: 46 },
      text: expect.stringMatching(/^policy\.yaml:6: unknown\.geo: fails open: while geo /),
    },
  ]);
  expect(issues[0]?.text).toBe(policy?.failOpen[0]?.warning);
});

test('a policy with errors cannot be used, and lists warnings too', () => {
  const text = FAILS_OPEN.replace('unknown:', 'mode: audit\nunknown:');
  const { policy, issues } = checkPolicy(text, 'policy.yaml');
  expect(policy).toBeUndefined();
  expect(issues.map(({ severity, line }) => `${severity} ${line}`)).toEqual([
    'error 6',
    'warning 7',
  ]);
  const error = thrownBy(() => compilePolicy(text, 'policy.yaml'));
  expect(error.located.map(({ line }) => line)).toEqual([6]);
  expect(error.message).toBe('policy.yaml:6: mode: must be enforce or monitor.');
});

test('an issue of a file that is not YAML is returned, not thrown', () => {
  const { policy, issues } = checkPolicy('version: 1\nrules: *none\n', 'policy.yaml');
  expect(policy).toBeUndefined();
  expect(issues).toMatchObject([
    { severity: 'error', line: 2, column: 8, excerpt: 'rules: *none', place: '' },
  ]);
});

test('an issue of a part of a string is at the part, however the parts are nested', () => {
  const issues = new Issues(['rules', 0]);
  const text = issues.at('then').within(10);
  text.add('a');
  text.within(5, 3).add('b');
  text.within(5, 3).warn('unused-list', 'c', { position: 1, length: 1, suggestion: 'd' });
  const path = ['rules', 0, 'then'];
  expect(issues.list).toEqual([
    { path, message: 'a', severity: 'error', position: 10 },
    { path, message: 'b', severity: 'error', position: 15, length: 3 },
    {
      path,
      message: 'c',
      severity: 'warning',
      check: 'unused-list',
      position: 16,
      length: 1,
      suggestion: 'd',
    },
  ]);
});

function thrownBy(compile: () => unknown): PolicyError {
  try {
    compile();
  } catch (error) {
    if (error instanceof PolicyError) return error;
  }
  throw new Error('no PolicyError was thrown');
}
