import {
  type LookupMerit,
  shareToLeave,
} from '../../../../../app/src/signals/reputation/admission/merit.ts';

const NEW: LookupMerit = { hasReason: false, hasFallback: false };

test.each<[string, Partial<LookupMerit>, number]>([
  ['a new address', {}, 0.5],
  ['one that is wanted for the fourth time', { sightings: 4 }, 0.25],
  ['one with a reason', { hasReason: true }, 0.177],
  [
    'one with a reason that is wanted for the fourth time',
    { hasReason: true, sightings: 4 },
    0.088,
  ],
  ['a stale record', { hasFallback: true }, 0.95],
  ['a stale record of an address with a reason', { hasFallback: true, hasReason: true }, 0.95],
  ['a stale record that is used again and again', { hasFallback: true, sightings: 100 }, 0.283],
])('the lookup of %s leaves a share of a burst', (_, merit, share) => {
  expect(shareToLeave({ ...NEW, ...merit })).toBeCloseTo(share, 3);
});
