import type { TokenRequest } from '../../src/action/request.ts';
import { type Decision, decide } from '../../src/decide.ts';
import { SIGNAL_UNAVAILABLE, SignalReader } from '../../src/policy/cel/signal-reader.ts';
import { Variables } from '../../src/policy/cel/variables/variables.ts';
import type { ConditionResult } from '../../src/policy/condition.ts';
import type { Mode, Policy, Rule } from '../../src/policy/policy.ts';
import type { TraceEvent } from '../../src/policy/trace.ts';
import type { RequestSignals } from '../../src/signals/request-signals.ts';
import { describeEffect } from './describe-effect.ts';
import { formatValue } from './format.ts';

/** A decision, and what each rule contributed to it. */
export interface Explanation {
  readonly decision: Decision;
  /** All rules, in the order of the policy. */
  readonly rules: readonly ExplainedRule[];
}

export interface ExplainedRule {
  readonly id: string;
  /** The condition, in CEL. */
  readonly when: string;
  /** `not-reached`: an earlier rule ended the evaluation. */
  readonly outcome: ConditionResult['status'] | 'not-reached';
  /** Why the condition failed. */
  readonly error?: string;
  /** The variables in the condition, with their values when it was evaluated. */
  readonly values: readonly ConditionValue[];
  /** Unknown signals that the rule needed, and how their entries of `unknown` applied. */
  readonly unknown: readonly Pick<UnknownEvent, 'signal' | 'cause' | 'entry'>[];
  readonly effects: readonly ExplainedEffect[];
}

export interface ConditionValue {
  readonly name: string;
  /** As a CEL literal. */
  readonly value?: string;
  /** Why there is no value: the signal was not needed, is unknown, or lacks the field. */
  readonly missing?: string;
}

export interface ExplainedEffect {
  /** The rule, or `unknown.<signal>`. */
  readonly source: string;
  /** One phrase for each part of the effect. */
  readonly actions: readonly string[];
  /** Whether the effect is only recorded. */
  readonly monitored: boolean;
}

type UnknownEvent = Extract<TraceEvent, { kind: 'unknown' }>;
type EffectEvent = Extract<TraceEvent, { kind: 'effect' }>;

/** The events of one rule. */
interface RuleTrace {
  readonly result: ConditionResult;
  readonly values: readonly ConditionValue[];
  readonly unknown: UnknownEvent[];
  readonly effects: EffectEvent[];
}

/**
 * Decides on a request as the service does, and explains the decision.
 *
 * @param now the policy's time, in milliseconds since the epoch.
 */
export async function explain(
  request: TokenRequest,
  policy: Policy,
  signals: RequestSignals,
  now: number,
): Promise<Explanation> {
  const traces = new Map<Rule, RuleTrace>();
  let current: RuleTrace | undefined;
  const observe = (event: TraceEvent) => {
    if (event.kind === 'condition') {
      // In monitor mode, enforced rules are evaluated a second time, with the same values.
      current = traces.has(event.rule)
        ? undefined
        : traceRule(event, request, policy, signals, now);
      if (current !== undefined) traces.set(event.rule, current);
    } else if (event.kind === 'unknown') current?.unknown.push(event);
    else current?.effects.push(event);
  };
  const decision = await decide(request, policy, signals, now, observe);
  const isMonitored = (id: string, mode: Mode) =>
    policy.mode === 'monitor' ? !decision.matched.includes(id) : mode === 'monitor';
  return {
    decision,
    rules: policy.rules.map((rule) => explainRule(rule, traces.get(rule), isMonitored)),
  };
}

function explainRule(
  { id, source: { when } }: Rule,
  trace: RuleTrace | undefined,
  isMonitored: (id: string, mode: Mode) => boolean,
): ExplainedRule {
  if (trace === undefined) {
    return { id, when, outcome: 'not-reached', values: [], unknown: [], effects: [] };
  }
  return {
    id,
    when,
    outcome: trace.result.status,
    ...(trace.result.status === 'failed' && { error: summaryOf(trace.result.error) }),
    values: trace.values,
    unknown: trace.unknown.map(({ signal, cause, entry }) => ({ signal, cause, entry })),
    effects: trace.effects.map(({ effect, mode, ends }) => ({
      source: effect.rule,
      actions: describeEffect(effect, ends),
      monitored: isMonitored(effect.rule, mode),
    })),
  };
}

/** Reads the values of a condition's variables. Called at once, because later rules fetch more signals. */
function traceRule(
  { rule, result }: Extract<TraceEvent, { kind: 'condition' }>,
  request: TokenRequest,
  policy: Policy,
  signals: RequestSignals,
  now: number,
): RuleTrace {
  // A separate reader, so that reading a signal here does not count as the rule needing it.
  const reader = new SignalReader(signals);
  const variables = new Variables({
    request,
    signals: reader,
    now,
    time: policy.clock(now),
    lists: policy.lists,
  });
  const values = rule.source.variables.map(({ name, read }): ConditionValue => {
    reader.reset();
    try {
      const value = read(variables);
      return value === undefined
        ? { name, missing: 'not present' }
        : { name, value: formatValue(value) };
    } catch (thrown) {
      if (thrown !== SIGNAL_UNAVAILABLE) return { name, missing: summaryOf(thrown) };
      const score = name === 'abuse.score' ? signals.usedProvenScore : undefined;
      if (score !== undefined) return { name, missing: `between ${score.min} and ${score.max}` };
      return { name, missing: missingSignalReason(reader) };
    }
  });
  return { result, values, unknown: [], effects: [] };
}

function missingSignalReason(reader: SignalReader): string {
  const [first] = reader.unknownSignals();
  if (first === undefined) return 'not needed';
  const subject = first.signal === 'feeds' ? 'the feed' : first.signal;
  return `${subject} is unknown: ${first.cause}`;
}

/** Returns the first line of a CEL error's message, without the excerpt that follows it. */
function summaryOf(error: unknown): string {
  const { summary } = (error ?? {}) as { summary?: string };
  return summary ?? String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
