import type { Change } from '../action/change.ts';
import { type RequestSignals, SIGNAL_NAMES, type SignalName } from '../signals/request-signals.ts';
import type { SignalUse } from './cel/signal-use.ts';
import type { Variables } from './cel/variables/index.ts';
import { withoutStacks } from './cel/without-stacks.ts';
import type { Mode, Policy, Rule } from './compile.ts';
import type { Effects, Refusal } from './effects/effects.ts';
import type { UnknownCause } from './effects/unknown.ts';
import type { ConditionResult, TraceEvent } from './trace.ts';

/** What one rule does by itself. */
export interface RuleEffect {
  /** Its id; `unknown.<signal>` for an entry of `unknown`. */
  readonly rule: string;
  readonly refusal: Refusal | undefined;
  readonly change: Change | undefined;
}

/** A signal that a rule needed and did not get. */
export interface Missing {
  readonly signal: SignalName;
  readonly cause: UnknownCause;
  /** The first rule that needed it. */
  readonly rule: string;
}

/** What a policy says of a request, before it is known what the request allows. */
export interface Verdict {
  /** Rules that took effect, in order. A refusal is the last one's. */
  readonly applied: readonly RuleEffect[];
  /** Rules that are only watched. */
  readonly monitored: readonly RuleEffect[];
  /** Rules whose condition failed while it was evaluated. */
  readonly failed: readonly string[];
  readonly missing: readonly Missing[];
}

/** What one evaluation works with. */
export interface Evaluation {
  readonly policy: Policy;
  readonly variables: Variables;
  readonly signals: RequestSignals;
  readonly use: SignalUse;
  /**
   * Is told of each step; an error made in it has no stack trace. On the path of a token nobody asks, and
   * nothing is done for it.
   */
  readonly observe?: ((step: TraceEvent) => void) | undefined;
}

/**
 * Takes the rules from top to bottom until one ends it. Which rules count, and whether they are only
 * watched, is for `modeOf` to say; a rule without a mode is passed over. Nothing is waited for but
 * signals that cannot be had at once: most rules do not apply, and a token waits for all of them.
 */
export async function evaluate(
  evaluation: Evaluation,
  modeOf: (rule: Rule) => Mode | undefined,
): Promise<Verdict> {
  const { signals, variables } = evaluation;
  // Rules that are watched must leave enough for those that are enforced.
  variables.cost = 0;
  const run = new Evaluator(evaluation, modeOf);
  const next = () => run.next();
  for (;;) {
    const stop = withoutStacks(next);
    if (stop === undefined) return run;
    if (typeof stop === 'string') {
      const waiting = signals.resolve(stop);
      if (waiting !== undefined) await waiting;
    } else if ((await run.take(stop)) === 'end') return run;
  }
}

/** A rule that is to have an effect, because of how its condition came out. */
interface Match {
  readonly rule: Rule;
  readonly mode: Mode;
  readonly condition: Exclude<ConditionResult, 'not-matched'>;
}

/** One way through the rules. */
class Evaluator implements Verdict {
  readonly applied: RuleEffect[] = [];
  readonly monitored: RuleEffect[] = [];
  readonly failed: string[] = [];
  readonly missing: Missing[] = [];
  readonly #evaluation: Evaluation;
  readonly #modeOf: (rule: Rule) => Mode | undefined;
  /** Signals whose entry of `unknown` has taken effect: it does so once. */
  readonly #applied = new Set<SignalName>();
  /** The index of the rule that is the next to be decided. */
  #at = 0;
  /** What the last condition that could not be decided yet cannot do without. */
  #needed: SignalName | undefined;
  /** Why the last condition failed. */
  #error: unknown;

  constructor(evaluation: Evaluation, modeOf: (rule: Rule) => Mode | undefined) {
    this.#evaluation = evaluation;
    this.#modeOf = modeOf;
  }

