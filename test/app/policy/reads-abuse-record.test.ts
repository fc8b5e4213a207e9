import { compilePolicy } from '../../../app/src/policy/compile.ts';

/** Returns a policy with a rule, and an entry of `unknown` for the reputation. */
function policy(
  when: string,
  then = '{ lifetime: 5m }',
  unknown = '{ lifetime: 1m }',
  more = '',
): string {
  return `
version: 1
rules:
  - id: one
    when: '${when}'
    then: ${then}
${more}
unknown:
  address: { deny: No address. }
  geo: { deny: No place. }
  reputation: ${unknown}
`;
}

const reads = (text: string) => compilePolicy(text, 'policy.yaml').readsAbuseRecord;

const SCORE = 'abuse.score >= 75';

test.each<[string, string]>([
  ['no condition', policy('geo.country == "DE"')],
  ['a condition', policy(SCORE)],
  ['arithmetic', policy('abuse.score * 2 > 100 && has(abuse.score)')],
  ['a text', policy(SCORE, '{ deny: "Blocked: ${abuse.score}." }')],
  ['a claim', policy(SCORE, '{ claims: { set: { risk: "${abuse.score}" } } }')],
  ['an entry of unknown', policy(SCORE, undefined, '{ deny: "Not known." }')],
])('reads the score alone in %s', (_, text) => {
  expect(reads(text)).toBe(false);
});

const MONITORED = `  - id: two
    when: abuse.tor
    then: { deny: Blocked. }
    mode: monitor`;

test.each<[string, string]>([
  ['a condition', policy('abuse.reports > 3')],
  ['a part of a condition', policy(`${SCORE} || abuse.tor`)],
  ['the question whether there is a field', policy(`${SCORE} && has(abuse.isp)`)],
  ['the age', policy(`${SCORE} && abuse.age_hours < 5`)],
  ['whether it is stale', policy(`${SCORE} && !abuse.stale`)],
  ['whether it is inherited', policy(`${SCORE} && !abuse.inherited`)],
  ['a bound variable', policy('cel.bind(a, abuse, a.score > 3)')],
  ['a text', policy(SCORE, '{ deny: "Blocked: ${abuse.isp}." }')],
  ['a description', policy(SCORE, '{ deny: { description: "Blocked: ${abuse.usage}." } }')],
  ['a claim', policy(SCORE, '{ claims: { set: { risk: "${abuse.domain}" } } }')],
  ['an entry of unknown', policy(SCORE, undefined, '{ deny: "Tor: ${abuse.tor}." }')],
  [
    'an entry of unknown for one cause',
    policy(SCORE, undefined, '{ quota: { deny: "${abuse.isp}." }, default: { lifetime: 1m } }'),
  ],
  ['a rule that is monitored', policy(SCORE, undefined, undefined, MONITORED)],
])('reads more than the score in %s', (_, text) => {
  expect(reads(text)).toBe(true);
});
