/** Seeds by name of the event, so that events of the same minute are independent. */
const seeds = new Map<string, number>();

function seedOf(text: string): number {
  const known = seeds.get(text);
  if (known !== undefined) return known;
  let seed = 2166136261;
  for (const character of text) seed = Math.imul(seed ^ character.charCodeAt(0), 16777619);
  seeds.set(text, seed);
  return seed;
}

/** Returns a number from 0 to 1 (exclusive) that depends only on the arguments, so every run is the same. */
export function random(event: string, minute: number, index = 0): number {
  let hash = seedOf(event) ^ Math.imul(minute + 1, 2654435761) ^ Math.imul(index + 1, 1597334677);
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Returns a Poisson-distributed number of events in a minute. */
export function poisson(mean: number, event: string, minute: number): number {
  if (mean > 30) {
    const spread = Math.sqrt(-2 * Math.log(1 - random(event, minute, 1)));
    const normal = spread * Math.cos(2 * Math.PI * random(event, minute, 2));
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let left = Math.exp(mean);
  for (let count = 0; ; count += 1) {
    left *= 1 - random(event, minute, count);
    if (left < 1) return count;
  }
}
