import type { ChangeExample, RuleChange } from '../../../tools/policy/replay/report.ts';
import type { TopTallies } from '../../../tools/policy/replay/tallies.ts';
import type { Colours } from '../../terminal.ts';
import { columns, count } from './replay-table.ts';

/** Combinations of outcomes and rules that are shown; JSON has all of them. */
const MAX_CHANGES = 20;

const PAINTS = { issue: 'green', restrict: 'yellow', refuse: 'red' } as const;

/** Returns the changed outcomes by rule, each with its countries, clients and examples. */
export function changeLines(
  changes: readonly RuleChange[],
  isSampled: boolean,
  colours: Colours,
): string[] {
  const shown = changes.slice(0, MAX_CHANGES);
  const lines = shown.flatMap((change) => [
    '',
    `  ${colours[PAINTS[change.to]](`${change.from} -> ${change.to}`)}  ${numberOf(change, isSampled)}  ${causeOf(change)}`,
    ...details(change).map((line) => `    ${line}`),
  ]);
  const more = changes.length - shown.length;
  return [
    colours.bold('Changed outcomes'),
    ...lines,
    ...(more > 0 ? ['', `  and ${count(more)} more (--json shows all)`] : []),
  ];
}

function numberOf({ records, decisions }: RuleChange, isSampled: boolean): string {
  return isSampled ? `${count(records)} (~${count(decisions)} decisions)` : count(records);
}

function causeOf({ rule, cause }: RuleChange): string {
  return rule === undefined ? cause : `by ${cause}`;
}

function details({ byCountry, byClient, examples }: RuleChange): string[] {
  return [
    `countries: ${inWords(byCountry)}`,
    `clients:   ${inWords(byClient)}`,
    ...columns(examples.map(exampleCells), { align: 'left' }).map(
      (line, at) => `${at === 0 ? 'examples:' : '         '}${line.slice(1)}`,
    ),
  ];
}

/** Countries and clients of one rule that are shown. */
const MAX_KEYS = 5;

function inWords({ top, more, approximate }: TopTallies): string {
  const shown = top.slice(0, MAX_KEYS).map(({ key, records }) => `${key} ${count(records)}`);
  const others = top.length - shown.length + more;
  const number = `${approximate ? 'at least ' : ''}${count(others)}`;
  return others > 0 ? `${shown.join(', ')} and ${number} more` : shown.join(', ');
}

function exampleCells(example: ChangeExample): string[] {
  const { time, address, country, client, decisionId } = example;
  return [time, address, country, client, decisionId].map((cell) => cell ?? '-');
}
