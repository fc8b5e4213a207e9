import { EPISODES, HOSTILE, SHARE_OF_100 } from './assumptions.ts';
import { fractionOf } from './fraction.ts';

const DAY_MS = 86_400_000;

/** Purposes of fractions. The cycles of one address have the numbers from `CYCLE` on. */
const PHASE = 11;
const CLASS = 12;
const PEAK = 13;
const RISE = 14;
const CYCLE = 1_000;

/** Returns the score of an honest user's address, or of an invented one: see `EPISODES`. */
export function honestScore(number: number, time: number): number {
  const { cycle: length, share, high, elevated } = EPISODES;
  const position = time / DAY_MS + fractionOf(number, PHASE) * length;
  const cycle = Math.floor(position / length);
  if (fractionOf(number, CYCLE + cycle) >= share) return 0;
  const days = position - cycle * length;
  if (days < high) return peakOf(number);
  const after = (days - high) / elevated;
  return after < 1 ? 74 - Math.floor(50 * after) : 0;
}

/**
 * Returns the score of an address that tries stolen passwords: see `HOSTILE`.
 *
 * @param since when it starts, in milliseconds since the epoch.
 */
export function hostileScore(number: number, time: number, since: number): number {
  const { high, laterHigh, elevated } = HOSTILE;
  const fraction = fractionOf(number, CLASS);
  if (fraction < high) return peakOf(number);
  if (fraction < high + laterHigh) {
    const risesAt = since + fractionOf(number, RISE) * HOSTILE.days * DAY_MS;
    return time >= risesAt ? peakOf(number) : 0;
  }
  return fraction < high + laterHigh + elevated ? 50 : 0;
}

function peakOf(number: number): number {
  const fraction = fractionOf(number, PEAK);
  if (fraction < SHARE_OF_100) return 100;
  return 75 + Math.floor((25 * (fraction - SHARE_OF_100)) / (1 - SHARE_OF_100));
}
