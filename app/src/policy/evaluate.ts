import type { Change } from '../action/change.ts';
import { type RequestSignals, SIGNALS, type SignalName } from '../signals/request-signals.ts';
import type { Mode, Policy, Rule } from './compile.ts';
import type { Effects, Refusal } from './effects.ts';
import type { SignalUse } from './signal-use.ts';
import type { UnknownCause } from './unknown.ts';
import type { Variables } from './variables/index.ts';

/** What a rule that is only watched would have done. */
export interface Monitored {
  readonly rule: string;
  readonly would: 'issue' | 'restrict' | 'refuse';
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
  readonly refusal: Refusal | undefined;
  readonly changes: readonly Change[];
  /** Ids of the rules that took effect, in order; entries of `unknown` as `unknown.<signal>`. */
  readonly matched: readonly string[];
  readonly monitored: readonly Monitored[];
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
}

/**
 * Takes the rules from top to bottom until one ends it. Which rules count, and whether they are only
 * watched, is for `modeOf` to say; a rule without a mode is passed over.
 */
export async function evaluate(
  evaluation: Evaluation,
  modeOf: (rule: Rule) => Mode | undefined,
): Promise<Verdict> {
  const run = new Run(evaluation);
  for (const rule of evaluation.policy.rules) {
    const mode = modeOf(rule);
    if (mode === undefined) continue;
    if ((await run.take(rule, mode)) === 'end') break;
  }
  return run;
}

type Condition = 'matched' | 'not-matched' | 'failed' | 'unknown';

/** One way through the rules. */
class Run implements Verdict {
  refusal: Refusal | undefined;
  readonly changes: Change[] = [];
  readonly matched: string[] = [];
  readonly monitored: Monitored[] = [];
  readonly failed: string[] = [];
  readonly missing: Missing[] = [];
  readonly #evaluation: Evaluation;
  /** Signals whose entry of `unknown` has taken effect: it does so once. */
  readonly #applied = new Set<SignalName>();

  constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation;
  }

  async take(rule: Rule, mode: Mode): Promise<'end' | 'go-on'> {
    const condition = await this.#decide(rule);
    if (condition === 'not-matched') return 'go-on';
    if (condition === 'unknown') return this.#takeUnknown(this.#unknownSignals(), rule, mode);
    if (condition === 'failed') return this.#takeFailed(rule, mode);
    if (rule.effects.signals.size > 0) {
      const unknown = await this.#resolve(rule.effects.signals);
      if (!rule.effects.deny && (await this.#takeUnknown(unknown, rule, mode)) === 'end')
        return 'end';
    }
    return this.#apply(rule.id, rule, rule.effects, mode, false);
  }

  /** It cannot be told whether the rule applies, and that must not help the caller. */
  async #takeFailed(rule: Rule, mode: Mode): Promise<'end' | 'go-on'> {
    const unknown = this.#unknownSignals();
    this.failed.push(rule.id);
    if (rule.effects.restricts) {
      // What the text of a refusal names.
      await this.#resolve(rule.effects.signals);
      if (this.#apply(rule.id, rule, rule.effects, mode, true) === 'end') return 'end';
    }
    return this.#takeUnknown(unknown, rule, mode);
  }

  /** Evaluates a condition, and asks for a signal only when it cannot be decided without. */
  async #decide(rule: Rule): Promise<Condition> {
    const { variables, signals, use } = this.#evaluation;
    for (;;) {
      use.begin();
      try {
        return rule.when(variables) === true ? 'matched' : 'not-matched';
      } catch (error) {
        const next = SIGNALS.find((name) => use.pending.has(name));
        if (next === undefined) return use.caused(error) ? 'unknown' : 'failed';
        await signals.resolve(next);
      }
    }
  }

  #unknownSignals(): SignalName[] {
    const { use } = this.#evaluation;
    return SIGNALS.filter((name) => use.unknown.has(name) || use.incomplete.has(name));
  }

  /** Asks for the signals that effects name, and tells which of them are unknown. */
  async #resolve(names: ReadonlySet<SignalName>): Promise<SignalName[]> {
    const { signals } = this.#evaluation;
    for (const name of names) await signals.resolve(name);
    // With the address unknown, the others were never asked.
    return SIGNALS.filter((name) => names.has(name) && signals[name]?.known === false);
  }

  async #takeUnknown(
    names: readonly SignalName[],
    rule: Rule,
    mode: Mode,
  ): Promise<'end' | 'go-on'> {
    for (const name of names) {
      const cause = this.#causeOf(name);
      if (!this.missing.some((missing) => missing.signal === name)) {
        this.missing.push({ signal: name, cause, rule: rule.id });
      }
      if (this.#applied.has(name)) continue;
      if (mode === 'enforce') this.#applied.add(name);
      const effects = this.#evaluation.policy.unknown[name](cause);
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
    if (mode === 'monitor') {
      if (!this.monitored.some((other) => other.rule === id)) {
        this.monitored.push({ rule: id, would: consequence(effects) });
      }
      return 'go-on';
    }
    const { variables, policy } = this.#evaluation;
    const unenforceable = id === rule.id ? rule.unenforceable : policy.unenforceable;
    this.matched.push(id);
    if (effects.deny !== undefined) {
      this.refusal = effects.deny(variables);
      return 'end';
    }
    const change = onlyRestrict
      ? effects.restriction(id, unenforceable)
      : effects.change(id, unenforceable, variables);
    if (change !== undefined) this.changes.push(change);
    return effects.allow && !onlyRestrict ? 'end' : 'go-on';
  }
}

function consequence(effects: Effects): Monitored['would'] {
  if (effects.deny !== undefined) return 'refuse';
  return effects.restricts ? 'restrict' : 'issue';
}