  /**
   * Decides rules until the condition of one comes out as anything but not matched, and gives that rule; or
   * gives the signal that must be asked for first, after which the same rule is decided again. `undefined`
   * behind the last rule.
   */
  next(): Match | SignalName | undefined {
    const { policy, observe } = this.#evaluation;
    for (; this.#at < policy.rules.length; this.#at += 1) {
      const rule = policy.rules[this.#at] as Rule;
      const mode = this.#modeOf(rule);
      if (mode === undefined) continue;
      const condition = this.#decide(rule);
      if (condition === undefined) return this.#needed;
      observe?.({ kind: 'condition', rule, mode, condition, error: this.#error });
      if (condition === 'not-matched') continue;
      this.#at += 1;
      return { rule, mode, condition };
    }
    return undefined;
  }

  /** Evaluates a condition. `undefined` when it cannot be decided without a signal that is not there yet. */
  #decide(rule: Rule): ConditionResult | undefined {
    const { variables, signals, use } = this.#evaluation;
    if (rule.firstSignal !== undefined && !signals.isSettled(rule.firstSignal)) {
      this.#needed = rule.firstSignal;
      return undefined;
    }
    use.begin();
    try {
      return rule.when(variables) === true ? 'matched' : 'not-matched';
    } catch (error) {
      if (use.unknown.size > 0 && this.#matchesWithoutUnknown(rule)) return 'matched';
      this.#needed = SIGNAL_NAMES.find((name) => use.pending.has(name));
      if (this.#needed !== undefined) return undefined;
      this.#error = error;
      return use.caused(error) ? 'unknown' : 'failed';
    }
  }

  /**
   * Whether a condition that could not be decided matches when `has` may be told that an unknown signal has no
   * fields: `!has(geo.country)` does. Whatever reads a field fails as before, and the signal's entry applies.
   */
  #matchesWithoutUnknown(rule: Rule): boolean {
    const { variables, use } = this.#evaluation;
    try {
      return use.withUnknownAsAbsent(() => rule.when(variables)) === true;
    } catch {
      return false;
    }
  }

  /** Lets a rule have its effect, by how its condition has just come out. */
  async take({ rule, mode, condition }: Match): Promise<'end' | 'go-on'> {
    if (condition === 'unknown') return this.#applyUnknown(this.#unknownSignals(), rule, mode);
    if (condition === 'failed') return this.#applyFailed(rule, mode);
    const unknown = await this.#resolve(rule.effects.signals);
    // The rule has matched: what its texts and values lack takes nothing from its restrictions.
    if (this.#apply(rule.id, rule, rule.effects, mode, false) === 'end') return 'end';
    return this.#applyUnknown(unknown, rule, mode);
  }

  /** It cannot be told whether the rule applies, and that must not help the caller. */
  async #applyFailed(rule: Rule, mode: Mode): Promise<'end' | 'go-on'> {
    const unknown = this.#unknownSignals();
    this.failed.push(rule.id);
    if (rule.restrictsOnFailure) {
      // What the text of a refusal names.
      await this.#resolve(rule.effects.signals);
      if (this.#apply(rule.id, rule, rule.effects, mode, true) === 'end') return 'end';
    }
    return this.#applyUnknown(unknown, rule, mode);
  }

  #unknownSignals(): SignalName[] {
    const { use } = this.#evaluation;
    return SIGNAL_NAMES.filter((name) => use.unknown.has(name) || use.incomplete.has(name));
  }

  /** Asks for the signals that effects name, and tells which of them are unknown. */
  async #resolve(names: ReadonlySet<SignalName>): Promise<SignalName[]> {
    const { signals } = this.#evaluation;
    for (const name of names) {
      const waiting = signals.resolve(name);
      if (waiting !== undefined) await waiting;
    }
    // With the address unknown, the others were never asked.
    return SIGNAL_NAMES.filter((name) => names.has(name) && signals[name]?.known === false);
  }

  async #applyUnknown(
    names: readonly SignalName[],
    rule: Rule,
    mode: Mode,
  ): Promise<'end' | 'go-on'> {
    const { policy, observe } = this.#evaluation;
    for (const name of names) {
      const cause = this.#causeOf(name);
      if (!this.missing.some((missing) => missing.signal === name)) {
        this.missing.push({ signal: name, cause, rule: rule.id });
      }
      if (this.#applied.has(name)) {
        observe?.({ kind: 'unknown', rule, signal: name, cause, entry: 'applied-before' });
        continue;
      }
      if (mode === 'enforce') this.#applied.add(name);
      const effects = policy.unknown[name](cause);
      const entry = effects === undefined ? 'ignore' : 'applies';
      observe?.({ kind: 'unknown', rule, signal: name, cause, entry });
      if (effects === undefined) continue;
      await this.#resolve(effects.signals);
      if (this.#apply(`unknown.${name}`, rule, effects, mode, false) === 'end') return 'end';
    }
    return 'go-on';
  }

  #causeOf(name: SignalName): UnknownCause {
    const signal = this.#evaluation.signals[name];
    if (signal?.known === false) return signal.cause;
    // Known, but without the field that the rule reads.
    return name === 'geo' ? 'not-found' : 'invalid';
  }

  #apply(
    id: string,
    rule: Rule,
    effects: Effects,
    mode: Mode,
    onlyRestrict: boolean,
  ): 'end' | 'go-on' {
    const { variables, policy, use, observe } = this.#evaluation;
    const enforcement = id === rule.id ? rule.enforcement : policy.enforcement;
    const effect = use.withUnknownAsAbsent(
      (): RuleEffect => ({
        rule: id,
        refusal: effects.deny?.(variables),
        change: onlyRestrict
          ? effects.restriction(id, enforcement)
          : effects.change(id, enforcement, variables),
      }),
    );
    const ends = effect.refusal !== undefined || (effects.allow && !onlyRestrict);
    observe?.({ kind: 'effect', rule, mode, effect, ends });
    if (mode === 'monitor') {
      if (!this.monitored.some((other) => other.rule === id)) this.monitored.push(effect);
      return 'go-on';
    }
    this.applied.push(effect);
    return ends ? 'end' : 'go-on';
  }
}
