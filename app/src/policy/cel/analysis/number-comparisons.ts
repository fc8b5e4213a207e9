import type { ParsedList } from '../../lists.ts';
import type { NumberDomain } from './domains.ts';
import { type Flow, type Source, sourcesOf } from './flow.ts';

export type Order = '<' | '<=' | '>' | '>=';

/** Returns the issues of a number that is tested for equality with a value that it never has. */
export function valueIssues(
  domain: NumberDomain,
  source: Source,
  lists: ReadonlyMap<string, ParsedList>,
): string[] {
  if (source.kind === 'constant' && isNumber(source.value)) {
    const value = Number(source.value);
    return includes(domain, value) ? [] : [withRange(`${domain.name} is never ${value}`, domain)];
  }
  if (source.kind !== 'entry') return [];
  return (lists.get(source.list)?.entries ?? []).flatMap(({ value }) =>
    typeof value !== 'bigint' || includes(domain, Number(value))
      ? []
      : [
          withRange(
            `lists.${source.list} contains ${value}, but ${domain.name} is never ${value}`,
            domain,
          ),
        ],
  );
}

/** Returns the issues of order comparisons whose result is the same for all values of a number. */
export function orderIssues(left: Flow, operator: Order, right: Flow): string[] {
  return sourcesOf(left, 'field').flatMap((source) => {
    const { domain } = source;
    if (domain.kind !== 'number') return [];
    // The comparison may have another result for another source of the value, such as a default.
    const others = [...left.sources.values()].filter((other) => other !== source);
    return sourcesOf(right, 'constant').flatMap(({ value }) => {
      if (!isNumber(value) || others.some((other) => mayBeTrue(other, operator, value))) return [];
      if (isShare(domain, value)) {
        const percent = Math.round(Number(value) * 100);
        return [
          `${domain.name} ${operator} ${value} compares a whole number from 0 to 100 with a share of 1; write ${percent}`,
        ];
      }
      const outcome = constantOutcome(domain, operator, Number(value));
      if (outcome === undefined) return [];
      return [withRange(`${domain.name} ${operator} ${value} is ${outcome}`, domain)];
    });
  });
}

/** Nobody means `abuse.score >= 0.75`, which is true from 1 on. */
function isShare({ min, max }: NumberDomain, value: number | bigint): boolean {
  return min === 0 && max === 100 && value > 0 && value < 1;
}

function withRange(reason: string, { min, max, values, name }: NumberDomain): string {
  const range =
    values?.join(' or ') ??
    (max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`);
  return `${reason}: ${name} is ${range}`;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function includes({ min, max, values }: NumberDomain, value: number): boolean {
  if (values !== undefined) return values.includes(value);
  return Number.isInteger(value) && value >= min && value <= max;
}

/**
 * Returns the result of a comparison if it is the same for the whole domain, and an issue: `now.hour < 24` is
 * always true and harmless, but nobody means `abuse.score < 750`.
 */
function constantOutcome(
  { min, max, guarded }: NumberDomain,
  operator: Order,
  value: number,
): string | undefined {
  const isTrueFor = (one: number) => compare(one, operator, value);
  if (!isTrueFor(min) && !isTrueFor(max)) return 'never true';
  const isFarOutside = !guarded && (value > max + 1 || value < min - 1);
  return isFarOutside && isTrueFor(min) && isTrueFor(max) ? 'always true' : undefined;
}

function mayBeTrue(source: Source, operator: Order, value: number | bigint): boolean {
  if (source.kind !== 'constant' || !isNumber(source.value)) return true;
  return compare(Number(source.value), operator, Number(value));
}

function compare(left: number, operator: Order, right: number): boolean {
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
