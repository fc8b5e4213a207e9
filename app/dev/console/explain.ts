import type { TokenRequest } from '../../src/action/request.ts';
import { type Decision, decide } from '../../src/decide.ts';
import { SIGNAL_UNAVAILABLE, SignalReader } from '../../src/policy/cel/signal-reader.ts';
import { Variables } from '../../src/policy/cel/variables/index.ts';
import type { ConditionResult } from '../../src/policy/condition.ts';
import type { Mode, Policy, Rule } from '../../src/policy/policy.ts';
import type { TraceEvent } from '../../src/policy/trace.ts';
import type { RequestSignals } from '../../src/signals/request-signals.ts';
import { describeEffect } from './describe-effect.ts';
import { formatValue } from './format.ts';

/** A decision, and how each rule contributed to it. */
export interface Explanation {
  readonly decision: Decision;
  /** Every rule of the policy, in its order. */
  readonly rules: readonly ExplainedRule[];
}

export interface ExplainedRule {
  readonly id: string;
  /** Its condition, in CEL. */
  readonly when: string;
  /** `not-reached`: an earlier rule ended the policy. */
  readonly outcome: ConditionResult['status'] | 'not-reached';
  /** Why the condition failed. */
  readonly error?: string;
  /** The variables that the condition names, as it saw them. */
  readonly values: readonly ConditionValue[];
  /** Signals that the rule needed and did not get, and what their entries of `unknown` did about it. */
  readonly unknown: readonly Pick<UnknownStep, 'signal' | 'cause' | 'entry'>[];
  readonly effects: readonly ExplainedEffect[];
}

export interface ConditionValue {
  readonly name: string;
  /** In CEL's spelling; absent when there is none. */
  readonly value?: string;
  /** Why there is no value: the signal was not asked for, is unknown, or lacks the field. */
  readonly without?: string;
}

export interface ExplainedEffect {
  /** The rule, or `unknown.<signal>`. */
  readonly by: string;
  readonly does: readonly string[];
  /** It is recorded and changes nothing. */
  readonly monitored: boolean;
}

type UnknownStep = Extract<TraceEvent, { kind: 'unknown' }>;
type EffectStep = Extract<TraceEvent, { kind: 'effect' }>;

/** One rule while the policy is evaluated. */
interface Course {
  readonly result: ConditionResult;
  readonly values: readonly ConditionValue[];
  readonly unknown: UnknownStep[];
  readonly effects: EffectStep[];
}

/**
 * Decides on a request as the service does, and says why.
 *
 * @param now milliseconds since the epoch, as the policy is to see them.
 */
export async function explain(
  request: TokenRequest,
  policy: Policy,
  signals: RequestSignals,
  now: number,
): Promise<Explanation> {
  const courses = new Map<Rule, Course>();
  let current: Course | undefined;
  const observe = (step: TraceEvent) => {
    if (step.kind === 'condition') {
      // Monitor mode goes through enforced rules a second time; what they see is the same.
      current = courses.has(step.rule) ? undefined : courseOf(step, request, policy, signals, now);
      if (current !== undefined) courses.set(step.rule, current);
    } else if (step.kind === 'unknown') current?.unknown.push(step);
    else current?.effects.push(step);
  };
  const decision = await decide(request, policy, signals, now, observe);
  const isWatched = (id: string, mode: Mode) =>
    policy.mode === 'monitor' ? !decision.matched.includes(id) : mode === 'monitor';
  return {
    decision,
    rules: policy.rules.map((rule) => explainRule(rule, courses.get(rule), isWatched)),
  };
}

function explainRule(
  { id, source: { when } }: Rule,
  course: Course | undefined,
  isWatched: (id: string, mode: Mode) => boolean,
): ExplainedRule {
  if (course === undefined) {
    return { id, when, outcome: 'not-reached', values: [], unknown: [], effects: [] };
  }
  return {
    id,
    when,
    outcome: course.result.status,
    ...(course.result.status === 'failed' && { error: summaryOf(course.result.error) }),
    values: course.values,
    unknown: course.unknown.map(({ signal, cause, entry }) => ({ signal, cause, entry })),
    effects: course.effects.map(({ effect, mode, ends }) => ({
      by: effect.rule,
      does: describeEffect(effect, ends),
      monitored: isWatched(effect.rule, mode),
    })),
  };
}

/** What a condition saw. Read at once: later rules ask for further signals. */
function courseOf(
  { rule, result }: Extract<TraceEvent, { kind: 'condition' }>,
  request: TokenRequest,
  policy: Policy,
  signals: RequestSignals,
  now: number,
): Course {
  // Of its own, so that what is read here is not taken for what the rule needs.
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
        ? { name, without: 'not there' }
        : { name, value: formatValue(value) };
    } catch (thrown) {
      if (thrown !== SIGNAL_UNAVAILABLE) return { name, without: summaryOf(thrown) };
      return { name, without: whyMissing(reader, signals) };
    }
  });
  return { result, values, unknown: [], effects: [] };
}

function whyMissing(reader: SignalReader, signals: RequestSignals): string {
  const [name] = reader.unknownSignals();
  const signal = name && signals[name];
  return signal?.known === false ? `${name} is unknown: ${signal.cause}` : 'not asked for';
}

/** The first line of CEL's message; a drawing follows it. */
function summaryOf(error: unknown): string {
  const { summary } = (error ?? {}) as { summary?: string };
  return summary ?? String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
