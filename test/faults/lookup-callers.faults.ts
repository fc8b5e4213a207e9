import { HOUR, NOON } from '../app/signals/reputation/harness.ts';
import { requestWith } from '../support/payloads.ts';
import {
  DEFAULT_BUDGETS,
  type RunningService,
  startTestService,
} from '../support/running-service.ts';

const POLICY = `
version: 1
rules:
  - id: high
    when: abuse.score >= 75
    then: { deny: Blocked. }
unknown:
  address: { deny: No address. }
  reputation: { lifetime: 5m }
`;

const BAD = '9.1.0.1';

let clock: { time: number };
let service: RunningService;
beforeEach(async () => {
  clock = { time: NOON };
  service = await startTestService({
    policy: POLICY,
    settings: DEFAULT_BUDGETS,
    now: () => clock.time,
  });
  service.simulator.setRecord(BAD, { abuseConfidenceScore: 96 });
});
afterEach(() => service.stop());

interface Decided {
  readonly outcome: string;
  readonly refused_by?: string;
  readonly signals: { readonly reputation: Readonly<Record<string, unknown>> };
}

/** Requests a token for a user, or for a client without one; returns the record of the decision. */
async function decideOn(address: string, user?: string): Promise<Decided> {
  const before = service.decisions().length;
  const response = await service.post(bodyOf(address, user));
  expect(response.status).toBe(200);
  return service.decisions()[before] as unknown as Decided;
}

function bodyOf(address: string, user?: string): string {
  return requestWith(user === undefined ? '01' : '03', {
    'event.request.additionalHeaders': [{ name: 'x-client-source-ip', value: [address] }],
    ...(user !== undefined && { 'event.user.id': user }),
  });
}

let addresses = 0;

/** Requests tokens for new addresses, each of another network; returns the number of checks. */
async function inventAddresses(count: number, user?: string): Promise<number> {
  const before = service.simulator.checks.length;
  for (let i = 0; i < count; i += 20) {
    const bodies = Array.from({ length: 20 }, () => {
      addresses += 1;
      return bodyOf(`5.${addresses >> 8}.${addresses & 255}.7`, user);
    });
    await Promise.all(bodies.map((body) => service.post(body)));
  }
  return service.simulator.checks.length - before;
}

const REFUSED = { outcome: 'refuse', refused_by: 'high' };

describe('After a user has invented addresses', () => {
  test('200 in an hour, 30 at most have been looked up, and the others are unknown with the cause budget', async () => {
    const checks = await inventAddresses(200, 'attacker');
    expect(checks).toBeLessThanOrEqual(30);
    const unknown = service
      .decisions()
      .map((decision) => (decision as unknown as Decided).signals.reputation)
      .filter(({ score }) => score === undefined);
    expect(unknown).toHaveLength(200 - checks);
    // An hour's calls of the free plan are scarce soon, so that the share of them comes before the budget.
    expect(unknown).toEqual(unknown.map(() => ({ cause: 'budget', held_back: 'share' })));
    const lines = service.lines
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'lookups-held-back');
    expect(lines).toMatchObject([
      { reason: 'share', clients: [{ client: expect.stringMatching(/^acmecorp\//), count: 1 }] },
    ]);
  });

  test('with a quota that suffices, exactly 30 have been looked up', async () => {
    service.simulator.setQuota(1000);
    service.simulator.setFault({ kind: 'no-quota-headers' });
    expect(await inventAddresses(40, 'attacker')).toBe(30);
    const { cause, held_back } = (await decideOn('9.9.9.9', 'attacker')).signals.reputation;
    expect([cause, held_back]).toEqual(['budget', 'user']);
  });

  test('an address that AbuseIPDB scores 96 is refused to another user', async () => {
    await inventAddresses(60, 'attacker');
    const { signals, ...decision } = await decideOn(BAD, 'victim');
    expect(decision).toMatchObject(REFUSED);
    expect(signals.reputation).toMatchObject({ score: 96, source: 'abuseipdb' });
  });

  test('an address that was refused to that user before is refused again, hours and weeks later', async () => {
    expect(await decideOn(BAD, 'attacker')).toMatchObject(REFUSED);
    for (const hours of [3, 24, 28 * 24]) {
      clock.time += hours * HOUR;
      await inventAddresses(20, 'attacker');
      expect(await decideOn(BAD, 'attacker')).toMatchObject(REFUSED);
    }
  });
});

describe('After a client without a user has invented addresses', () => {
  test('most of the quota is left, and others are looked up', async () => {
    // An hour's calls of the free plan are 41.
    expect(await inventAddresses(60)).toBeLessThan(41);
    expect(await decideOn(BAD, 'victim')).toMatchObject(REFUSED);
  });

  test('and has done so each quarter of an hour, others are looked up in each hour', async () => {
    for (let quarter = 1; quarter <= 8; quarter += 1) {
      await inventAddresses(20);
      clock.time += HOUR / 4;
      if (quarter % 4 !== 0) continue;
      const bad = `9.2.${quarter}.1`;
      service.simulator.setRecord(bad, { abuseConfidenceScore: 96 });
      expect(await decideOn(bad, `victim ${quarter}`)).toMatchObject(REFUSED);
    }
  });
});

test('When the quota is used up, a refusal lasts, and new addresses are unknown with the cause quota', async () => {
  expect(await decideOn(BAD)).toMatchObject(REFUSED);
  service.simulator.setQuota(0);
  clock.time += 3 * HOUR;
  expect((await decideOn('9.1.1.1')).signals.reputation).toMatchObject({ cause: 'quota' });
  const { signals, ...decision } = await decideOn(BAD);
  expect(decision).toMatchObject(REFUSED);
  expect(signals.reputation).toMatchObject({ score: 96, stale: true, cause: 'quota' });
});
