import { reviewCandidate } from '../../../../../app/tools/policy/candidate/review.ts';
import { policyText, rule } from '../../../../support/policies.ts';

const review = (text: string) => reviewCandidate({ text, file: 'new.yaml' });

test('a candidate that compiles has a revision and no issues', async () => {
  const { policy, issues } = await review(
    policyText(rule('one', 'abuse.score > 5', '{ deny: No }', 'mode: monitor')),
  );
  expect(policy).toEqual({ revision: expect.stringMatching(/^[0-9a-f]{12}$/), mode: 'enforce' });
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('the issues of a candidate have a place and an excerpt', async () => {
  const { policy, issues } = await review(
    policyText(rule('one', 'abuse.scor > 5', '{ deny: No }')),
  );
  expect(policy).toBeUndefined();
  expect(issues[0]).toMatchObject({
    severity: 'error',
    file: 'new.yaml',
    line: 5,
    rule: 'one',
    excerpt: { text: expect.stringContaining('abuse.scor > 5') },
  });
});

test.each([
  ['an empty text', '', /empty/],
  ['text that is no YAML', 'rules: [', /./],
])('%s is an issue', async (_, text, message) => {
  const { policy, issues } = await review(text);
  expect(policy).toBeUndefined();
  expect(issues[0]?.message).toMatch(message);
});

test('of very many issues, the first are listed, and the others counted', async () => {
  const wrong = Array.from({ length: 150 }, (_, index) =>
    rule(`r${index}`, 'x > 5', '{ deny: No }'),
  );
  const { issues, moreIssues } = await review(policyText(wrong.join('')));
  expect([issues.length, issues.length + moreIssues >= 150]).toEqual([100, true]);
});
