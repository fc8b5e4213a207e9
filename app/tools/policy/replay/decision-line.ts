import type { EffectName } from '../../../src/action/change.ts';
import type { SkipCause } from '../../../src/action/operations/index.ts';
import type { Outcome } from '../../../src/decide.ts';

/** The fields of a decision record that a replay reads. Those of type unknown may have any value. */
export interface DecisionLine {
  readonly event: 'decision';
  /** When the line was written, in ISO 8601. */
  readonly time?: unknown;
  readonly decision_id?: unknown;
  readonly test?: unknown;
  readonly outcome: Outcome;
  readonly dry_run_outcome?: unknown;
  readonly refused_by?: unknown;
  readonly dry_run_refused_by?: unknown;
  readonly tenant?: unknown;
  readonly client_id?: unknown;
  readonly grant?: unknown;
  readonly policy_revision?: unknown;
  readonly policy_mode?: unknown;
  readonly sampled_percent?: unknown;
  readonly signals?: Readonly<Record<string, Fields | undefined>>;
  readonly rules?: unknown;
  readonly monitored?: unknown;
  readonly skipped?: unknown;
  readonly unenforceable?: unknown;
}

export type Fields = Readonly<Record<string, unknown>>;

const OUTCOMES: ReadonlySet<unknown> = new Set<Outcome>(['issue', 'restrict', 'refuse']);

export function isOutcome(value: unknown): value is Outcome {
  return OUTCOMES.has(value);
}

/** Returns whether a value is a decision record. */
export function isDecisionLine(value: unknown): value is DecisionLine {
  if (typeof value !== 'object' || value === null) return false;
  const line = value as DecisionLine;
  return line.event === 'decision' && isOutcome(line.outcome) && hasObjects(line);
}

/** Returns whether parts that the service writes as objects are objects, if they are there. */
function hasObjects({ signals, monitored, skipped, unenforceable }: DecisionLine): boolean {
  if (signals !== undefined && !(isObject(signals) && areObjects(Object.values(signals))))
    return false;
  return [monitored, skipped, unenforceable].every(
    (list) => list === undefined || (Array.isArray(list) && areObjects(list)),
  );
}

function areObjects(values: readonly unknown[]): boolean {
  return values.every((value) => value === undefined || isObject(value));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Returns a string of a record; `undefined` if it is absent, or if the record contains only its beginning. */
export function wholeText(value: unknown): string | undefined {
  return typeof value === 'string' && !value.endsWith('…') ? value : undefined;
}

/** An outcome, and the rule or the entry of `unknown` that caused it. */
export interface OutcomeByRule {
  readonly outcome: Outcome;
  /** `undefined` if no rule did, or the record does not say which. */
  readonly rule: string | undefined;
}

/** Returns the outcome of a record; in monitor mode, the one that enforcing would have had. */
export function recordedOutcome(line: DecisionLine): OutcomeByRule {
  const { dry_run_outcome: dryRun, dry_run_refused_by: dryRunRefusedBy } = line;
  if (isOutcome(dryRun)) {
    if (dryRun === 'refuse') return { outcome: dryRun, rule: textOf(dryRunRefusedBy) };
    const effects = asList(line.monitored).map((entry) => entry as Fields);
    return {
      outcome: dryRun,
      rule: textOf(effects.find(({ outcome }) => outcome === dryRun)?.rule),
    };
  }
  const { outcome } = line;
  if (outcome === 'refuse') return { outcome, rule: textOf(line.refused_by) };
  // The record does not say which of the rules restricted the token.
  return { outcome, rule: outcome === 'restrict' ? asList(line.rules).join(', ') : undefined };
}

const NO_RULES: ReadonlySet<unknown> = new Set();

/** Returns the rules that applied, or would have in monitor mode, and left the token unchanged. */
export function rulesThatChangedNothing(line: DecisionLine): ReadonlySet<unknown> {
  if (recordedOutcome(line).outcome !== 'issue') return NO_RULES;
  const monitored = asList(line.monitored).map((entry) => (entry as Fields | null)?.rule);
  return new Set([...asList(line.rules), ...monitored]);
}

/** Why an effect is not possible for any rule, rather than for the rule that had it. */
const CAUSES_OF_REQUEST: ReadonlySet<unknown> = new Set<SkipCause>([
  'not-allowed',
  'not-reachable',
  'unknown-lifetime',
]);

const NO_EFFECTS: ReadonlySet<EffectName> = new Set();

/** Returns the effects that the record shows to be impossible for this request. */
export function impossibleEffects({
  skipped,
  unenforceable,
}: DecisionLine): ReadonlySet<EffectName> {
  if (asList(skipped).length + asList(unenforceable).length === 0) return NO_EFFECTS;
  const impossible = new Set<EffectName>();
  for (const list of [skipped, unenforceable]) {
    for (const entry of asList(list)) {
      const { effect, cause } = (entry ?? {}) as Fields;
      if (CAUSES_OF_REQUEST.has(cause)) impossible.add(effect as EffectName);
    }
  }
  return impossible;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
