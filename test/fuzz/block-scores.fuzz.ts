import fc from 'fast-check';
import type { ReputationLookup } from '../../app/src/signals/reputation/lookup.ts';
import {
  address,
  type Harness,
  NO_DEADLINE,
  NOON,
  startHarness,
} from '../app/signals/reputation/harness.ts';
import { decideBy } from '../support/decide.ts';
import { compile, policyText, rule } from '../support/policies.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

/** With both ends of the block and of the possible hosts. */
const host = fc.constantFrom(0, 1, 2, 100, 253, 254, 255);

const score = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(0, 24, 25, 74, 75, 100));

/** What AbuseIPDB knows about some addresses. About the others it has what the simulator generates. */
const knowledge = fc.dictionary(
  host.map(String),
  fc.oneof(
    score.map((value) => ({ abuseConfidenceScore: value, totalReports: value + 1 })),
    // On a whitelist.
    fc.constant({ abuseConfidenceScore: 0, totalReports: 50, isWhitelisted: true }),
    fc.constant({ abuseConfidenceScore: 0, totalReports: 0, lastReportedAt: null }),
  ),
);

/** Addresses in the order of their requests, often repeated. */
const requests = fc.array(host, { minLength: 3, maxLength: 9 });

const limit = fc.integer({ min: 1, max: 99 });
const condition = fc.oneof(
  limit.map((bound) => `abuse.score >= ${bound}`),
  limit.map((bound) => `abuse.score < ${bound} && geo.country == "LK"`),
  limit.map((bound) => `abuse.score * 2 > ${bound}`),
  limit.map((bound) => `has(abuse.score) && abuse.score != ${bound}`),
  fc.uniqueArray(limit, { minLength: 1, maxLength: 3 }).map((all) => `abuse.score in [${all}]`),
  fc.constant('string(abuse.score).size() > 1'),
);
const policy = fc
  .tuple(condition, condition)
  .map(([restrict, deny]) =>
    policyText(
      rule('some', restrict, `{ claims: { set: { risk: '\${abuse.score}' } }, lifetime: 5m }`) +
        rule('many', deny, `{ deny: 'Blocked: \${abuse.score}.' }`),
    ),
  );

let lastBlock = 0;

test('a decision that reads only the score is the same with CHECK-BLOCK as with a CHECK of each address', async () => {
  const sources: string[] = [];
  await fc.assert(
    fc.asyncProperty(knowledge, requests, policy, async (known, hosts, text) => {
      lastBlock += 1;
      const ip = (of: number | string) => `5.190.${lastBlock}.${of}`;
      harness.clock.time = NOON;
      harness.simulator.setBlockQuota(100);
      for (const [of, record] of Object.entries(known)) {
        harness.simulator.setRecord(ip(of), record);
      }
      const compiled = compile(text);
      expect(compiled.readsAbuseRecord).toBe(false);
      // The two tasks share no table, so that neither learns from the other.
      const withBlocks = harness.task({ checkBlock: true }).reputation;
      await harness.newTable();
      const plain = harness.task().reputation;
      const decide = async (reputation: ReputationLookup, client: string) => {
        const decided = await decideBy(
          compiled,
          { address: client },
          { reputation: (query) => reputation.lookup(query.address, NO_DEADLINE) },
        );
        const { fetched: _, ...decision } = decided;
        return decision;
      };
      for (const of of hosts) {
        const [blocked, checked] = [await decide(withBlocks, ip(of)), await decide(plain, ip(of))];
        expect({ of, ...blocked }).toEqual({ of, ...checked });
        const signal = await withBlocks.lookup(address(ip(of)), NO_DEADLINE);
        if (signal.known) sources.push(signal.value.source);
      }
    }),
    { numRuns: 25 },
  );
  // Otherwise nothing was compared.
  expect(sources.filter((source) => source === 'check-block').length).toBeGreaterThan(25);
  expect(sources).toContain('memory');
});
