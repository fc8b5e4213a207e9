import type { ExplainedRequest } from '../../../tools/explain/explain-request.ts';
import type { Colours } from '../../terminal.ts';
import { hanging } from '../../text/layout.ts';

type Outcome = ExplainedRequest['outcome'];

const MARKS: Readonly<Record<Outcome, string>> = { issue: '✓', restrict: '▲', refuse: '✕' };

const DRY_RUNS: Readonly<Record<Outcome, string>> = {
  issue: 'issued unchanged',
  restrict: 'issued with restrictions',
  refuse: 'refused',
};

/** Returns the outcome and its reason, in one sentence. */
export function summarizeOutcome(
  explained: ExplainedRequest,
  colours: Colours,
  width: number,
): string[] {
  const { outcome } = explained;
  const paint = { issue: colours.green, restrict: colours.yellow, refuse: colours.red }[outcome];
  const lines = hanging(`${MARKS[outcome]} `, sentenceOf(explained), width);
  return [
    ...lines.map((line) => colours.bold(paint(line))),
    ...dryRunOf(explained).flatMap((text) => hanging('  ', text, width)),
  ];
}

function sentenceOf({ outcome, refusal, refusedBy, applied }: ExplainedRequest): string {
  const sources = applied.join(', ');
  switch (outcome) {
    case 'refuse':
      return `Refused by ${refusedBy}: ${refusal?.error}, "${refusal?.description}"`;
    case 'restrict':
      return `Issued with restrictions: ${sources} ${applies(applied)}.`;
    case 'issue':
      return applied.length === 0
        ? 'Issued unchanged: no rule applies.'
        : `Issued without restrictions: ${sources} ${applies(applied)}.`;
  }
}

function applies(sources: readonly string[]): string {
  return sources.length === 1 ? 'applies' : 'apply';
}

function dryRunOf({ policy, dryRunOutcome, dryRunRefusedBy, rules }: ExplainedRequest): string[] {
  if (dryRunOutcome !== undefined) {
    const by = dryRunRefusedBy === undefined ? '' : ` by ${dryRunRefusedBy}`;
    return [`The policy is in mode ${policy.mode}. If enforced: ${DRY_RUNS[dryRunOutcome]}${by}.`];
  }
  if (dryRunRefusedBy !== undefined) {
    return [`The rule ${dryRunRefusedBy} is monitored. If enforced, it would refuse.`];
  }
  const monitored = rules.filter(({ effects }) => effects.some((effect) => effect.monitored));
  return monitored.map(({ id }) => `The rule ${id} is monitored. If enforced, it would apply.`);
}
