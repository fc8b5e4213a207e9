import { parseAddress } from '../../../signals/address/parse.ts';
import { CONTINENTS, isContinentCode, isCountryCode } from '../../../signals/geo/codes.ts';
import type { IssueDetails, Issues } from '../../file/issues.ts';
import type { ParsedList } from '../../lists.ts';
import { notAContinent, notACountry } from '../../place-codes.ts';
import type { Node } from '../library/node.ts';
import { type CodeDomain, isCodeDomain } from './domains.ts';
import { type Flow, type Source, sourcesOf } from './flow.ts';
import { issuesAt, issuesAtLiteral } from './issues-at.ts';
import { checkName, checkNamePart } from './name-comparisons.ts';
import { type Order, orderIssues, valueIssues } from './number-comparisons.ts';

/** Names of the lists of the policy that are compared with codes. */
export interface ListUses {
  readonly countryLists: Set<string>;
  readonly continentLists: Set<string>;
}

const MIRRORED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** Reports comparisons with values that a field never has. */
export class ComparisonChecker {
  readonly #lists: ReadonlyMap<string, ParsedList>;
  readonly #uses: ListUses;
  readonly #issues: Issues;
  readonly #node: Node;

  /**
   * @param issues of the whole expression.
   * @param node the part whose values are compared.
   */
  constructor(lists: ReadonlyMap<string, ParsedList>, uses: ListUses, issues: Issues, node: Node) {
    this.#lists = lists;
    this.#uses = uses;
    this.#issues = issues;
    this.#node = node;
  }

  /** Checks values that are tested for equality, with `==`, `!=` or `in`. */
  checkEquality(left: Flow | undefined, right: Flow | undefined): void {
    if (left === undefined || right === undefined) return;
    this.#checkFields(left, right);
    this.#checkFields(right, left);
    this.#checkDerived(left, right);
    this.#checkDerived(right, left);
    this.checkEquality(left.elements, right.elements);
    this.checkEquality(left.keys, right.keys);
  }

  /** Checks values that are compared with `<`, `<=`, `>` or `>=`. */
  checkOrder(left: Flow, operator: Order, right: Flow): void {
    const reason = `${operator} compares strings character by character`;
    this.checkSearch(left, right, reason);
    this.checkSearch(right, left, reason);
    this.#addAll(orderIssues(left, operator, right));
    this.#addAll(orderIssues(right, MIRRORED[operator], left));
  }

  /** Reports a code that is not compared as a whole. */
  checkSearch(value: Flow, other: Flow, reason: string): void {
    const domain = codeDomainOf(value);
    if (domain !== undefined && mayBePolicyString(other)) {
      this.#add(`${reason}; ${howToCompare(domain)}`);
    }
  }

  /** Reports a part of a name that no name has. */
  checkPart(value: Flow, method: string, part: Flow): void {
    checkNamePart(value, method, part, issuesAt(this.#issues, this.#node));
  }

  #checkFields(left: Flow, right: Flow): void {
    const constants = sourcesOf(left, 'constant').map(({ value }) => value);
    for (const { domain } of sourcesOf(left, 'field')) {
      if (isCodeDomain(domain)) this.#checkDefaults(domain, constants);
      for (const source of right.sources.values()) {
        if (source.kind === 'constant' && constants.includes(source.value)) continue;
        if (domain.kind === 'number') this.#addAll(valueIssues(domain, source, this.#lists));
        else if (domain.kind === 'address') this.#checkAddress(source);
        else if (domain.kind === 'names') {
          checkName(domain, source, this.#lists, this.#issuesAbout(source));
        } else this.#checkCode(domain, source);
      }
    }
  }

  /** An address has one canonical form, and lists of addresses contain networks. */
  #checkAddress(source: Source): void {
    if (source.kind === 'entry') {
      this.#add(
        `write address.within("${source.list}"): it supports CIDRs, and addresses in any notation`,
      );
    } else if (source.kind === 'constant' && typeof source.value === 'string') {
      const text = source.value;
      const canonical = parseAddress(text)?.value;
      if (text === '' || canonical === text) return;
      const remedy =
        canonical === undefined
          ? 'for a network, write address.within("list")'
          : `write "${canonical}"`;
      this.#addAbout(text, `address.value is never "${text}"; ${remedy}`);
    }
  }

  #checkCode(domain: CodeDomain, source: Source): void {
    if (source.kind === 'constant') {
      if (typeof source.value === 'string') this.#checkCodeString(domain, source.value);
    } else if (source.kind === 'entry') {
      const { countryLists, continentLists } = this.#uses;
      (domain.kind === 'country' ? countryLists : continentLists).add(source.list);
    } else if (source.kind === 'computed') {
      this.#add(
        `${domain.name} is compared with a computed value, which cannot be checked; ${howToCompare(domain)}`,
      );
    }
  }

  #checkCodeString(domain: CodeDomain, text: string): void {
    // A comparison with "" tests whether the field has a value.
    if (text === '' || isCode(domain, text)) return;
    const { message, ...details } =
      domain.kind === 'country' ? notACountry(text) : notAContinent(text);
    this.#addAbout(text, message, details);
  }

  /** A default for a missing code may be any string, except a misspelt code. */
  #checkDefaults(domain: CodeDomain, constants: readonly unknown[]): void {
    for (const value of constants) {
      if (typeof value !== 'string' || isCode(domain, value)) continue;
      if (isCode(domain, value.trim().toUpperCase())) this.#checkCodeString(domain, value);
    }
  }

  #checkDerived(left: Flow, right: Flow): void {
    for (const { domain, by } of sourcesOf(left, 'derived')) {
      if (!mayBePolicyString(right) && codeDomainOf(right) === undefined) continue;
      this.#add(
        `${by} changes ${domain.name} to another string, which cannot be checked; ${howToCompare(domain)}`,
      );
    }
  }

  /** Returns the collector that marks the literal of a constant, or the whole comparison. */
  #issuesAbout(source: Source): Issues {
    return source.kind === 'constant'
      ? issuesAtLiteral(this.#issues, this.#node, source.value)
      : issuesAt(this.#issues, this.#node);
  }

  #addAll(messages: readonly string[]): void {
    for (const message of messages) this.#add(message);
  }

  #add(message: string): void {
    issuesAt(this.#issues, this.#node).add(message);
  }

  /** Adds an issue of a constant, and marks its literal. */
  #addAbout(constant: string, message: string, details?: IssueDetails): void {
    issuesAtLiteral(this.#issues, this.#node, constant).add(message, details);
  }
}

function codeDomainOf(flow: Flow): CodeDomain | undefined {
  const [derived] = sourcesOf(flow, 'derived');
  if (derived !== undefined) return derived.domain;
  return sourcesOf(flow, 'field')
    .map(({ domain }) => domain)
    .find(isCodeDomain);
}

/** Returns whether a value may be a string of the policy, which must then be a valid code. */
function mayBePolicyString({ sources }: Flow): boolean {
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

function howToCompare({ name, kind }: CodeDomain): string {
  return kind === 'country'
    ? `write ${name} == "KP", ${name} in ["KP", "IR"] or ${name} in lists.restricted_countries`
    : `write ${name} == "EU" or ${name} in ["EU", "NA"], of ${CONTINENTS.join(', ')}`;
}
