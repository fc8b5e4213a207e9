import type { Operation } from './action/operation.ts';
import { type Plan, planOperations, type SkippedOperation } from './action/operations/index.ts';
import type { TokenRequest } from './action/request.ts';
import { SignalUse } from './policy/cel/signal-use.ts';
import { Variables } from './policy/cel/variables/index.ts';
import type { Policy } from './policy/compile.ts';
import type { Refusal } from './policy/effects/effects.ts';
import {
  type Evaluation,
  evaluate,
  type Missing,
  type RuleEffect,
  type Verdict,
} from './policy/evaluate.ts';
import type { TraceEvent } from './policy/trace.ts';
import type { RequestSignals } from './signals/request-signals.ts';

export type Outcome = 'issue' | 'restrict' | 'refuse';

/** What becomes of a token, and why. */
export interface Decision {
  readonly outcome: Outcome;
  /** In monitor mode, what enforcing the policy would have come to. */
  readonly dryRunOutcome: Outcome | undefined;
  readonly refusal: Refusal | undefined;
  /** The rule that refused; `unknown.<signal>` for an entry of `unknown`. */
  readonly refusedBy: string | undefined;
  /** In monitor mode, the rule that would have refused; otherwise the first watched one that would. */
  readonly dryRunRefusedBy: string | undefined;
  readonly operations: readonly Operation[];
  readonly matched: readonly string[];
  /** Rules that are only watched, and what each would have come to by itself. */
  readonly monitored: readonly { readonly rule: string; readonly outcome: Outcome }[];
  readonly failed: readonly string[];
  readonly missing: readonly Missing[];
  /** Sets and adds that the request does not allow. */
  readonly skipped: readonly SkippedOperation[];
  /** Restrictions that the request does not allow. */
  readonly unenforceable: readonly SkippedOperation[];
}

/** The refusal of a token that must be restricted and cannot be. */
const UNENFORCEABLE: Refusal = {
  reason: 'access_denied',
  description: 'Access token issuance is blocked because a required restriction cannot be applied.',
};

/**
 * Decides on a request: the policy's verdict, turned into what the identity server will carry out.
 * Everything comes in as an argument; signals are asked for as the rules need them.
 *
 * @param now milliseconds since the epoch.
 * @param observe is told of each step, for an explanation.
 */
export async function decide(
  request: TokenRequest,
  policy: Policy,
  signals: RequestSignals,
  now: number,
  observe?: (step: TraceEvent) => void,
): Promise<Decision> {
  const use = new SignalUse(signals);
  const time = policy.clock(now);
  const variables = new Variables({ request, use, now, time, lists: policy.lists });
  const evaluation: Evaluation = { policy, variables, signals, use, observe };
  const enforced = await evaluate(evaluation, (rule) => rule.mode ?? 'enforce');
  if (policy.mode === 'enforce') return carryOut(request, enforced);
  return monitor(request, evaluation, enforced);
}

/**
 * Monitor mode: the policy is decided as if it were enforced, and changes nothing. Only rules that
 * say `mode: enforce` themselves take effect; signals asked for already are not asked for again.
 */
async function monitor(
  request: TokenRequest,
  evaluation: Evaluation,
  enforced: Verdict,
): Promise<Decision> {
  const would = carryOut(request, enforced);
  const actual = evaluation.policy.rules.some((rule) => rule.mode === 'enforce')
    ? await evaluate(evaluation, (rule) => (rule.mode === 'enforce' ? 'enforce' : undefined))
    : NOTHING;
  const watched = enforced.applied.filter(({ rule }) =>
    actual.applied.every((other) => other.rule !== rule),
  );
  const carriedOut = carryOut(request, actual);
  const monitored = [...watched, ...enforced.monitored].map((effect) =>
    consequence(request, effect),
  );
  return {
    ...carriedOut,
    dryRunOutcome: would.outcome,
    dryRunRefusedBy: would.refusedBy ?? refusing(monitored),
    monitored,
    // Behind a refusal that is only watched, enforced rules went further than the watched policy.
    failed: union(enforced.failed, actual.failed),
    missing: union(enforced.missing, actual.missing),
    skipped: union(would.skipped, carriedOut.skipped),
    unenforceable: union(would.unenforceable, carriedOut.unenforceable),
  };
}

/** Both lists, with what stands in both but once. */
function union<T>(first: readonly T[], second: readonly T[]): T[] {
  const seen = new Set(first.map((element) => JSON.stringify(element)));
  return [...first, ...second.filter((element) => !seen.has(JSON.stringify(element)))];
}

const NOTHING: Verdict = {
  applied: [],
  monitored: [],
  failed: [],
  missing: [],
};

function carryOut(request: TokenRequest, verdict: Verdict): Decision {
  const { applied, failed, missing } = verdict;
  const matched = applied.map(({ rule }) => rule);
  const monitored = verdict.monitored.map((effect) => consequence(request, effect));
  // Member by member: an object spread behind other members is put together slowly, and this is for each token.
  const { outcome, refusal, refusedBy, operations, skipped, unenforceable } = apply(
    request,
    applied,
  );
  return {
    outcome,
    dryRunOutcome: undefined,
    refusal,
    refusedBy,
    dryRunRefusedBy: refusing(monitored),
    operations,
    matched,
    monitored,
    failed,
    missing,
    skipped,
    unenforceable,
  };
}

function refusing(monitored: Decision['monitored']): string | undefined {
  return monitored.find(({ outcome }) => outcome === 'refuse')?.rule;
}

function consequence(request: TokenRequest, effect: RuleEffect): Decision['monitored'][number] {
  return { rule: effect.rule, outcome: apply(request, [effect]).outcome };
}

type Applied = Pick<
  Decision,
  'outcome' | 'refusal' | 'refusedBy' | 'operations' | 'skipped' | 'unenforceable'
>;

/** Effects that add up to a refusal, or to operations. */
function apply(request: TokenRequest, effects: readonly RuleEffect[]): Applied {
  const last = effects.at(-1);
  if (last?.refusal !== undefined) {
    const { refusal, rule: refusedBy } = last;
    return {
      outcome: 'refuse',
      refusal,
      refusedBy,
      operations: [],
      skipped: [],
      unenforceable: [],
    };
  }
  const changes = effects.flatMap(({ change }) => change ?? []);
  const plan: Plan = planOperations(request, changes);
  const { skipped, unenforceable, mustRefuse: refusedBy } = plan;
  if (refusedBy !== undefined) {
    const refusal = UNENFORCEABLE;
    return { outcome: 'refuse', refusal, refusedBy, operations: [], skipped, unenforceable };
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
