/** How far the quota of each AbuseIPDB plan goes on a day, by simulation: prints a table. */
import { type Simulated, simulate } from './quota/simulate.ts';
import { ASSUMED } from './quota/stream.ts';
import { alignColumns } from './table.ts';

const SIZES = [0.1, 1, 10, 100];

const HEAD = [
  'tokens/s',
  'plan',
  'tokens',
  'hit ratio',
  'lookups',
  'used up at',
  'stale',
  'unknown',
];

function line({ tokensPerSecond, plan, day }: Simulated): string[] {
  const share = (count: number) => `${((100 * count) / day.tokens).toFixed(1)} %`;
  return [
    String(tokensPerSecond),
    plan,
    String(day.tokens),
    share(day.hits),
    String(day.lookups),
    day.usedUpAt === undefined ? 'never' : clock(day.usedUpAt),
    share(day.stale),
    share(day.unknown),
  ];
}

function clock(hours: number): string {
  const minutes = Math.floor((hours % 1) * 60);
  return `${String(Math.floor(hours)).padStart(2, '0')}:${String(minutes).padStart(2, '0')} UTC`;
}

const lines = SIZES.flatMap((size) => simulate(size).map(line));
process.stdout.write(`The second of two days, from midnight UTC, with the service's default fresh times.
The stream: ${JSON.stringify(ASSUMED)}

${alignColumns([HEAD, ...lines])}
`);
