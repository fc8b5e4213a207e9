import { alignColumns } from '../table.ts';
import type { Figures } from './figures.ts';
import type { OracleFigures } from './oracle.ts';
import { missedPercent, needlessPercent, type Requirement } from './requirements.ts';
import type { Simulated, SimulatedSetup } from './simulate.ts';

const MINUTE_MS = 60_000;

const HEAD = [
  'plan',
  'quota',
  'attack',
  'missed',
  'needless',
  'too harsh',
  'blind',
  'checks',
  'attacker',
  'blocks',
  'bad address',
];

/** Formats the figures of one load as a text table. Lookups are those of one day. */
export function formatSetup({ setup, accounts, oracles }: SimulatedSetup): string {
  const { tokensPerSecond, days, reportedDays } = setup.load;
  const [first] = accounts;
  const lines = accounts.map((account) => lineOf(account, reportedDays));
  const best = first
    ? oracles.map((oracle, at) => oracleLine(oracle, first.figures, at === 0 ? '' : ', blocks'))
    : [];
  return `${tokensPerSecond} ${tokensPerSecond === 1 ? 'token' : 'tokens'} a second, ${lastDays(reportedDays)} of ${days}, each with ${perDay(first?.figures.toRefuse ?? 0, reportedDays)} tokens to refuse and ${perDay(first?.figures.toLeaveAlone ?? 0, reportedDays)} to leave alone

${alignColumns([HEAD, ...lines, ...best])}
`;
}

/** Formats requirements as a text table. */
export function formatRequirements(requirements: readonly Requirement[]): string {
  return alignColumns(
    requirements.map(({ name, figures, isMet }) => [name, figures, isMet ? 'ok' : 'MISSED']),
  );
}

function lineOf({ plan, variant, attack, figures }: Simulated, days: number): string[] {
  return [
    plan.name,
    variant,
    attack ? 'yes' : '',
    percent(missedPercent(figures)),
    percent(needlessPercent(figures)),
    `${((100 * figures.tooHarsh) / figures.tokens).toFixed(2)} %`,
    `${Math.ceil(figures.longestBlindTime / MINUTE_MS)} min`,
    perDay(figures.checks, days),
    attack ? perDay(figures.attackersChecks, days) : '',
    perDay(figures.blocks, days),
    `${figures.badIssued} of ${figures.badTries}`,
  ];
}

function oracleLine(oracle: OracleFigures, of: Figures, suffix: string): string[] {
  return [
    'free',
    `best possible${suffix}`,
    '',
    percent(missedPercent({ ...of, ...oracle })),
    percent(needlessPercent({ ...of, ...oracle })),
  ];
}

function lastDays(days: number): string {
  return days === 1 ? 'the last day' : `the last ${days} days`;
}

function perDay(count: number, days: number): string {
  return String(Math.round(count / days));
}

function percent(value: number): string {
  return `${value.toFixed(1)} %`;
}
