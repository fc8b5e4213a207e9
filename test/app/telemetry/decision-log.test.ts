import type { TestKind } from '../../../app/src/http/test-request.ts';
import { createDecisionLog } from '../../../app/src/telemetry/decision-log.ts';
import type { DecisionEvent } from '../../../app/src/telemetry/decision-record.ts';
import { decideOn } from '../../support/decide.ts';
import { pointsOf, sumOf } from '../../support/emf.ts';
import { payload, payloadFrom } from '../../support/payloads.ts';
import { policyOf, type RuleFields } from '../../support/policies.ts';
import { startTestService } from '../../support/running-service.ts';

const rule = (effects: object, more: object = {}): RuleFields => ({ id: 'r', effects, ...more });

interface Case {
  readonly name: string;
  readonly rules: readonly RuleFields[];
  readonly policy?: object;
  readonly test?: TestKind;
  readonly isRecorded: boolean;
}

const UNKNOWN = { id: 'r', when: 'abuse.score > 1', effects: { lifetime: 60 } };

const CASES: readonly Case[] = [
  { name: 'issued unchanged', rules: [], isRecorded: false },
  { name: 'issued by an allow', rules: [rule({ allow: true })], isRecorded: false },
  { name: 'refused', rules: [rule({ deny: 'No.' })], isRecorded: true },
  { name: 'restricted', rules: [rule({ lifetime: 60 })], isRecorded: true },
  {
    name: 'refused in a dry run',
    rules: [rule({ deny: 'No.' })],
    policy: { mode: 'monitor' },
    isRecorded: true,
  },
  {
    name: 'restricted by a monitored rule',
    rules: [rule({ lifetime: 60 }, { mode: 'monitor' })],
    isRecorded: true,
  },
  { name: 'issued with an unknown signal', rules: [UNKNOWN], isRecorded: true },
  {
    name: 'issued with a failed condition',
    rules: [rule({ allow: true }, { when: 'token.claims["sub"] > 3' })],
    isRecorded: true,
  },
  { name: 'issued to the canary', rules: [], test: 'canary', isRecorded: false },
  {
    name: 'refused to the canary',
    rules: [rule({ deny: 'No.' })],
    test: 'canary',
    isRecorded: false,
  },
  { name: 'issued to a smoke test', rules: [], test: 'smoke', isRecorded: true },
  { name: 'issued to a verification', rules: [], test: 'verify', isRecorded: true },
];

async function eventOf({ rules, policy = {}, test }: Case): Promise<DecisionEvent> {
  const reputation = 'timeout';
  const { event } = await decideOn(payload('03'), policyOf(rules, policy), { reputation });
  return { ...event, test };
}

describe('With a sample of 0 percent, decisions are recorded if', () => {
  test.each(CASES)('$name: $isRecorded', async (which) => {
    const records: object[] = [];
    const write = (record: object) => void records.push(record);
    createDecisionLog({ write, issuedSamplePercent: 0, address: { form: 'whole' } })(
      await eventOf(which),
    );
    expect(records).toHaveLength(which.isRecorded ? 1 : 0);
  });
});

test('A sample of issued decisions is recorded, with its percentage', async () => {
  const event = await eventOf({ name: '', rules: [], isRecorded: false });
  const records: { sampled_percent?: number }[] = [];
  const write = (record: object) => void records.push(record);
  let draw = 0;
  const random = () => (draw++ % 100) / 100;
  const record = createDecisionLog({
    write,
    issuedSamplePercent: 7,
    address: { form: 'whole' },
    random,
  });
  for (let decision = 0; decision < 1000; decision += 1) record(event);
  expect(records).toHaveLength(70);
  expect(new Set(records.map(({ sampled_percent }) => sampled_percent))).toEqual(new Set([7]));
});

test('Metrics count every decision, recorded or not', async () => {
  const service = await startTestService({ settings: { DECISION_LOG_ISSUED_PERCENT: '0' } });
  service.simulator.setRecord('9.9.9.9', { abuseConfidenceScore: 0 });
  service.simulator.setRecord('103.159.198.178', { abuseConfidenceScore: 100 });
  for (let time = 0; time < 5; time += 1) await service.post(payloadFrom('9.9.9.9'));
  await service.post(payloadFrom('103.159.198.178'));
  await service.stop();
  expect(service.decisions()).toMatchObject([{ outcome: 'refuse' }]);
  expect(sumOf(service.lines, 'Decisions')).toBe(6);
  expect(sumOf(service.lines, 'Decisions', 'issue')).toBe(5);
  expect(
    pointsOf(service.lines, 'DecisionLatency')[0]?.values.reduce((sum, [, n]) => sum + n, 0),
  ).toBe(6);
});

describe('Every line has the address in the configured format', () => {
  const hashed = { DECISION_LOG_ADDRESS: 'hashed', DECISION_LOG_HASH_KEY: 'a-key-that-all-share' };
  test.each<[string, Record<string, string>, RegExp]>([
    ['whole', {}, /^103\.159\.198\.178$/],
    ['truncated', { DECISION_LOG_ADDRESS: 'truncated' }, /^103\.159\.198\.0\/24$/],
    ['hashed', hashed, /^[0-9a-f]{32}$/],
  ])('%s', async (form, settings, expected) => {
    const service = await startTestService({ settings });
    await service.post(payloadFrom('103.159.198.178'));
    await service.stop();
    const [record] = service.decisions();
    expect(record).toMatchObject({
      signals: { address: { value: expect.stringMatching(expected) } },
    });
    if (form !== 'whole') expect(service.lines.join('')).not.toContain('103.159.198.178');
  });
});
