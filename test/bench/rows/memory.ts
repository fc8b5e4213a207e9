import { expectPlainSuccess } from '../check-responses.ts';
import { actionLoad, type Harness, measureLoad, perSecond } from '../harness.ts';
import { interleave } from '../interleave.ts';
import type { ServerProcess } from '../processes.ts';
import { combineByRound, ratio, summarise } from '../statistics.ts';
import { startSurroundingProcess } from '../surroundings/surroundings.ts';
import type { Experiment } from './experiment.ts';

/** A limit for busy machines. */
const MAX_SECONDS = 600;
const MILLION = 1_000_000;

/** Starts a service with a table that contains every address, so that each one costs a read. */
async function startWithFullTable(
  harness: Harness,
  settings: Readonly<Record<string, string>> = {},
) {
  const table = await startSurroundingProcess('known-addresses');
  const server = await harness.startService({
    REPUTATION_TABLE: 'known-addresses',
    AWS_ENDPOINT_URL_DYNAMODB: table.origin,
    ...settings,
  });
  return { server, table };
}

/** Sends one request per address, or as many as there is time for. */
function requestAll(
  harness: Harness,
  server: ServerProcess,
  addresses: readonly string[],
  seconds = MAX_SECONDS,
) {
  const load = { addresses, connections: 32, seconds, untilUsedUp: true };
  return harness.generator.run(actionLoad(server, load));
}

export const memory: Experiment = {
  name: 'memory',
  async measure(harness) {
    const addresses = harness.addresses.any(MILLION, 'memory');
    const { server, table } = await startWithFullTable(harness);
    const atStart = server.resident();
    const { seconds = MAX_SECONDS } = harness.options;
    const { requests, perSecond } = await requestAll(harness, server, addresses, seconds);
    const resident = server.resident();
    await Promise.all([server.end(), table.end()]);
    const mebibytes = (bytes: number) => summarise([bytes / 2 ** 20]);
    return [
      {
        // The generator has not waited for the last responses.
        name: `memory after ${Math.round(requests / 1000)},000 addresses`,
        unit: 'MiB',
        bound: { atMost: 200 },
        figure: mebibytes(resident),
        inputs: { 'at start MiB': mebibytes(atStart), 'req/s': summarise([perSecond]) },
        note: `once, with 1,000,000 addresses or as many as ${seconds} s allow; resident set right after the last request, each address from the table, REPUTATION_MEMORY_ENTRIES as by default`,
      },
    ];
  },
};

/**
 * Compares a memory cache of 100,000 addresses with one of 100. Both servers have looked up 100,000 addresses,
 * because a process that has looked up few is faster for that alone.
 */
export const full: Experiment = {
  name: 'full',
  async measure(harness) {
    const [many, few] = [
      harness.addresses.clean(100_000, 'full'),
      harness.addresses.clean(100, 'warm'),
    ];
    const one = await startWithFullTable(harness);
    const other = await startWithFullTable(harness, { REPUTATION_MEMORY_ENTRIES: '100' });
    const servers = { many: one.server, few: other.server };
    const run = (name: 'many' | 'few', seconds: number) => {
      const addresses = name === 'many' ? many : few;
      const load = actionLoad(servers[name], { addresses, connections: 32, seconds });
      return measureLoad(harness, servers[name], load);
    };
    for (const server of [servers.many, servers.few]) {
      const { requests } = await requestAll(harness, server, many);
      if (requests < 0.99 * many.length) {
        throw new Error(`Only ${requests} addresses were looked up in ${MAX_SECONDS} s.`);
      }
    }
    await expectPlainSuccess(servers.few, few);
    await run('few', 2);
    await run('many', 2);
    const { rounds, seconds = 5 } = harness.options;
    const samples = await interleave(['many', 'few'], rounds, (name) => run(name, seconds));
    await Promise.all([one, other].flatMap(({ server, table }) => [server.end(), table.end()]));
    const [ours, others] = [perSecond(samples.many), perSecond(samples.few)];
    return [
      {
        name: '100,000 addresses in memory / 100',
        unit: '×',
        bound: { atLeast: 0.95 },
        figure: combineByRound(ours, others, ratio),
        inputs: { '100,000 req/s': summarise(ours), '100 req/s': summarise(others) },
      },
    ];
  },
};
