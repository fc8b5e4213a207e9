import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { actionLoad, type Harness, measureLoad } from '../harness.ts';
import { interleave } from '../interleave.ts';
import { summarise } from '../statistics.ts';
import { measureZipf } from './against-guide.ts';
import type { Experiment } from './experiment.ts';

const DEFAULT = fileURLToPath(new URL('../../../app/policy.yaml', import.meta.url));
const WAIT_MS = 50;
/** What a decision may take beyond the wait. */
const MARGIN_MS = 10;

/** Writes the default policy with a wait, and returns the setting that names it. */
function policyWithWait({ build }: Harness): { readonly POLICY_FILE: string } {
  const text = readFileSync(DEFAULT, 'utf8');
  const changed = text.replace(/^rules:\n/m, `wait: { reputation: ${WAIT_MS}ms }\nrules:\n`);
  if (changed === text) throw new Error('The default policy must contain the line "rules:".');
  const POLICY_FILE = join(build.folder, 'policy-with-wait.yaml');
  writeFileSync(POLICY_FILE, changed);
  return { POLICY_FILE };
}

/** As `zipf`, and the policy does not wait until AbuseIPDB responds. */
export const waitZipf: Experiment = {
  name: 'wait-zipf',
  async measure(harness) {
    const row = await measureZipf(harness, policyWithWait(harness), `, wait ${WAIT_MS} ms`);
    return [
      {
        ...row,
        note: 'default budgets, each address is that of another user, an account without a limit; a login from an address that is not known yet gets a short token',
      },
    ];
  },
};

/** With them, each request in `SECONDS` waits: fewer checks hang than may, and none has failed. */
const SETTINGS = { ABUSEIPDB_TIMEOUT_MS: '4000', ABUSEIPDB_CONCURRENCY: '1000' };
/** As many as the identity server has. */
const CONNECTIONS = 2;
const SECONDS = 3;
/** A process that has just started takes several times as long for a lookup. */
const WARM_UP_ADDRESSES = 2_000;
const WARM_UP_SECONDS = 60;
/** Requests of one connection in a second, if a timer fires early. */
const MAX_PER_SECOND = 25;

/** Only new addresses, while AbuseIPDB accepts requests and never responds. */
export const waitHanging: Experiment = {
  name: 'wait-hanging',
  async measure(harness) {
    const { rounds, seconds = SECONDS } = harness.options;
    const warmUpAddresses = harness.addresses.any(WARM_UP_ADDRESSES, 'wait-warm-up');
    const perRound = CONNECTIONS * seconds * MAX_PER_SECOND;
    const unseen = harness.addresses.any(perRound * rounds, 'wait-hanging');
    const settings = { ...SETTINGS, ...policyWithWait(harness) };
    const samples = await interleave(['ours', 'timer'], rounds, async (name, round) => {
      const addresses = unseen.slice(round * perRound, (round + 1) * perRound);
      const load = { addresses, connections: CONNECTIONS, seconds, distinct: true };
      // A new process, because the checks of the previous round have failed.
      const server = await (name === 'ours'
        ? harness.startService(settings)
        : harness.startBaseline('timer', { DELAY_MS: String(WAIT_MS) }));
      const warmUp = { addresses: warmUpAddresses, connections: 8, seconds: WARM_UP_SECONDS };
      await harness.generator.run(actionLoad(server, { ...warmUp, untilExhausted: true }));
      await harness.surroundings.setFault({ kind: 'hang' });
      const measured = await measureLoad(harness, server, actionLoad(server, load));
      await harness.surroundings.setFault(undefined);
      await server.end();
      // Otherwise the percentile would be that of requests that did not wait.
      if (measured.p50 < WAIT_MS - 1) {
        throw new Error(
          `Most requests must wait ${WAIT_MS} ms, but half of them took ${measured.p50} ms.`,
        );
      }
      return measured;
    });
    const summaryOf = (
      name: 'ours' | 'timer',
      figure: 'p50' | 'p99' | 'slowest' | 'cpuPerRequest',
    ) => summarise(samples[name].map((sample) => sample[figure]));
    return [
      {
        name: `upstream hanging, wait ${WAIT_MS} ms, new addresses: p99`,
        unit: 'ms',
        bound: { atMost: WAIT_MS + MARGIN_MS },
        figure: summaryOf('ours', 'p99'),
        inputs: {
          'p50 ms': summaryOf('ours', 'p50'),
          'slowest ms': summaryOf('ours', 'slowest'),
          'CPU ms per request': summaryOf('ours', 'cpuPerRequest'),
          'bare timer p50 ms': summaryOf('timer', 'p50'),
          'bare timer p99 ms': summaryOf('timer', 'p99'),
          'bare timer slowest ms': summaryOf('timer', 'slowest'),
        },
        note: 'each request waits: the checks have 4 s, and 1,000 may hang; default budgets, each address is that of another user; the JSON has the figures of a bare server that responds after a timer of the same time',
      },
    ];
  },
};
