import type { Operation } from './action/operation.ts';
import { planOperations, type SkippedOperation } from './action/operations/index.ts';
import type { TokenRequest } from './action/request.ts';
import { SignalReader } from './policy/cel/signal-reader.ts';
import { Variables } from './policy/cel/variables/variables.ts';
import type { Refusal } from './policy/effects/refusal.ts';
import { type Evaluation, evaluate } from './policy/evaluate.ts';
import type { Policy } from './policy/policy.ts';
import type { TraceEvent } from './policy/trace.ts';
import type { RuleEffect, UnknownSignal, Verdict } from './policy/verdict.ts';
import type { RequestSignals } from './signals/request-signals.ts';

export type Outcome = 'issue' | 'restrict' | 'refuse';

/** What happens to a token, and why. */
export interface Decision {
  readonly outcome: Outcome;
  /** In monitor mode, the outcome if the policy were enforced. */
  readonly dryRunOutcome: Outcome | undefined;
  readonly refusal: Refusal | undefined;
  /** The rule that refused, or `unknown.<signal>` for an entry of `unknown`. */
  readonly refusedBy: string | undefined;
  /** The rule that would have refused if it were enforced; the first one, if several rules are monitored. */
  readonly dryRunRefusedBy: string | undefined;
  readonly operations: readonly Operation[];
  /** Rules and entries of `unknown` that applied. */
  readonly matched: readonly string[];
  /** Monitored rules that matched, each with the outcome that it alone would have had. */
  readonly monitored: readonly { readonly rule: string; readonly outcome: Outcome }[];
  /** Rules whose condition failed. */
  readonly failed: readonly string[];
  readonly unknown: readonly UnknownSignal[];
  /** Sets and adds that the request does not allow. */
  readonly skipped: readonly SkippedOperation[];
  /** Restrictions that the request does not allow. */
  readonly unenforceable: readonly SkippedOperation[];
}

/** The refusal of a token that cannot be restricted as the policy requires. */
const UNENFORCEABLE: Refusal = {
  reason: 'access_denied',
  description: 'Access token issuance is blocked because a required restriction cannot be applied.',
};

/**
 * Evaluates a policy for a request, and plans the operations that the identity server will carry out.
 * All inputs are arguments, including the time; a signal is fetched when the first rule needs it.
 *
 * @param now milliseconds since the epoch.
 * @param trace receives each event of the evaluation, to explain the decision.
 */
export async function decide(
  request: TokenRequest,
  policy: Policy,
  signals: RequestSignals,
  now: number,
  trace?: (event: TraceEvent) => void,
): Promise<Decision> {
  const reader = new SignalReader(signals);
  const time = policy.clock(now);
  const variables = new Variables({ request, signals: reader, now, time, lists: policy.lists });
  const evaluation: Evaluation = { policy, variables, signals, reader, trace };
  const verdict = await evaluate(evaluation, (rule) => rule.mode ?? 'enforce');
  return policy.mode === 'enforce'
    ? toDecision(request, verdict)
    : decideInMonitorMode(request, evaluation, verdict);
}

/**
 * Decides in monitor mode: only rules with their own `mode: enforce` apply, and the rest of the decision
 * records what the whole policy would have done. Signals that the dry run fetched are reused.
 */
async function decideInMonitorMode(
  request: TokenRequest,
  evaluation: Evaluation,
  dryRunVerdict: Verdict,
): Promise<Decision> {
  const dryRun = toDecision(request, dryRunVerdict);
  const verdict = evaluation.policy.rules.some((rule) => rule.mode === 'enforce')
    ? await evaluate(evaluation, (rule) => (rule.mode === 'enforce' ? 'enforce' : undefined))
    : NO_EFFECTS;
  const decision = toDecision(request, verdict);
  const notEnforced = dryRunVerdict.applied.filter(({ rule }) =>
    verdict.applied.every((enforced) => enforced.rule !== rule),
  );
  const monitored = [...notEnforced, ...dryRunVerdict.monitored].map((effect) =>
    monitoredRule(request, effect),
  );
  return {
    ...decision,
    dryRunOutcome: dryRun.outcome,
    dryRunRefusedBy: dryRun.refusedBy ?? firstRefusing(monitored),
    monitored,
    // Enforced rules below a monitored refusal are evaluated in the second evaluation only.
    failed: union(dryRunVerdict.failed, verdict.failed),
    unknown: union(dryRunVerdict.unknown, verdict.unknown),
    skipped: union(dryRun.skipped, decision.skipped),
    unenforceable: union(dryRun.unenforceable, decision.unenforceable),
  };
}

/** Concatenates two lists of plain values, without the values of the second that the first contains. */
function union<T>(first: readonly T[], second: readonly T[]): T[] {
  const seen = new Set(first.map((element) => JSON.stringify(element)));
  return [...first, ...second.filter((element) => !seen.has(JSON.stringify(element)))];
}

const NO_EFFECTS: Verdict = { applied: [], monitored: [], failed: [], unknown: [] };

function toDecision(request: TokenRequest, verdict: Verdict): Decision {
  const { applied, failed, unknown } = verdict;
  const matched = applied.map(({ rule }) => rule);
  const monitored = verdict.monitored.map((effect) => monitoredRule(request, effect));
  // Field by field: V8 is slow to build an object from a spread followed by other fields.
  const { outcome, refusal, refusedBy, operations, skipped, unenforceable } = combineEffects(
    request,
    applied,
  );
  return {
    outcome,
    dryRunOutcome: undefined,
    refusal,
    refusedBy,
    dryRunRefusedBy: firstRefusing(monitored),
    operations,
    matched,
    monitored,
    failed,
    unknown,
    skipped,
    unenforceable,
  };
}

function firstRefusing(monitored: Decision['monitored']): string | undefined {
  return monitored.find(({ outcome }) => outcome === 'refuse')?.rule;
}

function monitoredRule(request: TokenRequest, effect: RuleEffect): Decision['monitored'][number] {
  return { rule: effect.rule, outcome: combineEffects(request, [effect]).outcome };
}

type CombinedEffects = Pick<
  Decision,
  'outcome' | 'refusal' | 'refusedBy' | 'operations' | 'skipped' | 'unenforceable'
>;

/** Combines effects into a refusal or into the operations of one response. */
function combineEffects(request: TokenRequest, effects: readonly RuleEffect[]): CombinedEffects {
  const last = effects.at(-1);
  if (last?.refusal !== undefined) {
    return {
      outcome: 'refuse',
      refusal: last.refusal,
      refusedBy: last.rule,
      operations: [],
      skipped: [],
      unenforceable: [],
    };
  }
  const changes = effects.flatMap(({ change }) => change ?? []);
  const plan = planOperations(request, changes);
  const { skipped, unenforceable } = plan;
  if (plan.mustRefuse !== undefined) {
    return {
      outcome: 'refuse',
      refusal: UNENFORCEABLE,
      refusedBy: plan.mustRefuse,
      operations: [],
      skipped,
      unenforceable,
    };
  }
  return {
    outcome: plan.restricts ? 'restrict' : 'issue',
    refusal: undefined,
    refusedBy: undefined,
    operations: plan.operations,
    skipped,
    unenforceable,
  };
}
