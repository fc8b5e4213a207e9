/** Simulates how far the daily quota of each AbuseIPDB plan goes, and prints a table. */
import { type Simulated, simulate } from './quota/simulate.ts';
import { ASSUMPTIONS } from './quota/stream.ts';
import { alignColumns } from './table.ts';

const SIZES = [0.1, 1, 10, 100];

const HEAD = [
  'tokens/s',
  'plan',
  'tokens',
  'hit ratio',
  'lookups',
  'exhausted at',
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
    day.exhaustedAt === undefined ? 'never' : clock(day.exhaustedAt),
    share(day.stale),
    share(day.unknown),
  ];
}

function clock(hours: number): string {
  const minutes = Math.floor((hours % 1) * 60);
  return `${String(Math.floor(hours)).padStart(2, '0')}:${String(minutes).padStart(2, '0')} UTC`;
}

const lines = SIZES.flatMap((size) => simulate(size).map(line));
process.stdout.write(`The second of two days, from midnight UTC, with the service's default TTLs.
Assumptions: ${JSON.stringify(ASSUMPTIONS)}

${alignColumns([HEAD, ...lines])}
`);
