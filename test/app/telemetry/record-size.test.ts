import { MAX_FEEDS } from '../../../app/src/feeds/model/configured-feeds.ts';
import { decisionRecord } from '../../../app/src/telemetry/decision-record.ts';
import { createLog, recordWriter } from '../../../app/src/telemetry/log.ts';
import { decideOn } from '../../support/decide.ts';
import { requestWith, requestWithClaims } from '../../support/payloads.ts';
import { policyOf, type RuleFields } from '../../support/policies.ts';

/** Container log drivers split longer lines. */
const MAX_LINE_BYTES = 16 * 1024;

const LISTS = ['rules', 'failed', 'skipped', 'unenforceable', 'monitored', 'operations'] as const;

/** Returns the record of a decision, parsed from its line, and the length of the line. */
async function recordDecision(rules: readonly RuleFields[], body: string, more: object = {}) {
  const { event } = await decideOn(body, policyOf(rules, more));
  let line = '';
  const write = (text: string) => {
    line += text;
  };
  recordWriter(createLog('info', { write }))(decisionRecord(event));
  return { record: JSON.parse(line), bytes: Buffer.byteLength(line), decision: event.decision };
}

const many = (
  count: number,
  rule: (at: number) => Omit<RuleFields, 'id'>,
  id = 'rule',
): RuleFields[] => Array.from({ length: count }, (_, at) => ({ id: `${id}-${at}`, ...rule(at) }));

const SET = (at: number) => ({ effects: { claims: { set: { [`claim_${at}`]: 'x' } } } });
const NOTHING_ALLOWED = requestWith('03', { allowedOperations: [] });
const LONG_ID = 'x'.repeat(58);
/** Six bytes each when escaped. */
const CONTROLS = '\u2028\u0001\u0085'.repeat(500);
const ODD = requestWith('03', {
  requestId: CONTROLS,
  'event.request.clientId': CONTROLS,
  'event.request.grantType': CONTROLS,
  'event.tenant.name': CONTROLS,
  'event.request.additionalHeaders': Array.from({ length: 200 }, (_, at) => ({
    name: `x-${at}`,
    value: [CONTROLS],
  })),
  allowedOperations: [],
  // Fields that no version of the contract has.
  ...Object.fromEntries([1, 2, 3, 4, 5].map((at) => [`event.${CONTROLS}${at}`, at])),
});
/** As many as a policy can name, with the longest ids. */
const FEEDS = Array.from({ length: MAX_FEEDS }, (_, at) => `${'x'.repeat(37)}-${at + 10}`);
const FAILING = { when: 'token.claims["email"] > 3' };
const SCOPES = requestWith('03', {
  'event.accessToken.scopes': Array.from({ length: 5000 }, (_, at) => `scope-${at}`),
});

describe('The line of a decision stays below 16 KiB and has the number of omitted entries for', () => {
  test.each<[string, readonly RuleFields[], string, object]>([
    ['a decision without matching rules', [], NOTHING_ALLOWED, {}],
    [
      '400 monitored rules',
      many(400, () => ({ mode: 'monitor', effects: { deny: 'No.' } })),
      NOTHING_ALLOWED,
      {},
    ],
    [
      'a monitored policy of 400 rules',
      many(400, () => ({ effects: { lifetime: 60 } })),
      SCOPES,
      { mode: 'monitor' },
    ],
    ['130 sets that are not allowed', many(130, SET), NOTHING_ALLOWED, { unenforceable: 'ignore' }],
    ['1000 matching rules', many(1000, SET), requestWithClaims({}), {}],
    [
      '1000 restrictions that are not allowed',
      many(1000, () => ({ effects: { lifetime: 60, claims: { remove: ['email'] } } })),
      NOTHING_ALLOWED,
      { unenforceable: 'ignore' },
    ],
    [
      '1000 failed conditions',
      many(1000, () => ({ ...FAILING, effects: { allow: true } })),
      NOTHING_ALLOWED,
      {},
    ],
    ['5000 operations', [{ id: 'all', effects: { scopes: { remove: ['*'] } } }], SCOPES, {}],
    [
      'long rule ids',
      many(400, () => ({ effects: { lifetime: 60 } }), LONG_ID),
      NOTHING_ALLOWED,
      { unenforceable: 'ignore' },
    ],
    [
      'as many feeds as FEEDS can contain',
      FEEDS.map((id) => ({ id, when: `address.within("${id}")`, effects: { lifetime: 60 } })),
      NOTHING_ALLOWED,
      { feeds: FEEDS, unenforceable: 'ignore' },
    ],
    [
      'everything at once, with long and odd ids',
      [
        ...many(300, () => ({ mode: 'monitor', effects: { lifetime: 60 } }), `w${LONG_ID}`),
        ...many(300, () => ({ ...FAILING, effects: { lifetime: 60 } }), `f${LONG_ID}`),
        ...many(300, SET, `s${LONG_ID}`),
        { id: `u${LONG_ID}`, when: 'geo.country == "US"', effects: { deny: 'No.' } },
        { id: `r${LONG_ID}`, effects: { deny: 'No.' } },
      ],
      ODD,
      { unenforceable: 'ignore' },
    ],
  ])('%s', async (_, rules, body, more) => {
    const { record, bytes, decision } = await recordDecision(rules, body, more);
    expect(bytes).toBeLessThan(MAX_LINE_BYTES);
    const total = (list: string) => record[list].length + (record[`${list}_more`] ?? 0);
    expect(Object.fromEntries(LISTS.map((list) => [list, total(list)]))).toEqual({
      rules: decision.matched.length,
      failed: decision.failed.length,
      skipped: decision.skipped.length,
      unenforceable: decision.unenforceable.length,
      monitored: decision.monitored.length,
      operations: decision.operations.length,
    });
  });
});

test('Short lists are complete and have no number of omitted entries', async () => {
  const { record } = await recordDecision(many(20, SET), requestWithClaims({}));
  expect(record.rules).toHaveLength(20);
  expect(Object.keys(record).filter((name) => name.endsWith('_more'))).toEqual([]);
});

test('The first entries of a long list are recorded', async () => {
  const rules = many(400, () => ({ mode: 'monitor', effects: { deny: 'No.' } }));
  const { record } = await recordDecision(rules, NOTHING_ALLOWED);
  expect(record.monitored.slice(0, 2)).toEqual([
    { rule: 'rule-0', outcome: 'refuse' },
    { rule: 'rule-1', outcome: 'refuse' },
  ]);
  expect(record.monitored.length).toBeGreaterThan(90);
});
