import fc from 'fast-check';
import type { ScoreKnowledge } from '../../app/src/signals/reputation/score-knowledge.ts';
import type { Scenario } from './decide.ts';
import { requestWith } from './payloads.ts';

/*
 * Policies with rules that are often shadowed, redundant or constant, and requests that reach every part of them.
 */

const ATOMS = [
  ...['abuse.score >= 75', 'abuse.score >= 90', 'abuse.score < 25', 'abuse.score == 80'],
  ...['abuse.tor', 'has(abuse.score)', 'abuse.score in [80, 95]', 'abuse.score >= 25'],
  ...['geo.country == "KP"', 'geo.country in ["KP", "IR"]', 'geo.country in lists.countries'],
  ...['has(geo.country)', 'geo.?country.orValue("none") in ["none", "KP"]', 'geo.country != "KP"'],
  ...['request.grant == "password"', 'request.grant in ["password", "refresh_token"]'],
  ...['request.grant.startsWith("pass")', '"admin" in request.scopes', 'user.id == ""'],
  ...['now.hour >= 22', 'now.hour < 6', 'now.weekday in [0, 6]', 'address.version == 4'],
  ...[
    'address.within("networks")',
    'address.within("tor-exits")',
    'anonymizer.vpn',
    'anonymizer.tor',
  ],
  ...['token.claims["level"] == 1', 'token.claims["level"] == 2', 'token.lifetime > 600'],
  ...['geo.country == request.params["country"]', 'true', 'false'],
];

/** Returns conditions that combine some atoms. */
function conditionOf(atoms: readonly string[]): fc.Arbitrary<string> {
  const atom = fc.constantFrom(...atoms);
  const tree: fc.Memo<string> = fc.memo((depth) => {
    if (depth <= 1) return atom;
    const part = tree(depth - 1);
    const pair = (operator: string) =>
      fc.tuple(part, part).map(([left, right]) => `(${left} ${operator} ${right})`);
    return fc.oneof(
      { weight: 3, arbitrary: atom },
      pair('&&'),
      pair('||'),
      part.map((one) => `!(${one})`),
      fc.tuple(part, atom, atom).map(([test, one, other]) => `(${test} ? ${one} : ${other})`),
    );
  });
  return tree(3);
}

/** Few atoms: with many, a rule rarely implies another one. */
const conditions = fc
  .uniqueArray(fc.constantFrom(...ATOMS), { minLength: 1, maxLength: 3 })
  .chain((atoms) => fc.array(conditionOf(atoms), { minLength: 5, maxLength: 5 }));

const effects = fc.constantFrom<object>(
  ...[{ deny: 'No.' }, { deny: 'No.' }, { deny: 'Never.' }, { allow: true }],
  ...[{ lifetime: 300 }, { lifetime: 300 }, { lifetime: 900 }, { scopes: { remove: ['admin'] } }],
  ...[{ scopes: { remove: ['a*'] }, lifetime: 300 }, { claims: { set: { risk: 'high' } } }],
  { allow: true, lifetime: 300 },
);

const entry = fc.constantFrom<object | string>(
  ...['ignore', 'ignore', { deny: 'Unknown.' }, { lifetime: 60 }, { allow: true }],
);

const mode = fc.constantFrom(undefined, undefined, undefined, 'monitor', 'enforce');

/** A policy as an object: JSON is YAML. */
export interface LintedPolicy {
  readonly rules: readonly { readonly id: string }[];
}

export const lintedPolicy: fc.Arbitrary<LintedPolicy> = fc
  .record({
    mode: fc.constantFrom('enforce', 'enforce', 'monitor'),
    conditions,
    rules: fc.array(fc.record({ effects, mode }), { minLength: 2, maxLength: 5 }),
    unknown: fc.record({
      address: entry,
      geo: entry,
      anonymizer: entry,
      feeds: entry,
      reputation: entry,
    }),
  })
  .map(({ rules, conditions: conditionsOf, ...policy }) => ({
    version: 1,
    ...policy,
    lists: {
      countries: ['KP', { value: 'IR', until: '2026-01-05' }, 'RU'],
      networks: ['205.210.31.0/24'],
    },
    feeds: ['tor-exits'],
    rules: rules.map(({ effects: then, mode: own }, index) => ({
      id: `rule-${index}`,
      when: conditionsOf[index],
      then,
      ...(own && { mode: own }),
    })),
  }));

const DAY_MS = 86_400_000;

/** What a list proves about the score. A CHECK is always newer than this list. */
function proven(range: string): ScoreKnowledge {
  const [min = 0, max = 100] = range.split('-').map(Number);
  return { min, max, listed: min > 0, publishedAt: -1, age: 0 };
}

/** Requests that differ in everything that the conditions read. */
export const lintedScenario: fc.Arbitrary<Scenario> = fc
  .record({
    grant: fc.constantFrom('password', 'refresh_token', 'client_credentials'),
    scopes: fc.constantFrom([], ['admin'], ['orders']),
    level: fc.constantFrom<unknown>(undefined, 1, 2, '1', [1, 2]),
    country: fc.constantFrom('KP', 'LK', ''),
    address: fc.constantFrom('205.210.31.51', '103.159.198.178', 'missing'),
    geo: fc.constantFrom<string | object>('KP', 'IR', 'RU', 'LK', 'not-found', 'private', {}),
    reputation: fc.constantFrom<number | string | object>(
      ...[0, 30, 75, 80, 95, 'quota', 'timeout', { score: 95, tor: true }],
    ),
    range: fc.constantFrom<string | undefined>(
      ...[undefined, undefined, '0-24', '0-74', '0-99', '30-100', '76-100', '95-100', '80-80'],
    ),
    anonymizer: fc.constantFrom<string | object>(
      {},
      { vpn: true },
      { tor: true, vpn: 'absent' },
      'private',
    ),
    feeds: fc.constantFrom<string | object>({}, { 'tor-exits': true }, 'expired'),
    hour: fc.constantFrom(3, 10, 23),
    day: fc.constantFrom(0, 1, 5),
    reputationAs: fc.constantFrom('value' as const, 'promise' as const),
  })
  .map(({ grant, scopes, level, country, hour, day, range, ...circumstances }) => {
    const request = requestWith('01', {
      'event.request.grantType': grant,
      'event.request.scopes': scopes,
      'event.request.additionalParams': [{ name: 'country', value: [country] }],
      'event.accessToken.scopes': ['admin', 'orders'],
    });
    const body = JSON.parse(request);
    if (level !== undefined) body.event.accessToken.claims.push({ name: 'level', value: level });
    return {
      ...circumstances,
      ...(range && { provenScore: proven(range) }),
      request: JSON.stringify(body),
      now: Date.UTC(2026, 0, 4, hour, 30) + day * DAY_MS,
    } as Scenario;
  });
