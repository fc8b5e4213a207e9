import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../../app/dev/simulator/fault.ts';
import { ABUSEIPDB_BLACKLIST } from '../../app/src/feeds/abuseipdb-blacklist.ts';
import type { FeedPointer } from '../../app/src/feeds/model/pointer.ts';
import { createFolderStore } from '../../app/src/store/folder-store.ts';
import { payloadFrom } from '../support/payloads.ts';
import { type RunningService, startTestService } from '../support/running-service.ts';
import { feedOf, HOUR, NOON, publish, scoresFile } from './signals/feeds/published-feeds.ts';

const POLICY = `
version: 1
rules:
  - id: high
    when: abuse.score >= 75
    then: { deny: Blocked. }
  - id: elevated
    when: abuse.score >= 25
    then: { lifetime: 10m }
unknown: { address: { deny: No address. }, reputation: { lifetime: 1m } }
`;

const LISTED = '5.5.5.5';
const UNLISTED = '5.5.5.6';
const LISTED_IPV6 = '2a00::1';
/** In the /64 of the listed one. */
const NEIGHBOUR = '2a00::2';

type ScoreScope = NonNullable<FeedPointer['scope']>;

const COMPLETE: ScoreScope = { unlistedAtMost: 24, versions: [4, 6] };
const DOWNGRADED: ScoreScope = { unlistedAtMost: 100, versions: [4, 6], downgraded: 'It is.' };

let folder: string;
let service: RunningService;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'risk-gate-store-'));
});
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

/** Starts a service whose store has a list with one address, of an age in hours. */
async function start(scope: ScoreScope, hours = 1, policy = POLICY): Promise<void> {
  const feed = feedOf('abuseipdb-blacklist', 'scores', ABUSEIPDB_BLACKLIST);
  await publish(createFolderStore(folder), feed, scoresFile({ [LISTED]: 90, [LISTED_IPV6]: 95 }), {
    scope,
    publishedAt: NOON - hours * HOUR,
  });
  const settings = { FEEDS: 'abuseipdb-blacklist', FEED_STORE: folder };
  service = await startTestService({ policy, settings, now: () => NOON });
}

/** Returns the outcome of a token request, the record of the reputation, and the number of checks. */
async function decideOn(address: string) {
  const { simulator } = service;
  const before = simulator.checks.length;
  const decided = service.decisions().length;
  const response = await service.post(payloadFrom(address));
  expect(response.status).toBe(200);
  const record = service.decisions()[decided] as {
    outcome: string;
    signals: { reputation?: Record<string, unknown> };
  };
  const { source, score, score_at_most, inherited_from } = record.signals.reputation ?? {};
  return {
    outcome: record.outcome,
    reputation: JSON.parse(JSON.stringify({ source, score, score_at_most, inherited_from })),
    checks: simulator.checks.length - before,
  };
}

const OUTAGES: readonly (readonly [string, Fault])[] = [
  ['has no quota left', { kind: 'quota', headers: true }],
  ['is down', { kind: 'status', status: 503 }],
  ['refuses the key', { kind: 'status', status: 401 }],
];

test.each(OUTAGES)(
  'a complete list decides without a CHECK while AbuseIPDB %s',
  async (_, fault) => {
    await start(COMPLETE);
    service.simulator.setFault(fault);
    expect(await decideOn(LISTED)).toEqual({
      outcome: 'refuse',
      reputation: { source: 'blacklist', score: 90 },
      checks: 0,
    });
    expect(await decideOn(UNLISTED)).toEqual({
      outcome: 'issue',
      reputation: { source: 'blacklist', score_at_most: 24 },
      checks: 0,
    });
  },
);

test.each(OUTAGES)(
  'an address inherits a listed score of its /64 without a CHECK while AbuseIPDB %s',
  async (_, fault) => {
    await start(COMPLETE);
    service.simulator.setFault(fault);
    expect(await decideOn(NEIGHBOUR)).toEqual({
      outcome: 'refuse',
      reputation: { source: 'blacklist', score: 95, inherited_from: LISTED_IPV6 },
      checks: 0,
    });
  },
);

test('a CHECK of the address does not end the inheritance of a listed score', async () => {
  const anonymous = '\n  - id: tor\n    when: abuse.tor\n    then: { lifetime: 5m }\n';
  await start(COMPLETE, 1, POLICY.replace('\nrules:\n', `\nrules:${anonymous}`));
  service.simulator.setRecord(NEIGHBOUR, { abuseConfidenceScore: 10 });
  const byList = {
    outcome: 'refuse',
    reputation: { source: 'blacklist', score: 95, inherited_from: LISTED_IPV6 },
  };
  expect(await decideOn(NEIGHBOUR)).toEqual({ ...byList, checks: 1 });
  expect(await decideOn(NEIGHBOUR)).toEqual({ ...byList, checks: 0 });
});

test('a CHECK of the listed address ends the inheritance of its score', async () => {
  const anonymous = '\n  - id: tor\n    when: abuse.tor\n    then: { lifetime: 5m }\n';
  await start(COMPLETE, 1, POLICY.replace('\nrules:\n', `\nrules:${anonymous}`));
  for (const address of [LISTED_IPV6, NEIGHBOUR]) {
    service.simulator.setRecord(address, { abuseConfidenceScore: 10 });
    expect(await decideOn(address)).toMatchObject({ outcome: 'issue', checks: 1 });
  }
});

test('the list of a subscription that has ended decides on listed addresses only', async () => {
  await start(DOWNGRADED);
  service.simulator.setRecord(UNLISTED, { abuseConfidenceScore: 80 });
  expect(await decideOn(LISTED)).toMatchObject({ outcome: 'refuse', checks: 0 });
  expect(await decideOn(UNLISTED)).toEqual({
    outcome: 'refuse',
    reputation: { source: 'abuseipdb', score: 80 },
    checks: 1,
  });
});

test('a list beyond its maximum age only raises', async () => {
  await start(COMPLETE, 30);
  service.simulator.setRecord(UNLISTED, { abuseConfidenceScore: 80 });
  expect(await decideOn(LISTED)).toMatchObject({ outcome: 'refuse', checks: 0 });
  expect(await decideOn(UNLISTED)).toMatchObject({ outcome: 'refuse', checks: 1 });
});

test('a CHECK that another condition needs replaces the list', async () => {
  const anonymous = '\n  - id: tor\n    when: abuse.tor\n    then: { lifetime: 5m }\n';
  await start(COMPLETE, 1, POLICY.replace('\nrules:\n', `\nrules:${anonymous}`));
  service.simulator.setRecord(LISTED, { abuseConfidenceScore: 10 });
  const byCheck = { outcome: 'issue', reputation: { source: 'abuseipdb', score: 10 }, checks: 1 };
  expect(await decideOn(LISTED)).toEqual(byCheck);
  const inMemory = { ...byCheck, reputation: { source: 'memory', score: 10 }, checks: 0 };
  expect(await decideOn(LISTED)).toEqual(inMemory);
});
