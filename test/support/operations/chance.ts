/** A number for a text, so that things that happen at one minute do not depend on each other. */
const seeds = new Map<string, number>();

function seedOf(text: string): number {
  const known = seeds.get(text);
  if (known !== undefined) return known;
  let seed = 2166136261;
  for (const character of text) seed = Math.imul(seed ^ character.charCodeAt(0), 16777619);
  seeds.set(text, seed);
  return seed;
}

/** A number from 0 to 1 (exclusive) that depends on nothing but its arguments: every run is the same. */
export function chance(what: string, minute: number, index = 0): number {
  let hash = seedOf(what) ^ Math.imul(minute + 1, 2654435761) ^ Math.imul(index + 1, 1597334677);
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** How often something happens in a minute that happens `mean` times on average (Poisson's distribution). */
export function times(mean: number, what: string, minute: number): number {
  if (mean > 30) {
    const spread = Math.sqrt(-2 * Math.log(1 - chance(what, minute, 1)));
    const normal = spread * Math.cos(2 * Math.PI * chance(what, minute, 2));
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let left = Math.exp(mean);
  for (let count = 0; ; count += 1) {
    left *= 1 - chance(what, minute, count);
    if (left < 1) return count;
  }
}
