import { type RequestSignals, SIGNAL_NAMES, type SignalName } from '../signals/request-signals.ts';
import type { SignalReader } from './cel/signal-reader.ts';
import type { UnknownRead } from './cel/unknown-parts.ts';
import type { Variables } from './cel/variables/variables.ts';
import { type ConditionResult, evaluateCondition } from './condition.ts';
import type { Effects } from './effects/effects.ts';
import type { Mode, Policy, Rule } from './policy.ts';
import type { TraceEvent } from './trace.ts';
import type { RuleEffect, UnknownSignal, Verdict } from './verdict.ts';

/** The arguments of an evaluation, all for the same request. */
export interface Evaluation {
  readonly policy: Policy;
  readonly variables: Variables;
  readonly signals: RequestSignals;
  /** Reads `signals` for `variables`. */
  readonly reader: SignalReader;
  /** Receives each event, to explain a decision; `undefined` when a token is issued. */
  readonly trace?: ((event: TraceEvent) => void) | undefined;
}

/**
 * Evaluates the rules from top to bottom until one ends the evaluation.
 *
 * @param modeOf returns the mode of a rule, or `undefined` to skip the rule.
 */
export async function evaluate(
  evaluation: Evaluation,
  modeOf: (rule: Rule) => Mode | undefined,
): Promise<Verdict> {
  const { policy, variables, signals, reader, trace } = evaluation;
  // Monitored rules must not use up the cost limit of the enforced ones.
  variables.cost = 0;
  const evaluator = new Evaluator(evaluation);
  for (const rule of policy.rules) {
    const mode = modeOf(rule);
    if (mode === undefined) continue;
    let result = evaluateCondition(rule, variables, reader);
    while (result.status === 'pending') {
      // Most signals are there at once, and an await costs more than a condition.
      const fetching = signals.resolve(result.signal);
      if (fetching !== undefined) await fetching;
      result = evaluateCondition(rule, variables, reader);
    }
    trace?.({ kind: 'condition', rule, mode, result });
    if (result.status === 'not-matched') continue;
    if ((await evaluator.apply({ rule, mode, result })) === 'end') break;
  }
  return evaluator;
}

/** A rule whose condition did anything but not match. */
interface Match {
  readonly rule: Rule;
  readonly mode: Mode;
  readonly result: ConditionResult;
}

/** Collects the effects of one evaluation. */
class Evaluator implements Verdict {
  readonly applied: RuleEffect[] = [];
  readonly monitored: RuleEffect[] = [];
  readonly failed: string[] = [];
  readonly unknown: UnknownSignal[] = [];
  readonly #evaluation: Evaluation;
  /** The entries of `unknown` that have been applied. A signal with several causes can have several. */
  readonly #appliedEntries = new Map<SignalName, Set<Effects | undefined>>();
  /** The effects of monitored rules, and of the entries that those needed. */
  readonly #monitoredEffects = new Set<Effects>();

  constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation;
  }

  async apply(match: Match): Promise<'end' | 'continue'> {
    const { rule, result } = match;
    if (result.status === 'unknown') return this.#applyUnknown(result.unknownSignals, match);
    if (result.status === 'failed') return this.#applyFailed(result.unknownSignals, match);
    const unknown = await this.#fetch(rule.effects);
    // The rule matched, so an unknown signal in its texts or values does not weaken its restrictions.
    if (this.#applyEffects(rule.id, rule.effects, match) === 'end') return 'end';
    const unknownParts = this.#evaluation.reader.unknownParts();
    return this.#applyUnknown([...unknown, ...unknownParts], match);
  }

  /** Applies the restrictions of a rule whose condition failed: a failure must not favour the caller. */
  async #applyFailed(unknown: readonly UnknownRead[], match: Match): Promise<'end' | 'continue'> {
    const { rule } = match;
    this.failed.push(rule.id);
    if (rule.restrictsOnFailure) {
      // For the text of a refusal.
      await this.#fetch(rule.effects);
      if (this.#applyEffects(rule.id, rule.effects, match) === 'end') return 'end';
    }
    return this.#applyUnknown(unknown, match);
  }

  /** Fetches the signals that effects need, and returns those that are unknown. */
  async #fetch({ signals: names, reputationUse }: Effects): Promise<UnknownRead[]> {
    const { signals, reader } = this.#evaluation;
    // The address comes first: with it, a list may make the CHECK needless.
    for (const name of names) {
      if (!reader.isPending(name, reputationUse)) continue;
      const fetching = signals.resolve(name);
      if (fetching !== undefined) await fetching;
    }
    // If the address is unknown, the other signals are not fetched.
    return SIGNAL_NAMES.flatMap((name) => {
      const signal = names.has(name) ? signals[name] : undefined;
      return signal?.known === false && reader.isNeeded(name, reputationUse)
        ? { signal: name, cause: signal.cause }
        : [];
    });
  }

  /** Applies the entries of `unknown` for signals that a rule needed, each at most once. */
  async #applyUnknown(reads: readonly UnknownRead[], match: Match): Promise<'end' | 'continue'> {
    const { policy, trace } = this.#evaluation;
    const { rule, mode } = match;
    for (const { signal, cause } of reads) {
      if (!this.unknown.some((other) => other.signal === signal && other.cause === cause)) {
        this.unknown.push({ signal, cause, rule: rule.id });
      }
      const effects = policy.unknown[signal](cause);
      if (this.#appliedEntries.get(signal)?.has(effects)) {
        trace?.({ kind: 'unknown', rule, signal, cause, entry: 'applied-before' });
        continue;
      }
      if (mode === 'enforce') this.#addAppliedEntry(signal, effects);
      const entry = effects === undefined ? 'ignore' : 'applies';
      trace?.({ kind: 'unknown', rule, signal, cause, entry });
      if (effects === undefined) continue;
      await this.#fetch(effects);
      if (this.#applyEffects(`unknown.${signal}`, effects, match) === 'end') return 'end';
    }
    return 'continue';
  }

  #addAppliedEntry(signal: SignalName, effects: Effects | undefined): void {
    const entries = this.#appliedEntries.get(signal);
    if (entries === undefined) this.#appliedEntries.set(signal, new Set([effects]));
    else entries.add(effects);
  }

  /** @param id the rule's, or `unknown.<signal>`. */
  #applyEffects(id: string, effects: Effects, { rule, mode, result }: Match): 'end' | 'continue' {
    const { variables, policy, reader, trace } = this.#evaluation;
    const isEntry = id !== rule.id;
    const enforcement = isEntry ? policy.enforcement : rule.enforcement;
    const onlyRestrict = !isEntry && result.status === 'failed';
    reader.reset(effects.reputationUse);
    const effect = reader.withUnknownAsAbsent(
      (): RuleEffect => ({
        rule: id,
        refusal: effects.deny?.(variables),
        change: onlyRestrict
          ? effects.restriction(id, enforcement)
          : effects.change(id, enforcement, variables),
      }),
    );
    const ends = effect.refusal !== undefined || (effects.allow && !onlyRestrict);
    trace?.({ kind: 'effect', rule, mode, effect, ends });
    if (mode === 'monitor') {
      if (!this.#monitoredEffects.has(effects)) this.monitored.push(effect);
      this.#monitoredEffects.add(effects);
      return 'continue';
    }
    this.applied.push(effect);
    return ends ? 'end' : 'continue';
  }
}
