import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectPlainSuccess } from '../check-responses.ts';
import { publishSnapshot, scoresFile } from '../feeds/publish.ts';
import { actionLoad, type Harness, measureLoad, perSecond, warmUp } from '../harness.ts';
import { interleave } from '../interleave.ts';
import { combineByRound, ratio, summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

const SECONDS = 5;
const KNOWN_ADDRESSES = 1000;
/** Requests per second that no service reaches. */
const MAX_PER_SECOND = 40_000;
/** New addresses whose responses are compared before and after the load. */
const COMPARED = 100;
/** Nothing listens there, so a decision that needs AbuseIPDB or DynamoDB is not a plain success. */
const UNREACHABLE = 'http://127.0.0.1:9';
const SERVERS = ['cold', 'warm'] as const;

/** Addresses that the service has never seen and AbuseIPDB's blacklist clears, compared with addresses in memory. */
export const coldByList: readonly Experiment[] = [32, 2].map((connections) => ({
  name: `cold-list-${connections}`,
  async measure(harness) {
    const store = mkdtempSync(join(tmpdir(), 'risk-gate-blacklist-'));
    try {
      publishBlacklist(store);
      return [await measureRow(harness, store, connections)];
    } finally {
      rmSync(store, { recursive: true });
    }
  },
}));

/** Publishes a list of all addresses with a score of 25 or more, as AbuseIPDB sends it when its limit is not reached. */
function publishBlacklist(store: string): void {
  const scope = { unlistedAtMost: 24, versions: [4 as const, 6 as const] };
  const feed = { id: 'abuseipdb-blacklist', content: 'scores' } as const;
  publishSnapshot(store, feed, scoresFile('cold'), { publishedAt: Date.now(), scope });
}

async function measureRow(harness: Harness, store: string, connections: number) {
  const { rounds, seconds = SECONDS } = harness.options;
  const known = harness.addresses.clean(KNOWN_ADDRESSES, 'warm');
  const perRound = MAX_PER_SECOND * seconds;
  // Those of the warm-up are not used again.
  const unseen = harness.addresses.any(perRound * (rounds + 1), `cold-list-${connections}`);
  const part = (at: number) => unseen.slice(at * perRound, (at + 1) * perRound);
  const [cold, warm] = await Promise.all([
    harness.startService({
      FEEDS: 'abuseipdb-blacklist',
      FEED_STORE: store,
      ABUSEIPDB_BASE_URL: UNREACHABLE,
      AWS_ENDPOINT_URL_DYNAMODB: UNREACHABLE,
    }),
    harness.startService(),
  ]);
  const compared = harness.addresses.clean(2 * COMPARED, `cold-compared-${connections}`);
  await expectPlainSuccess(cold, compared.slice(0, COMPARED), 1);
  await expectPlainSuccess(warm, known);
  await warmUp(harness, cold, unseen.slice(rounds * perRound));
  await warmUp(harness, warm, known);
  const samples = await interleave(SERVERS, rounds, (name, round) => {
    const [server, addresses] = name === 'cold' ? [cold, part(round)] : [warm, known];
    const load = { addresses, connections, seconds, distinct: name === 'cold' };
    return measureLoad(harness, server, actionLoad(server, load));
  });
  await expectPlainSuccess(cold, compared.slice(COMPARED), 1);
  await Promise.all([cold.end(), warm.end()]);
  const cpu = (name: (typeof SERVERS)[number]) => samples[name].map((one) => one.cpuPerRequest);
  return {
    name: `unseen addresses that a list clears / warm, ${connections} connections`,
    unit: '×' as const,
    bound: { atLeast: 0.9 },
    figure: combineByRound(perSecond(samples.cold), perSecond(samples.warm), ratio),
    inputs: {
      'cold req/s': summarise(perSecond(samples.cold)),
      'warm req/s': summarise(perSecond(samples.warm)),
      'cold CPU ms per request': summarise(cpu('cold')),
      'warm CPU ms per request': summarise(cpu('warm')),
    },
    note: 'a list of 500,000 scored addresses; neither AbuseIPDB nor DynamoDB can be reached',
  };
}
