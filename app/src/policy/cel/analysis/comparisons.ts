import { parseAddress } from '../../../signals/address/parse.ts';
import { CONTINENTS, isContinentCode, isCountryCode } from '../../../signals/geo/codes.ts';
import type { Issues } from '../../file/issues.ts';
import { notAContinent, notACountry, type ParsedList } from '../../lists.ts';
import {
  type CodeDomain,
  type Domain,
  type Flow,
  isCodeDomain,
  type Source,
  sourcesOf,
} from './flow.ts';

export type Order = '<' | '<=' | '>' | '>=';

/** What comparisons make of the lists of the policy. */
export interface ListUses {
  readonly countryLists: Set<string>;
  readonly continentLists: Set<string>;
}

/** Checks what values are compared with. */
export class Comparisons {
  readonly #lists: ReadonlyMap<string, ParsedList>;
  readonly #uses: ListUses;
  readonly #problems: Issues;

  constructor(lists: ReadonlyMap<string, ParsedList>, uses: ListUses, problems: Issues) {
    this.#lists = lists;
    this.#uses = uses;
    this.#problems = problems;
  }

  /** Values of which one may be found equal to the other. */
  equal(left: Flow | undefined, right: Flow | undefined): void {
    if (left === undefined || right === undefined) return;
    this.#checkFields(left, right);
    this.#checkFields(right, left);
    this.#checkDerived(left, right);
    this.#checkDerived(right, left);
    this.equal(left.elements, right.elements);
    this.equal(left.keys, right.keys);
  }

  order(left: Flow, operator: Order, right: Flow): void {
    const reason = `${operator} compares texts letter by letter`;
    this.search(left, right, reason);
    this.search(right, left, reason);
    this.#checkOrder(left, operator, right);
    this.#checkOrder(right, MIRRORED[operator], left);
  }

  /** A code that is looked at in another way than as a whole. */
  search(text: Flow, other: Flow, reason: string): void {
    const domain = codeDomainOf(text);
    if (domain !== undefined && hasPolicyText(other)) this.#add(`${reason}; ${spelling(domain)}`);
  }

