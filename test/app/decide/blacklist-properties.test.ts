import fc from 'fast-check';
import { ABUSEIPDB_BLACKLIST } from '../../../app/src/feeds/abuseipdb-blacklist.ts';
import { encodeSnapshot } from '../../../app/src/feeds/snapshot/encode.ts';
import type { Policy } from '../../../app/src/policy/policy.ts';
import type { Address } from '../../../app/src/signals/address/address.ts';
import { openFeedView } from '../../../app/src/signals/feeds/feed-view.ts';
import { proveScore, type ScoreList } from '../../../app/src/signals/reputation/blacklist.ts';
import { knowledgeOf } from '../../../app/src/signals/reputation/list-proof.ts';
import { addressOf, MONDAY_MORNING } from '../../support/circumstances.ts';
import { type Decided, decideBy } from '../../support/decide.ts';
import { blacklistBody } from '../../support/feeds/blacklist.ts';
import { compile, issuesIn, policyText, rule } from '../../support/policies.ts';

const HOUR_MS = 3_600_000;
const MAX_AGE = 30 * HOUR_MS;
const GENERATED_AT = MONDAY_MORNING - HOUR_MS;

/** Few addresses, so that lists often lack or contain the one that is decided on. */
const SUBNET = ['2a00::1', '2a00::2'];
const ADDRESSES = ['20.0.0.1', '20.0.0.2', '20.0.0.3', '2a00:0:0:1::1', ...SUBNET];
const COUNTRIES = ['US', 'DE'];

interface Client {
  readonly address: string;
  readonly country: string;
  /** At the time of the list. */
  readonly score: number;
}

/** Most generated scores and thresholds are close to each other. */
const score = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 70, max: 80 }));

const clients = fc.tuple(
  ...ADDRESSES.map((address) =>
    fc.record({
      address: fc.constant(address),
      country: fc.constantFrom(...COUNTRIES),
      score: fc.oneof(score, fc.constant(100)),
    }),
  ),
);

const query = fc.record(
  {
    minimum: fc.oneof(fc.integer({ min: 25, max: 100 }), fc.constantFrom(25, 75, 100)),
    limit: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(500_000)),
    countries: fc.constantFrom('only', 'except'),
    version: fc.constantFrom('4', '6'),
    /** Whether there is no subscription, so that only the score 100 is listed. */
    isFreePlan: fc.boolean(),
  },
  { requiredKeys: ['minimum', 'limit'] },
);

type Query = typeof query extends fc.Arbitrary<infer Value> ? Value : never;

/** Returns the list that AbuseIPDB sends, after its way through the feed and a snapshot. */
async function publish(all: readonly Client[], asked: Query): Promise<ScoreList> {
  const minimum = asked.isFreePlan ? 100 : asked.minimum;
  const listed = all
    .filter((client) => client.score >= minimum)
    .filter(({ country }) => asked.countries !== 'only' || country === 'US')
    .filter(({ country }) => asked.countries !== 'except' || country !== 'US')
    .filter(({ address }) => !asked.version || addressOf(address).version === Number(asked.version))
    .sort((one, other) => other.score - one.score)
    .slice(0, asked.limit);
  const body = blacklistBody(
    new Date(GENERATED_AT).toISOString(),
    listed.map((client) => ({
      ipAddress: client.address,
      abuseConfidenceScore: client.score,
    })),
  );
  const headers = { 'content-type': 'application/json' };
  const { countries, version, limit } = asked;
  const download = await ABUSEIPDB_BLACKLIST.download({
    http: { request: () => Promise.resolve({ status: 200, headers, body }) },
    credential: 'key',
    options: {
      minimum: asked.minimum,
      limit,
      version,
      ...(countries && { [countries]: ['US'] }),
    },
    version: undefined,
    now: MONDAY_MORNING,
  });
  if (download.status !== 'downloaded' || download.data.content !== 'scores') {
    throw new Error('the list was not downloaded');
  }
  const view = openFeedView('abuseipdb-blacklist', encodeSnapshot(download.data), {
    content: 'scores',
  });
  if (view.content !== 'scores') throw new Error('the snapshot contains no scores');
  return {
    publishedAt: GENERATED_AT,
    scope: download.data.scope,
    scoreOf: (address: Address) => view.scoreOf(address),
    neighbourOf: (address: Address, minScore: number) => view.neighbourOf(address, minScore),
  };
}

/** A comparison with the score, as CEL and as a function. */
interface Comparison {
  readonly cel: string;
  readonly isTrue: (score: number) => boolean;
}

