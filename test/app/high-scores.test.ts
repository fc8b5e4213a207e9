import { addressFormatter } from '../../app/src/telemetry/recorded-address.ts';
import { addressOf } from '../support/circumstances.ts';
import { payloadFrom } from '../support/payloads.ts';
import {
  type RunningService,
  type RunningServiceOptions,
  startTestService,
} from '../support/running-service.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const POLICY = `
version: 1
rules:
  - id: high
    when: abuse.score >= 75 && !abuse.inherited
    then: { deny: Blocked. }
  - id: inherited
    when: abuse.score >= 75 && abuse.inherited
    then: { deny: Blocked. }
unknown: { address: { deny: No address. }, reputation: { lifetime: 1m } }
`;

let now: number;
let service: RunningService;
beforeEach(() => {
  now = NOON;
});
afterEach(() => service.stop());

async function start(options: RunningServiceOptions = {}): Promise<void> {
  service = await startTestService({ policy: POLICY, now: () => now, ...options });
}

/** Requests a token from an address; returns the outcome, the rules, and the record of the reputation. */
async function requestFrom(address: string) {
  const response = await service.post(payloadFrom(address));
  expect(response.status).toBe(200);
  const record = service.decisions().at(-1) as {
    outcome: string;
    refused_by?: string;
    signals: { reputation?: Record<string, unknown> };
  };
  const { outcome, refused_by: refusedBy, signals } = record;
  return { outcome, refusedBy, reputation: signals.reputation };
}

test('an address with the score 96 gets no token for 30 days while the quota is exhausted', async () => {
  await start();
  service.simulator.setRecord('9.9.9.9', { abuseConfidenceScore: 96 });
  expect(await requestFrom('9.9.9.9')).toMatchObject({ outcome: 'refuse' });
  service.simulator.setFault({ kind: 'quota', headers: true });
  for (let day = 1; day < 30; day += 1) {
    now = NOON + day * DAY;
    expect(await requestFrom('9.9.9.9')).toMatchObject({
      outcome: 'refuse',
      refusedBy: 'high',
      reputation: { score: 96, stale: true, cause: 'quota', age_seconds: day * 86_400 },
    });
  }
  now = NOON + 30 * DAY;
  expect(await requestFrom('9.9.9.9')).toMatchObject({
    outcome: 'restrict',
    reputation: { cause: 'quota' },
  });
});

test('an attacker with a /64 gets no token once one address is known', async () => {
  await start();
  service.simulator.setRecord('2a00::1', { abuseConfidenceScore: 96 });
  expect(await requestFrom('2a00::1')).toMatchObject({ refusedBy: 'high' });
  for (let host = 2; host < 30; host += 1) {
    service.simulator.setRecord(`2a00::${host}`, { abuseConfidenceScore: 0 });
    expect(await requestFrom(`2a00::${host}`)).toMatchObject({
      refusedBy: 'inherited',
      reputation: { score: 96, inherited_from: '2a00::1', stale: false },
    });
  }
  expect(service.simulator.checks).toHaveLength(1);
  service.simulator.setRecord('2a00:0:0:1::1', { abuseConfidenceScore: 0 });
  const elsewhere = await requestFrom('2a00:0:0:1::1');
  expect(elsewhere).toMatchObject({ outcome: 'issue', reputation: { score: 0 } });
  expect(elsewhere.reputation).not.toHaveProperty('inherited_from');
});

test.each([
  ['whole', { form: 'whole' } as const],
  ['truncated', { form: 'truncated' } as const],
  ['hashed', { form: 'hashed', key: 'a-key-of-16-chars' } as const],
])('a record has the address that was checked, %s', async (form, format) => {
  await start({
    settings: {
      DECISION_LOG_ADDRESS: form,
      ...('key' in format && { DECISION_LOG_HASH_KEY: format.key }),
    },
  });
  service.simulator.setRecord('2a00::abcd', { abuseConfidenceScore: 96 });
  await requestFrom('2a00::abcd');
  const { reputation } = await requestFrom('2a00::2');
  const formatAddress = addressFormatter(format);
  expect(reputation?.inherited_from).toBe(formatAddress(addressOf('2a00::abcd')));
  const line = JSON.stringify(service.decisions().at(-1));
  expect(line.includes('::abcd')).toBe(form === 'whole');
});