  #checkFields(left: Flow, right: Flow): void {
    const constants = sourcesOf(left, 'constant').map(({ value }) => value);
    for (const { domain } of sourcesOf(left, 'field')) {
      if (isCodeDomain(domain)) this.#checkDefaults(domain, constants);
      for (const source of right.sources.values()) {
        if (source.kind === 'constant' && constants.includes(source.value)) continue;
        if (domain.kind === 'number') this.#checkNumber(domain, source);
        else if (domain.kind === 'address') this.#checkAddress(source);
        else this.#checkCode(domain, source);
      }
    }
  }

  /** An address has one canonical form, and lists of addresses contain networks. */
  #checkAddress(source: Source): void {
    if (source.kind === 'entry') {
      this.#add(
        `ask address.within("${source.list}"): it knows CIDRs, and an address in another spelling`,
      );
    } else if (source.kind === 'constant' && typeof source.value === 'string') {
      const text = source.value;
      const canonical = parseAddress(text)?.value;
      if (text === '' || canonical === text) return;
      const remedy =
        canonical === undefined
          ? 'for a network, write address.within("list")'
          : `write "${canonical}"`;
      this.#add(`address.value is never "${text}"; ${remedy}`);
    }
  }

  #checkCode(domain: CodeDomain, source: Source): void {
    if (source.kind === 'constant') {
      if (typeof source.value === 'string') this.#checkText(domain, source.value);
    } else if (source.kind === 'entry') {
      const { countryLists, continentLists } = this.#uses;
      (domain.kind === 'country' ? countryLists : continentLists).add(source.list);
    } else if (source.kind === 'computed') {
      this.#add(
        `what ${domain.name} is compared with is put together while the condition is evaluated, so it cannot be checked; ${spelling(domain)}`,
      );
    }
  }

  #checkText(domain: CodeDomain, text: string): void {
    // A field that is compared with nothing is a way to ask for it.
    if (text === '' || isCode(domain, text)) return;
    this.#add(domain.kind === 'country' ? notACountry(text) : notAContinent(text));
  }

  /** What may stand for a code that is missing: any text but one that was meant as a code. */
  #checkDefaults(domain: CodeDomain, constants: readonly unknown[]): void {
    for (const value of constants) {
      if (typeof value !== 'string' || isCode(domain, value)) continue;
      if (isCode(domain, value.trim().toUpperCase())) this.#checkText(domain, value);
    }
  }

  #checkDerived(left: Flow, right: Flow): void {
    for (const { domain, by } of sourcesOf(left, 'derived')) {
      if (!hasPolicyText(right) && codeDomainOf(right) === undefined) continue;
      this.#add(
        `${by} makes another text of ${domain.name}, so it cannot be checked; ${spelling(domain)}`,
      );
    }
  }

  #checkNumber(domain: NumberDomain, source: Source): void {
    if (source.kind === 'constant' && isNumber(source.value)) {
      const value = Number(source.value);
      if (!contains(domain, value)) this.#addRange(domain, `${domain.name} is never ${value}`);
    } else if (source.kind === 'entry') {
      for (const { value } of this.#lists.get(source.list)?.entries ?? []) {
        if (typeof value !== 'bigint' || contains(domain, Number(value))) continue;
        this.#addRange(
          domain,
          `lists.${source.list} contains ${value}, which ${domain.name} never is`,
        );
      }
    }
  }

  #checkOrder(left: Flow, operator: Order, right: Flow): void {
    for (const source of sourcesOf(left, 'field')) {
      const { domain } = source;
      if (domain.kind !== 'number') continue;
      const others = [...left.sources.values()].filter((other) => other !== source);
      for (const { value } of sourcesOf(right, 'constant')) {
        if (!isNumber(value)) continue;
        const verdict = constantOutcome(domain, operator, Number(value));
        // Beside something else, e.g. a default, the comparison may hold for that.
        if (verdict === undefined || others.some((other) => mayHold(other, operator, value)))
          continue;
        this.#addRange(domain, `${domain.name} ${operator} ${value} is ${verdict}`);
      }
    }
  }

  #addRange({ min, max, values, name }: NumberDomain, reason: string): void {
    const range =
      values?.join(' or ') ??
      (max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`);
    this.#add(`${reason}: ${name} is ${range}`);
  }

  #add(message: string): void {
    this.#problems.add(message);
  }
}

type NumberDomain = Extract<Domain, { kind: 'number' }>;

const MIRRORED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function codeDomainOf(flow: Flow): CodeDomain | undefined {
  const [derived] = sourcesOf(flow, 'derived');
  if (derived !== undefined) return derived.domain;
  return sourcesOf(flow, 'field')
    .map(({ domain }) => domain)
    .find(isCodeDomain);
}

/** Whether a value may be a text that stands in the policy, which must be spelt as codes are. */
function hasPolicyText({ sources }: Flow): boolean {
  return [...sources.values()].some(
    (source) =>
      source.kind === 'computed' ||
      source.kind === 'entry' ||
      (source.kind === 'constant' && source.value !== ''),
  );
}

function isCode({ kind }: CodeDomain, text: string): boolean {
  return kind === 'country' ? isCountryCode(text) : isContinentCode(text);
}

function spelling({ name, kind }: CodeDomain): string {
  return kind === 'country'
    ? `write ${name} == "KP", ${name} in ["KP", "IR"] or ${name} in lists.restricted_countries`
    : `write ${name} == "EU" or ${name} in ["EU", "NA"], of ${CONTINENTS.join(', ')}`;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function contains({ min, max, values }: NumberDomain, value: number): boolean {
  if (values !== undefined) return values.includes(value);
  return Number.isInteger(value) && value >= min && value <= max;
}

/**
 * What an order comparison is for every value of the domain, where that is a mistake: `now.hour < 24` is always
 * true and says what it means, `abuse.score < 750` is not what somebody means.
 */
function constantOutcome(
  { min, max, guarded }: NumberDomain,
  operator: Order,
  value: number,
): string | undefined {
  const holdsFor = (one: number) => holds(one, operator, value);
  if (!holdsFor(min) && !holdsFor(max)) return 'never true';
  const isFarOutside = !guarded && (value > max + 1 || value < min - 1);
  return isFarOutside && holdsFor(min) && holdsFor(max) ? 'always true' : undefined;
}

function mayHold(source: Source, operator: Order, value: number | bigint): boolean {
  if (source.kind !== 'constant' || !isNumber(source.value)) return true;
  return holds(Number(source.value), operator, Number(value));
}

function holds(left: number, operator: Order, right: number): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}
