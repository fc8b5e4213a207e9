import type { DecisionLine, Fields, OutcomeByRule } from './decision-line.ts';
import type { ChangeExample, RuleChange } from './report.ts';
import { addTo, emptyTally, rounded, Tallies, type Tally } from './tallies.ts';

/** Limit of the combinations of outcomes and rules in memory: a file may contain records of many policies. */
const MAX_CHANGES = 1000;
const MAX_EXAMPLES = 3;
/** For one rule, fewer countries and clients are counted than for all. */
const MAX_KEYS_OF_RULE = 200;
const MAX_TEXT = 128;

interface Counted {
  readonly change: Pick<RuleChange, 'from' | 'to' | 'rule' | 'formerRule'>;
  readonly tally: Tally;
  readonly countries: Tallies;
  readonly clients: Tallies;
  readonly examples: ChangeExample[];
}

/** Counts changed decisions by outcomes, rule, country and client, with examples, in bounded memory. */
export class ChangeTallies {
  readonly countries = new Tallies();
  readonly clients = new Tallies();
  readonly #byRule = new Map<string, Counted>();

  add(line: DecisionLine, before: OutcomeByRule, after: OutcomeByRule, weight: number): void {
    const country = countryOf(line) ?? '(unknown)';
    const client = textOf(line.client_id) ?? '(unknown)';
    this.countries.add(country, weight);
    this.clients.add(client, weight);
    const counted = this.#countedFor(before, after);
    if (counted === undefined) return;
    addTo(counted.tally, weight);
    counted.countries.add(country, weight);
    counted.clients.add(client, weight);
    if (counted.examples.length < MAX_EXAMPLES) counted.examples.push(exampleOf(line));
  }

  /** Returns the changes, most frequent first. @param limit of countries and clients of each. */
  byRule(limit: number): RuleChange[] {
    return [...this.#byRule.values()]
      .sort((one, other) => other.tally.decisions - one.tally.decisions)
      .map(({ change, tally, countries, clients, examples }) => ({
        ...change,
        cause: causeOf(change),
        ...rounded(tally),
        byCountry: countries.top(limit),
        byClient: clients.top(limit),
        examples,
      }));
  }

  #countedFor(before: OutcomeByRule, after: OutcomeByRule): Counted | undefined {
    const key = JSON.stringify([before.outcome, after.outcome, after.rule, before.rule]);
    const known = this.#byRule.get(key);
    if (known !== undefined || this.#byRule.size >= MAX_CHANGES) return known;
    const counted: Counted = {
      change: {
        from: before.outcome,
        to: after.outcome,
        rule: after.rule,
        formerRule: before.rule,
      },
      tally: emptyTally(),
      countries: new Tallies(MAX_KEYS_OF_RULE),
      clients: new Tallies(MAX_KEYS_OF_RULE),
      examples: [],
    };
    this.#byRule.set(key, counted);
    return counted;
  }
}

function causeOf({ rule, formerRule }: Counted['change']): string {
  if (rule === formerRule) return rule ?? 'no single rule';
  if (rule === undefined) return `no longer ${formerRule}`;
  return formerRule === undefined ? rule : `${rule} instead of ${formerRule}`;
}

function exampleOf(line: DecisionLine): ChangeExample {
  const { value, cause } = line.signals?.address ?? {};
  return {
    decisionId: textOf(line.decision_id),
    time: textOf(line.time),
    address: textOf(value) ?? textOf(cause),
    country: countryOf(line),
    client: textOf(line.client_id),
    grant: textOf(line.grant),
  };
}

function countryOf({ signals }: DecisionLine): string | undefined {
  const geo: Fields | undefined = signals?.geo;
  return textOf(geo?.country);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : undefined;
}
