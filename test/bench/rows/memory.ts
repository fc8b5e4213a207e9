import { actionLoad, type Bench, loaded, perSecond } from '../bench.ts';
import { checkAnswers } from '../check-answers.ts';
import { inTurn } from '../in-turn.ts';
import type { ServerProcess } from '../processes.ts';
import { byRound, ratio, summarise } from '../statistics.ts';
import { startSurrounding } from '../surroundings/surroundings.ts';
import type { Experiment } from './experiment.ts';

/** Seconds in which the addresses have to be asked about, or it would take for ever on a busy machine. */
const LONGEST = 600;
const MILLION = 1_000_000;

/** A service whose table knows every address, so that each costs one read. */
async function startWithFullTable(bench: Bench, settings: Readonly<Record<string, string>> = {}) {
  const table = await startSurrounding('known-addresses');
  const server = await bench.startService({
    REPUTATION_TABLE: 'known-addresses',
    AWS_ENDPOINT_URL_DYNAMODB: table.origin,
    ...settings,
  });
  return { server, table };
}

/** Asks about each address once, or about as many as there is time for. */
function askAll(
  bench: Bench,
  server: ServerProcess,
  addresses: readonly string[],
  seconds = LONGEST,
) {
  const load = { addresses, connections: 32, seconds, untilUsedUp: true };
  return bench.generator.run(actionLoad(server, load));
}

export const memory: Experiment = {
  name: 'memory',
  async measure(bench) {
    const addresses = bench.addresses.any(MILLION, 'memory');
    const { server, table } = await startWithFullTable(bench);
    const atStart = server.resident();
    const { seconds = LONGEST } = bench.options;
    const { requests, perSecond } = await askAll(bench, server, addresses, seconds);
    const resident = server.resident();
    await Promise.all([server.end(), table.end()]);
    const mebibytes = (bytes: number) => summarise([bytes / 2 ** 20]);
    return [
      {
        // Of the last ones the generator has not waited for the answer.
        what: `memory after ${Math.round(requests / 1000)},000 addresses`,
        unit: 'MiB',
        bound: { atMost: 200 },
        figure: mebibytes(resident),
        from: { 'at start MiB': mebibytes(atStart), 'req/s': summarise([perSecond]) },
        note: `once, with 1,000,000 addresses or as many as ${seconds} s allow; resident set right after the last request, each address from the table, REPUTATION_MEMORY_ENTRIES as by default`,
      },
    ];
  },
};

/**
 * Whether a memory of 100,000 addresses is slower than one of 100. Both servers have looked up 100,000,
 * and one of them may keep but 100: a process that has looked up few is faster for that alone.
 */
export const full: Experiment = {
  name: 'full',
  async measure(bench) {
    const [many, few] = [
      bench.addresses.clean(100_000, 'full'),
      bench.addresses.clean(100, 'warm'),
    ];
    const one = await startWithFullTable(bench);
    const other = await startWithFullTable(bench, { REPUTATION_MEMORY_ENTRIES: '100' });
    const servers = { many: one.server, few: other.server };
    const run = (name: 'many' | 'few', seconds: number) => {
      const addresses = name === 'many' ? many : few;
      const load = actionLoad(servers[name], { addresses, connections: 32, seconds });
      return loaded(bench, servers[name], load);
    };
    for (const server of [servers.many, servers.few]) {
      const { requests } = await askAll(bench, server, many);
      if (requests < 0.99 * many.length) {
        throw new Error(`Only ${requests} addresses could be asked about in ${LONGEST} s.`);
      }
    }
    await checkAnswers(servers.few, few);
    await run('few', 2);
    await run('many', 2);
    const { rounds, seconds = 5 } = bench.options;
    const samples = await inTurn(['many', 'few'], rounds, (name) => run(name, seconds));
    await Promise.all([one, other].flatMap(({ server, table }) => [server.end(), table.end()]));
    const [ours, others] = [perSecond(samples.many), perSecond(samples.few)];
    return [
      {
        what: '100,000 addresses in memory / 100',
        unit: '×',
        bound: { atLeast: 0.95 },
        figure: byRound(ours, others, ratio),
        from: { '100,000 req/s': summarise(ours), '100 req/s': summarise(others) },
      },
    ];
  },
};
