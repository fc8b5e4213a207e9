import type { TokenRow } from '../../../tools/explain/compare-tokens.ts';
import { NOT_NEEDED } from '../../../tools/explain/describe-signals.ts';
import type { ExplainedRule } from '../../../tools/explain/explain.ts';
import type { ExplainedRequest } from '../../../tools/explain/explain-request.ts';
import type { Colours } from '../../terminal.ts';
import { definitions, hanging } from '../../text/layout.ts';
import { summarizeOutcome } from './outcome-summary.ts';

/** Marks of rules, which do not depend on colour. */
const MARKS: Readonly<Record<ExplainedRule['outcome'], string>> = {
  matched: '✓',
  'not-matched': '✗',
  unknown: '?',
  failed: '!',
  'not-reached': '·',
};

const UNKNOWN_ENTRIES = {
  applies: 'its entry in unknown applies',
  'applied-before': 'its entry in unknown was applied before, and applies once',
  ignore: 'unknown ignores it',
} as const;

/** A longer id is on a line of its own. */
const MAX_ID_WIDTH = 32;

/** An explanation, and what else is to be said. */
export interface Explanation {
  readonly explained: ExplainedRequest;
  /** The policy. */
  readonly file: string;
  /** Where the decision differs from what a test case expects. */
  readonly differences: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Describes an explanation for a terminal: the outcome first.
 *
 * @param width of the lines, in characters.
 */
export function explanationText(
  { explained, file, differences, notes }: Explanation,
  colours: Colours,
  width: number,
): string {
  const { outcome, policy, time, token, rules, operations, notApplied, signals } = explained;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', colours.bold(title), ...lines];
  const list = (texts: readonly string[]) => texts.flatMap((text) => hanging('  ', text, width));
  const facts = [
    ['Policy', `${file}, revision ${policy.revision}, mode ${policy.mode}`],
    ['Time', time],
    ...signals
      .filter(({ description }) => description !== NOT_NEEDED)
      .map(({ name, description }) => [name, description] as const),
  ] as const;
  return [
    ...summarizeOutcome(explained, colours, width),
    ...section('Differs from the test case', list(differences)),
    '',
    ...definitions(facts, width),
    ...section('Rules', ruleLines(rules, colours, width)),
    ...section('Token', tokenLines(token, outcome === 'refuse', colours, width)),
    ...section('Operations', list(operations.map(describeOperation))),
    ...section('Not applied', list(notApplied)),
    ...section('Notes', list(notes)),
  ].join('\n');
}

function ruleLines(rules: readonly ExplainedRule[], colours: Colours, width: number): string[] {
  const longest = Math.max(...rules.map(({ id }) => id.length));
  const idWidth = Math.min(longest, MAX_ID_WIDTH, Math.floor(width / 2));
  return rules.flatMap((rule) => {
    const { id, outcome, when } = rule;
    const mark = MARKS[outcome];
    const paint = outcome === 'matched' || outcome === 'unknown' || outcome === 'failed';
    const head = `  ${mark} ${id.padEnd(idWidth)}  `;
    const indent = ' '.repeat(idWidth + 6);
    const condition = when.replace(/\s+/g, ' ').trim();
    const [first = '', ...more] =
      id.length > idWidth
        ? [`  ${mark} ${id}`, ...hanging(indent, condition, width)]
        : hanging(head, condition, width);
    const details = detailsOf(rule).flatMap((text) => hanging(`${indent}  `, text, width));
    return [
      paint ? colours.bold(first) : outcome === 'not-reached' ? colours.dim(first) : first,
      ...more,
      ...details.map((line) => colours.dim(line)),
      ...effectsOf(rule).flatMap((text) => hanging(`${indent}→ `, text, width)),
    ];
  });
}

function detailsOf({ values, error }: ExplainedRule): string[] {
  return [
    ...values.map(({ name, value, missing }) =>
      value === undefined ? `${name}: ${missing}` : `${name} = ${value}`,
    ),
    ...(error === undefined ? [] : [`the condition failed: ${error}`]),
  ];
}

function effectsOf({ id, unknown, effects }: ExplainedRule): string[] {
  return [
    ...unknown.map(
      ({ signal, cause, entry }) => `${signal} is unknown (${cause}): ${UNKNOWN_ENTRIES[entry]}`,
    ),
    ...effects.flatMap(({ source, actions, monitored }) => {
      const prefix = `${source === id ? '' : `${source}: `}${monitored ? 'monitored, not applied: ' : ''}`;
      const phrases = actions.length === 0 ? ['no effect'] : actions;
      return phrases.map((action) => prefix + action);
    }),
  ];
}

function tokenLines(
  rows: readonly TokenRow[],
  isRefused: boolean,
  colours: Colours,
  width: number,
): string[] {
  if (isRefused) return ['  none is issued'];
  const changed = rows.filter(({ change }) => change !== 'same');
  const same = rows.length - changed.length;
  return [
    ...changed.flatMap(({ name, before, after }) => [
      ...(before === null
        ? []
        : hanging('- ', `${name}: ${before}`, width).map((line) => colours.red(line))),
      ...(after === null
        ? []
        : hanging('+ ', `${name}: ${after}`, width).map((line) => colours.green(line))),
    ]),
    ...(changed.length === 0
      ? ['  unchanged']
      : [
          colours.dim(`  ${same} other ${same === 1 ? 'property is' : 'properties are'} unchanged`),
        ]),
  ];
}

function describeOperation(operation: ExplainedRequest['operations'][number]): string {
  const { op, path } = operation;
  return 'value' in operation
    ? `${op} ${path} ${JSON.stringify(operation.value)}`
    : `${op} ${path}`;
}
