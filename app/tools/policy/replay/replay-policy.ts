import { SignalReader } from '../../../src/policy/cel/signal-reader.ts';
import type { UnknownRead } from '../../../src/policy/cel/unknown-parts.ts';
import { Variables } from '../../../src/policy/cel/variables/variables.ts';
import { evaluateCondition } from '../../../src/policy/condition.ts';
import type { Effects } from '../../../src/policy/effects/effects.ts';
import type { Policy, Rule } from '../../../src/policy/policy.ts';
import type { LocalTime } from '../../../src/policy/policy-clock.ts';
import type { UnknownCause } from '../../../src/signals/causes.ts';
import type { SignalName } from '../../../src/signals/request-signals.ts';
import {
  type DecisionLine,
  impossibleEffects,
  type OutcomeByRule,
  rulesThatChangedNothing,
} from './decision-line.ts';
import { type EffectSummary, summariseEffects } from './effect-summary.ts';
import { MissingParts } from './missing-parts.ts';
import { type Alternative, PossibleOutcomes } from './possible-outcomes.ts';
import { RecordedLists } from './recorded-lists.ts';
import { RecordedRequest } from './recorded-request.ts';
import { RecordedSignals } from './recorded-signals.ts';
import { Undecided } from './undecided.ts';

/** What a policy decides on a record. */
export type ReplayedDecision =
  | ({ readonly determined: true } & OutcomeByRule)
  | {
      readonly determined: false;
      /** The first rule that could not be decided. */
      readonly rule: string;
      /** What the record lacks, as CEL: `token.claims["groups"]`. */
      readonly needs: readonly string[];
    };

/** Minutes whose calendar computation is kept. Several files are in order, but not with each other. */
const MAX_CACHED_MINUTES = 20_000;
const MINUTE_MS = 60_000;

/**
 * A policy that decides on records. Where a record lacks what a condition needs, it follows every way in which the
 * condition may have turned out, and the decision is determined if all of them have the same outcome.
 */
export class ReplayPolicy {
  readonly policy: Policy;
  readonly #missing = new MissingParts();
  readonly #lists: RecordedLists;
  readonly #rules: readonly { readonly rule: Rule; readonly effects: EffectSummary }[];
  readonly #entries = new Map<Effects, EffectSummary>();
  readonly #times = new Map<number, LocalTime>();

  constructor(policy: Policy) {
    this.policy = policy;
    this.#lists = new RecordedLists(policy.lists, this.#missing);
    this.#rules = policy.rules
      .filter(({ mode }) => mode !== 'monitor')
      .map((rule) => ({
        rule,
        effects: summariseEffects(rule.id, rule.effects, rule.enforcement),
      }));
  }

  /** Decides as if the policy were enforced. */
  decide(line: DecisionLine): ReplayedDecision {
    const signals = new RecordedSignals(line, this.#missing);
    const reader = new SignalReader(signals);
    const variables = this.#variablesOf(line, reader);
    const outcomes = new PossibleOutcomes({
      grant: line.grant,
      impossible: impossibleEffects(line),
      changedNothing: rulesThatChangedNothing(line),
    });
    const undecided = new Undecided();
    for (const { rule, effects } of this.#rules) {
      this.#missing.clear();
      const result = evaluateCondition(rule, variables, reader);
      if (result.status === 'not-matched') continue;
      if (result.status === 'matched') {
        this.#applyMatched({ outcomes, undecided, effects, signals, reader, rule });
      } else if (!('unknownSignals' in result) || this.#missing.size > 0) {
        undecided.addCondition(rule, this.#missing);
        outcomes.applyOneOf(this.#alternatives(rule, effects, signals, reader));
      } else {
        if (result.status === 'failed' && rule.restrictsOnFailure) {
          outcomes.applyOneOf([{ effects, failed: true }]);
        }
        this.#applyUnknown(outcomes, result.unknownSignals);
      }
      if (outcomes.dependsOnToken) undecided.add(rule.id, 'token');
      if (!outcomes.continues) break;
    }
    outcomes.end();
    const [first, ...others] = outcomes.found;
    if (first === undefined || others.length > 0) {
      return { determined: false, rule: undecided.rule ?? '', needs: [...undecided.needs] };
    }
    const [outcome, rule] = first;
    return { determined: true, outcome, rule };
  }

  #variablesOf(line: DecisionLine, reader: SignalReader): Variables {
    const missing = this.#missing;
    const millis = typeof line.time === 'string' ? Date.parse(line.time) : Number.NaN;
    const timeOf = (now: number) => this.#localTime(now);
    return new Variables({
      request: new RecordedRequest(line, missing),
      signals: reader,
      lists: this.#lists,
      get now() {
        return Number.isNaN(millis) ? missing.fail('now') : millis;
      },
      get time() {
        return timeOf(this.now);
      },
    });
  }

  #localTime(now: number): LocalTime {
    const minute = Math.floor(now / MINUTE_MS);
    const cached = this.#times.get(minute);
    if (cached !== undefined) return cached;
    if (this.#times.size >= MAX_CACHED_MINUTES) this.#times.clear();
    const time = this.policy.clock(now);
    this.#times.set(minute, time);
    return time;
  }

  #applyMatched({ outcomes, undecided, effects, signals, reader, rule }: Matched): void {
    const applied: Alternative = { effects, failed: false };
    // A required set may have no value, for which the token is refused.
    const mayLackValue = effects.required.includes('claims.set') && effects.hasTemplates;
    if (mayLackValue) undecided.addEffects(rule);
    outcomes.applyOneOf(mayLackValue ? [applied, { effects, failed: true }] : [applied]);
    if (!outcomes.continues) return;
    for (const { name, causes, certain } of unknownInEffects(rule, signals, reader)) {
      const entries = this.#entriesOf(name, causes);
      if (!certain) undecided.addEffects(rule);
      outcomes.applyOneOf(certain && entries.length > 0 ? entries : ['continue', ...entries]);
      if (!outcomes.continues) return;
    }
  }

  /** Applies the entries of `unknown` of signals that a condition needed. */
  #applyUnknown(outcomes: PossibleOutcomes, reads: readonly UnknownRead[]): void {
    for (const { signal, cause } of reads) {
      const [entry] = this.#entriesOf(signal, [cause]);
      if (entry !== undefined && outcomes.continues) outcomes.applyOneOf([entry]);
    }
  }