const comparison: fc.Arbitrary<Comparison> = fc.oneof(
  fc.tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), fc.integer({ min: 1, max: 99 })).map(
    ([operator, bound]): Comparison => ({
      cel: `abuse.score ${operator} ${bound}`,
      isTrue: (value) => compare(value, operator, bound),
    }),
  ),
  fc.tuple(fc.constantFrom('<', '<=', '>', '>='), fc.integer({ min: 1, max: 99 })).map(
    ([operator, bound]): Comparison => ({
      cel: `${bound}.5 ${operator} abuse.score`,
      isTrue: (value) => compare(bound + 0.5, operator, value),
    }),
  ),
  fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 3 }).map(
    (bounds): Comparison => ({
      cel: `abuse.score in [${bounds.join(', ')}]`,
      isTrue: (value) => bounds.includes(value),
    }),
  ),
);

function compare(left: number, operator: string, right: number): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    default:
      return left !== right;
  }
}

interface Condition {
  readonly cel: string;
  readonly comparisons: readonly Comparison[];
}

const condition: fc.Arbitrary<Condition> = fc
  .tuple(
    comparison,
    comparison,
    fc.constantFrom('a', '!(a)', 'a && b', 'a || b', 'a ? b : !(a)', 'a && (now.hour == 10 || b)'),
  )
  .map(([a, b, form]) => ({
    cel: form.replaceAll(/[ab]\b/g, (name) => `(${name === 'a' ? a.cel : b.cel})`),
    comparisons: form.includes('b') ? [a, b] : [a],
  }));

const conditions = fc
  .tuple(condition, condition)
  .map(([restrict, deny]) => ({
    used: [restrict, deny],
    policy: policyText(
      rule('some', restrict.cel, '{ lifetime: 5m }') + rule('many', deny.cel, '{ deny: Blocked. }'),
    ),
  }))
  .filter(({ policy }) => issuesIn(policy).length === 0);

/** Decides with a CHECK that returns the score at the time of the list, and counts it. */
async function decideWith(policy: Policy, client: Client, list: ScoreList, now = MONDAY_MORNING) {
  const proven = knowledgeOf(proveScore(list, addressOf(client.address), now, MAX_AGE));
  const decided = await decideBy(policy, {
    address: client.address,
    reputation: { score: client.score, source: 'abuseipdb', checkedAt: now },
    ...(proven && { provenScore: proven }),
  });
  return { proven, decided, isChecked: decided.fetched.includes('reputation') };
}

/** Returns the high score that an address inherits from the other one of its /64, if that is listed; otherwise 0. */
function inheritedScore({ address }: Client, list: ScoreList): number {
  const other = SUBNET.includes(address) ? SUBNET.find((each) => each !== address) : undefined;
  const listed = other === undefined ? 0 : (list.scoreOf(addressOf(other)) ?? 0);
  return listed >= 75 ? listed : 0;
}

const matches = ({ outcome, matched }: Decided) => ({ outcome, matched });

test('a list never changes a decision, and avoids every CHECK that it makes needless', async () => {
  await fc.assert(
    fc.asyncProperty(clients, query, conditions, async (all, asked, { policy: text, used }) => {
      const list = await publish(all, asked);
      const policy = compile(text);
      for (const client of all) {
        const { proven, decided, isChecked } = await decideWith(policy, client, list);
        const score = Math.max(client.score, inheritedScore(client, list));
        const plain = await decideBy(policy, { address: client.address, reputation: score });
        expect(matches(decided)).toEqual(matches(plain));
        // A comparison is decided if it has one result for all possible scores.
        const { min, max } = proven ?? { min: 0, max: 100 };
        const possible = Array.from({ length: max - min + 1 }, (_, index) => min + index);
        const isDecided = ({ comparisons }: Condition) =>
          comparisons.every(({ isTrue }) => new Set(possible.map(isTrue)).size === 1);
        expect(possible).toContain(score);
        expect(isChecked).toBe(proven === undefined || !used.every(isDecided));
      }
    }),
    { numRuns: 80 },
  );
});

test('a list beyond its maximum age only raises the score', async () => {
  const threshold = fc.integer({ min: 1, max: 100 });
  await fc.assert(
    fc.asyncProperty(clients, query, threshold, score, async (all, asked, limit, scoreNow) => {
      const list = await publish(all, asked);
      const policy = compile(
        policyText(rule('risky', `abuse.score >= ${limit}`, '{ deny: Blocked. }')),
      );
      for (const client of all) {
        const now = { ...client, score: scoreNow };
        const { decided, isChecked } = await decideWith(policy, now, list, GENERATED_AT + MAX_AGE);
        const listed = list.scoreOf(addressOf(client.address)) ?? 0;
        const isListedAbove = Math.max(listed, inheritedScore(client, list)) >= limit;
        expect(isChecked).toBe(!isListedAbove);
        expect(decided.outcome).toBe(isListedAbove || scoreNow >= limit ? 'refuse' : 'issue');
      }
    }),
    { numRuns: 60 },
  );
});
