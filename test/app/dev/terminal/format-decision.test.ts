import { DECISION_HEADER, formatDecision } from '../../../../app/dev/terminal/format-decision.ts';

// Local time, because that is what the terminal shows.
const TIME = new Date(2026, 0, 5, 10, 42, 7).getTime();

const ISSUED = {
  event: 'decision',
  outcome: 'issue',
  client_id: 'web',
  grant: 'authorization_code',
  signals: {
    address: { value: '205.210.31.51' },
    geo: { country: 'US' },
    reputation: { score: 12, source: 'abuseipdb', stale: false },
  },
  ms: { total: 12.345 },
  rules: [],
};

const { address, geo, reputation } = ISSUED.signals;

test('the header names the columns', () => {
  expect(DECISION_HEADER).toBe(
    'Time      Outcome       Address          Country     Score, source   Rule                          Client             ms',
  );
});

test.each<[string, object, string]>([
  [
    'an issued token',
    {},
    '10:42:07  ✓ issued      205.210.31.51    US          12 abuseipdb    –                             web              12.3',
  ],
  [
    'a restricted token, with its rules',
    { outcome: 'restrict', rules: ['elevated-ip-risk', 'night'] },
    '10:42:07  ◐ restricted  205.210.31.51    US          12 abuseipdb    elevated-ip-risk, night       web              12.3',
  ],
  [
    'a refusal, with the rule that refused and without a reputation that was not needed',
    {
      outcome: 'refuse',
      rules: ['elevated-ip-risk', 'restricted-country'],
      refused_by: 'restricted-country',
      signals: { address, geo: { country: 'KP' } },
    },
    '10:42:07  ✕ refused     205.210.31.51    KP          –               restricted-country            web              12.3',
  ],
  [
    'a test, whose client is made up',
    { client_id: 'canary-client', test: 'canary' },
    '10:42:07  ✓ issued      205.210.31.51    US          12 abuseipdb    –                             test: canary     12.3',
  ],
  [
    'the outcome of a dry run',
    {
      dry_run_outcome: 'refuse',
      dry_run_refused_by: 'high-ip-risk',
      rules: ['high-ip-risk'],
    },
    '10:42:07  ✓ issued (dry run: refused)  205.210.31.51  US  12 abuseipdb  high-ip-risk               web              12.3',
  ],
  [
    'a dry run with the same outcome',
    { dry_run_outcome: 'issue' },
    '10:42:07  ✓ issued      205.210.31.51    US          12 abuseipdb    –                             web              12.3',
  ],
  [
    'the causes of unknown signals',
    {
      signals: {
        address: { cause: 'ambiguous' },
        geo: { cause: 'not-found' },
        reputation: { cause: 'quota' },
      },
    },
    '10:42:07  ✓ issued      ? ambiguous      ? not-found  ? quota        –                             web              12.3',
  ],
  [
    'a reputation that the policy did not wait for',
    {
      outcome: 'restrict',
      rules: ['unknown.reputation'],
      signals: { address, geo, reputation: { cause: 'pending' } },
    },
    '10:42:07  ◐ restricted  205.210.31.51    US          ? pending       unknown.reputation            web              12.3',
  ],
  [
    'a score that only the blacklist limits, with its source',
    { signals: { address, geo, reputation: { score_at_most: 24, source: 'blacklist' } } },
    '10:42:07  ✓ issued      205.210.31.51    US          ≤ 24 blacklist  –                             web              12.3',
  ],
  [
    'a stale reputation, for which the next cell moves',
    { signals: { address, geo, reputation: { ...reputation, source: 'dynamodb', stale: true } } },
    '10:42:07  ✓ issued      205.210.31.51    US          12 dynamodb, stale  –                         web              12.3',
  ],
  [
    'why a lookup was held back, for which the next cell moves',
    {
      signals: { address, geo, reputation: { cause: 'budget', held_back: 'network' } },
    },
    '10:42:07  ✓ issued      205.210.31.51    US          ? budget (network)  –                         web              12.3',
  ],
  [
    'a stale reputation in place of a lookup that was held back',
    {
      signals: {
        address,
        geo,
        reputation: { ...reputation, source: 'memory', stale: true, held_back: 'pace' },
      },
    },
    '10:42:07  ✓ issued      205.210.31.51    US          12 memory, stale (pace)  –                    web              12.3',
  ],
  [
    'a long rule and a long client id, truncated',
    { rules: ['a-rule-with-a-name-of-forty-characters-'], client_id: 'r1sk_gate_example_client' },
    '10:42:07  ✓ issued      205.210.31.51    US          12 abuseipdb    a-rule-with-a-name-of-forty…  r1sk_gate_e…     12.3',
  ],
  [
    'an IPv6 address of full length',
    { signals: { address: { value: '2600:1f18:4a2b:c300:1d2e:3f40:5162:7384' }, geo, reputation } },
    '10:42:07  ✓ issued      2600:1f18:4a2b:c300:1d2e:3f40:5162:7384  US  12 abuseipdb  –               web              12.3',
  ],
  [
    'a record without fields',
    { outcome: undefined, client_id: undefined, signals: undefined, ms: undefined },
    '10:42:07                –                –           –               –',
  ],
])('formats %s', (_, fields, line) => {
  const formatted = formatDecision({ ...ISSUED, ...fields }, TIME);
  expect(formatted.trimEnd()).toBe(line);
  expect(formatted.length).toBeLessThanOrEqual(120);
});
