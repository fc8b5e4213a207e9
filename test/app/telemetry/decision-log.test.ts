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
  readonly always: boolean;
}

const UNKNOWN = { id: 'r', when: 'abuse.score > 1', effects: { lifetime: 60 } };

const CASES: readonly Case[] = [
  { name: 'issued, and nothing to say', rules: [], always: false },
  { name: 'issued by an allow', rules: [rule({ allow: true })], always: false },
  { name: 'refused', rules: [rule({ deny: 'No.' })], always: true },
  { name: 'restricted', rules: [rule({ lifetime: 60 })], always: true },
  {
    name: 'would have been refused',
    rules: [rule({ deny: 'No.' })],
    policy: { mode: 'monitor' },
    always: true,
  },
  {
    name: 'a watched rule would have restricted',
    rules: [rule({ lifetime: 60 }, { mode: 'monitor' })],
    always: true,
  },
  { name: 'issued although a signal was unknown', rules: [UNKNOWN], always: true },
  {
    name: 'issued although a condition failed',
    rules: [rule({ allow: true }, { when: 'token.claims["sub"] > 3' })],
    always: true,
  },
];

async function factsOf({ rules, policy = {} }: Case): Promise<DecisionEvent> {
  return (await decideOn(payload('03'), policyOf(rules, policy), { reputation: 'timeout' })).event;
}

describe('With no issued decision to be recorded', () => {
  test.each(CASES)('$name: $always', async (which) => {
    const records: object[] = [];
    const write = (record: object) => void records.push(record);
    createDecisionLog({ write, issuedSamplePercent: 0, address: { form: 'whole' } })(
      await factsOf(which),
    );
    expect(records).toHaveLength(which.always ? 1 : 0);
  });
});

test('a share of the issued ones is recorded, and says which share', async () => {
  const facts = await factsOf({ name: '', rules: [], always: false });
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
  for (let decision = 0; decision < 1000; decision += 1) record(facts);
  expect(records).toHaveLength(70);
  expect(new Set(records.map(({ sampled_percent }) => sampled_percent))).toEqual(new Set([7]));
});

test('sampled, the metrics still count every decision', async () => {
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

describe('The address as the setting has it, in every line', () => {
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
