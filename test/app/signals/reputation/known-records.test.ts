import fc from 'fast-check';
import type { Address } from '../../../../app/src/signals/address/address.ts';
import { MAX_SOURCES } from '../../../../app/src/signals/reputation/inherited-scores.ts';
import { KnownRecords } from '../../../../app/src/signals/reputation/known-records.ts';
import { HIGH_SCORE, REPUTATION_DEFAULTS } from '../../../../app/src/signals/reputation/limits.ts';
import { address, HOUR, NOON } from './harness.ts';

const SUBNET = ['2a00::1', '2a00::2', '2a00::3', '2a00::4'].map(address);
const OTHERS = ['2a00:0:0:1::1', '9.9.9.9', '2002:909:909::1'].map(address);

interface Check {
  readonly ip: Address;
  readonly score: number;
  readonly age: number;
}

const check: fc.Arbitrary<Check> = fc.record({
  ip: fc.constantFrom(...SUBNET, ...OTHERS.filter(({ embedded }) => embedded === undefined)),
  score: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(74, 75)),
  age: fc.oneof(fc.integer({ min: 0, max: 800 * HOUR }), fc.integer({ min: 0, max: 3 * HOUR })),
});

function learn(checks: readonly Check[]): KnownRecords {
  const records = new KnownRecords({ ...REPUTATION_DEFAULTS, memoryEntries: 100 }, () => NOON);
  for (const { ip, score, age } of checks) {
    records.learnCached(ip, { score, checkedAt: NOON - age });
  }
  return records;
}

test('an inherited score is high, of another address of the /64, and never lowers a score', () => {
  fc.assert(
    fc.property(fc.array(check, { maxLength: 12 }), (checks) => {
      const records = learn(checks);
      for (const ip of [...SUBNET, ...OTHERS]) {
        const [own, best] = [records.own(ip), records.best(ip)];
        expect(best?.record.score ?? -1).toBeGreaterThanOrEqual(own?.record.score ?? -1);
        if (best?.inheritedFrom === undefined) {
          expect(best).toEqual(own);
          continue;
        }
        expect(SUBNET).toContain(ip);
        expect(SUBNET).toContain(best.inheritedFrom);
        expect(best.inheritedFrom).not.toBe(ip);
        expect(best.record.score).toBeGreaterThanOrEqual(HIGH_SCORE);
        expect(records.own(best.inheritedFrom)).toEqual({ ...best, inheritedFrom: undefined });
      }
    }),
  );
});

test('an address inherits exactly if the newest record of another address of the /64 is high', () => {
  fc.assert(
    fc.property(fc.array(check, { maxLength: 12 }), (checks) => {
      const records = learn(checks);
      const isHigh = ({ score }: Check) => score >= HIGH_SCORE;
      const { highScoreMemory, maxStaleAge } = REPUTATION_DEFAULTS;
      const known = checks.filter(
        (each) => each.age < (isHigh(each) ? highScoreMemory : maxStaleAge),
      );
      const newest = (ip: Address) =>
        known.filter((each) => each.ip === ip).toSorted((one, other) => one.age - other.age)[0];
      for (const ip of SUBNET) {
        const others = SUBNET.filter((each) => each !== ip).flatMap((each) => newest(each) ?? []);
        expect(records.inherited(ip) !== undefined).toBe(others.some(isHigh));
      }
    }),
  );
});

test.each<[string, [number, number], [number, number], number]>([
  ['the higher of two fresh scores', [96, 0], [80, 0], 96],
  ['the higher of two stale scores', [96, 3 * HOUR], [80, 4 * HOUR], 96],
  ['a fresh score, not a stale one that is higher', [80, 0], [96, 2 * HOUR], 80],
])('an address inherits %s', (_, [score, age], [otherScore, otherAge], expected) => {
  const [ip, one, other] = SUBNET as [Address, Address, Address];
  const checks = [
    { ip: one, score, age },
    { ip: other, score: otherScore, age: otherAge },
  ];
  for (const order of [checks, checks.toReversed()]) {
    expect(learn(order).inherited(ip)?.record.score).toBe(expected);
  }
});

test('the last addresses with a high score of a /64 are remembered as such', () => {
  const ips = Array.from({ length: MAX_SOURCES + 2 }, (_, host) => address(`2a00::${host + 1}`));
  const records = learn(ips.map((ip) => ({ ip, score: 96, age: 0 })));
  const client = address('2a00::ffff');
  for (const ip of ips.slice(2)) {
    expect(records.inherited(client)).toBeDefined();
    records.learn(ip, { score: 0, checkedAt: NOON });
  }
  expect(records.inherited(client)).toBeUndefined();
});
