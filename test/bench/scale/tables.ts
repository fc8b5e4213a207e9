import { PLANS } from '../quota/plans.ts';
import {
  ASSUMPTIONS,
  costs,
  decisionsPerTask,
  MAX_WRITES_PER_SECOND,
  millionsPerMonth,
  neededHitRatio,
  SETUPS,
  SIZES,
  tasksFor,
} from './arithmetic.ts';
import type { DecisionCosts } from './figures.ts';

const plans = Object.values(PLANS).flatMap(({ name, checks }): [string, number][] =>
  checks === undefined ? [] : [[name, checks]],
);

/** Returns the tables of docs/scale.md in Markdown, by name. */
export function markdownTables(figures: DecisionCosts): Readonly<Record<string, string>> {
  return {
    'One task': markdown(
      ['vCPU', 'decisions a second', 'requests a minute'],
      [0.25, 0.5, 1].map((vcpu) => {
        const decisions = decisionsPerTask(figures, vcpu);
        return [String(vcpu), whole(decisions), whole(decisions * 60)];
      }),
    ),
    Sizes: markdown(
      [
        ...['tokens/s', 'vCPU of a task', 'tasks', 'reads/s', 'reads/s at worst'],
        'writes/s at worst',
      ],
      SETUPS.map((setup) => [
        whole(setup.tokens),
        String(setup.vcpu),
        whole(tasksFor(figures, setup)),
        whole(setup.tokens * ASSUMPTIONS.tableReads),
        whole(setup.tokens),
        whole(Math.min(setup.tokens, MAX_WRITES_PER_SECOND)),
      ]),
    ),
    'Hit ratios': markdown(
      ['tokens/s', ...plans.map(([plan, quota]) => `${plan}, ${whole(quota)} a day`)],
      [0.1, 1, 10, ...SIZES].map((tokens) => [
        tokens < 1 ? String(tokens) : whole(tokens),
        ...plans.map(([, quota]) => share(neededHitRatio(tokens, quota))),
      ]),
    ),
    Costs: costTable(figures),
  };
}

function costTable(figures: DecisionCosts): string {
  const rows = SETUPS.map((setup) => ({ setup, parts: costs(figures, setup) }));
  const names = Object.keys(rows[0]?.parts ?? {});
  return markdown(
    ['tokens/s', ...names, 'sum', 'a million tokens'],
    rows.map(({ setup, parts }) => {
      const sum = Object.values(parts).reduce((before, part) => before + part, 0);
      const million = sum / millionsPerMonth(setup.tokens);
      return [
        whole(setup.tokens),
        ...Object.values(parts).map(whole),
        whole(sum),
        million.toFixed(2),
      ];
    }),
  );
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---:')), ...rows.map(line)].join('\n');
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function share(ratio: number): string {
  if (ratio === 0) return 'any';
  if (ratio > 0.99999) return 'over 99.999 %';
  return `${(100 * ratio).toFixed(ratio > 0.99 ? 3 : 1)} %`;
}
