import { reviewCandidate } from '../../../../../app/tools/policy/candidate/review.ts';
import { compile, policyText, rule } from '../../../../support/policies.ts';
import { recordedDecision } from '../../../../support/recorded-decision.ts';

const IN_USE = compile(policyText(rule('score', 'abuse.score >= 75', '{ deny: No }')));

/** Reviews a candidate for decisions on these scores. */
async function review(text: string, scores: readonly number[] = [], cases: readonly string[] = []) {
  const records = await Promise.all(
    scores.map((reputation) => recordedDecision(IN_USE, { reputation })),
  );
  return reviewCandidate({
    text,
    file: 'new.yaml',
    records,
    against: IN_USE,
    cases: cases.map((one, index) => ({ file: `${index}.cases.yaml`, text: one })),
  });
}

const STRICTER = policyText(rule('stricter', 'abuse.score >= 25', '{ deny: No }'));

test('a candidate that compiles has a revision and no errors', async () => {
  const { policy, issues, cases } = await review(STRICTER);
  expect(policy).toEqual({
    revision: expect.stringMatching(/^[0-9a-f]{12}$/),
    mode: 'enforce',
    isInUse: false,
  });
  expect([issues.errors, cases]).toEqual([0, undefined]);
});

test('the policy in use is recognized', async () => {
  const text = policyText(rule('score', 'abuse.score >= 75', '{ deny: No }'));
  expect((await review(text)).policy?.isInUse).toBe(true);
});

test('the issues of a candidate have a place and an excerpt, and nothing is tried', async () => {
  const result = await review(policyText(rule('one', 'abuse.scor > 5', '{ deny: No }')), [30]);
  expect(result).toMatchObject({ policy: undefined, cases: undefined, replay: undefined });
  expect(result.issues.shown[0]).toMatchObject({
    severity: 'error',
    file: 'new.yaml',
    line: 5,
    rule: 'one',
    excerpt: { text: expect.stringContaining('abuse.scor > 5') },
  });
});

test.each([
  ['an empty text', '', /empty/],
  ['text that is not YAML', 'rules: [', /./],
])('%s is an issue', async (_, text, message) => {
  const { policy, issues } = await review(text);
  expect(policy).toBeUndefined();
  expect(issues.shown[0]?.message).toMatch(message);
});

test('of very many issues, the first are listed, and all are counted', async () => {
  const wrong = Array.from({ length: 150 }, (_, index) =>
    rule(`r${index}`, 'x > 5', '{ deny: No }'),
  );
  const { issues } = await review(policyText(wrong.join('')));
  expect([issues.shown.length, issues.errors]).toEqual([100, 150]);
});

test('the latest decisions are replayed against the policy in use', async () => {
  const { replay } = await review(STRICTER, [0, 30, 30, 80]);
  expect(replay).toMatchObject({
    replayed: { records: 4 },
    changed: { records: 2 },
    changes: { byRule: [{ from: 'issue', to: 'refuse', rule: 'stricter', records: 2 }] },
  });
});

describe('test cases', () => {
  const manyCases = (count: number) => {
    const rows = Array.from({ length: count }, (_, index) => `{ name: c${index} }`);
    return `cases:\n  - { name: a, expect: issue, each: [${rows}] }`;
  };
  const GIVEN = 'given: { address: 205.210.31.51, score: 30 }';

  test('are run', async () => {
    const cases = `cases:\n  - { name: a, ${GIVEN}, expect: refuse }\n  - { name: b, ${GIVEN}, expect: issue }`;
    expect((await review(STRICTER, [], [cases])).cases).toMatchObject({
      files: ['0.cases.yaml'],
      issues: { errors: 0 },
      passed: 1,
      failed: 1,
      failures: [
        {
          name: 'b',
          file: '0.cases.yaml',
          line: 3,
          mismatches: [{ field: 'outcome', expected: 'issue', received: 'refuse' }],
        },
      ],
    });
  });

  test('have a coverage', async () => {
    const cases = `cases: [{ name: a, ${GIVEN}, expect: refuse }]`;
    const { coverage } = (await review(STRICTER, [], [cases])).cases ?? {};
    expect(coverage).toMatchObject({ reached: 1 });
    expect(coverage?.missing[0]).toEqual({
      place: 'stricter',
      texts: ['the rule matches in every case that reaches it'],
    });
  });

  test.each([
    ['not valid', 'cases: [{ nam: a }]', /./],
    ['very many', manyCases(5001), /^There are 5001 cases, and at most 5000 are run here/],
  ])('that are %s are not run', async (_, text, message) => {
    const { cases } = await review(STRICTER, [], [text]);
    expect(cases).toMatchObject({ passed: 0, failed: 0 });
    expect(cases?.issues.shown[0]?.message).toMatch(message);
  });

  test('cannot read files', async () => {
    const cases = 'cases: [{ name: a, given: { request: ../../package.json }, expect: issue }]';
    const { failures } = (await review(STRICTER, [], [cases])).cases ?? {};
    expect(failures?.[0]?.error).toMatch(/cannot be read here/);
  });
});