  /**
   * Returns the ways in which a condition may have turned out that reads what the record lacks. With the value, it may
   * have read signals that it has not read without.
   */
  #alternatives(
    rule: Rule,
    effects: EffectSummary,
    signals: RecordedSignals,
    reader: SignalReader,
  ): Alternative[] {
    const inEffects = unknownInEffects(rule, signals, reader);
    const entries = [...rule.signals].flatMap((name) =>
      this.#entriesOf(name, signals.possibleCauses(name, fieldsOf(rule, name))),
    );
    return [
      'continue',
      { effects, failed: false },
      { effects, failed: true },
      ...entries,
      ...inEffects.flatMap(({ name, causes }) => this.#entriesOf(name, causes)),
    ];
  }

  /** Returns the entries of `unknown` for these causes, each once. */
  #entriesOf(signal: SignalName, causes: readonly UnknownCause[]): Alternative[] {
    const find = this.policy.unknown[signal];
    const found = new Set(causes.flatMap((cause) => find(cause) ?? []));
    return [...found].map((effects) => ({
      effects: this.#summaryOf(signal, effects),
      failed: false,
    }));
  }

  #summaryOf(signal: SignalName, effects: Effects): EffectSummary {
    const known = this.#entries.get(effects);
    if (known !== undefined) return known;
    const summary = summariseEffects(`unknown.${signal}`, effects, this.policy.enforcement);
    this.#entries.set(effects, summary);
    return summary;
  }
}

/** Returns the fields of a signal that a condition reads; undefined if it may read any. */
function fieldsOf({ source }: Rule, signal: SignalName): readonly string[] | undefined {
  const pattern = FIELD_PATTERNS[signal];
  const fields = source.variables.flatMap(({ name }) => pattern.exec(name)?.[1] ?? []);
  return fields.length === 0 ? undefined : fields;
}

/** How conditions read a field of a signal, or ask a feed. */
const FIELD_PATTERNS: Readonly<Record<SignalName, RegExp>> = {
  address: /^address\.(\w+)/,
  geo: /^geo\.\??(\w+)/,
  network: /^network\.\??(\w+)/,
  anonymizer: /^anonymizer\.\??(\w+)/,
  feeds: /^address\.within\("(.*)"\)$/,
  reputation: /^abuse\.\??(\w+)/,
};

interface Matched {
  readonly outcomes: PossibleOutcomes;
  readonly undecided: Undecided;
  readonly effects: EffectSummary;
  readonly signals: RecordedSignals;
  readonly reader: SignalReader;
  readonly rule: Rule;
}

/** A signal in the texts and values of a rule that was unknown, or may have been. */
interface UnknownInEffects {
  readonly name: SignalName;
  readonly causes: readonly UnknownCause[];
  readonly certain: boolean;
}

function unknownInEffects(
  { effects }: Rule,
  signals: RecordedSignals,
  reader: SignalReader,
): UnknownInEffects[] {
  // Without an address, no other signal is fetched.
  const isWithoutAddress = effects.signals.size > 0 && signals.causeOf('address') !== undefined;
  const names = isWithoutAddress ? ADDRESS_ONLY : effects.signals;
  return [...names].flatMap((name): UnknownInEffects[] => {
    if (!reader.isNeeded(name, effects.reputationUse)) return [];
    const cause = signals.causeOf(name);
    if (cause !== undefined) return [{ name, causes: [cause], certain: true }];
    // Each feed, and each field of `anonymizer`, may be unknown on its own.
    const hasParts = name === 'feeds' || name === 'anonymizer';
    if (signals.has(name) && !hasParts) return [];
    return [{ name, causes: signals.possibleCauses(name, undefined), certain: false }];
  });
}

const ADDRESS_ONLY: ReadonlySet<SignalName> = new Set(['address']);
