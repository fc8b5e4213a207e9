import type { SecretVersion, SecretVersions } from './versions.ts';

/**
 * Versions that were there this much earlier than the last read were there at the last read. Less could
 * be the difference between two clocks, or CreatedDate in whole seconds.
 */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Far more versions than a task sees between two deployments. */
const MAX_SEEN_VERSIONS = 100;

/**
 * Dates a rotation: since when the current version of one secret has been current.
 *
 * That is the version's CreatedDate where AWSCURRENT got a new value. Where AWSCURRENT was moved to a
 * version that existed before (a rollback), Secrets Manager does not say when: it counts from when this
 * task saw it. So it does without a CreatedDate, and with one that is in the future.
 */
export class RotationDate {
  readonly #now: () => number;
  readonly #seen = new Set<string>();
  #current: string | undefined;
  #since = 0;
  #lastReadAt: number | undefined;

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes what has just been read, and returns since when its current version is current. */
  update({ current, previous }: SecretVersions): number {
    const now = this.#now();
    const key = keyOf(current);
    if (key !== this.#current) {
      this.#since = this.#isMoved(current, previous)
        ? now
        : Math.min(current.createdAt ?? now, now);
    }
    this.#current = key;
    this.#lastReadAt = now;
    this.#remember(key);
    if (previous !== undefined) this.#remember(keyOf(previous));
    return this.#since;
  }

  /** Whether AWSCURRENT was moved to a version that existed before. */
  #isMoved(current: SecretVersion, previous: SecretVersion | undefined): boolean {
    const { createdAt = Number.POSITIVE_INFINITY } = current;
    return (
      this.#seen.has(keyOf(current)) ||
      createdAt < (previous?.createdAt ?? Number.NEGATIVE_INFINITY) ||
      createdAt < (this.#lastReadAt ?? Number.NEGATIVE_INFINITY) - CLOCK_TOLERANCE_MS
    );
  }

  #remember(key: string): void {
    this.#seen.delete(key);
    this.#seen.add(key);
    const [oldest] = this.#seen;
    if (this.#seen.size > MAX_SEEN_VERSIONS && oldest !== undefined) this.#seen.delete(oldest);
  }
}

/** Without an id, which only an emulator leaves out, versions differ by their text. */
function keyOf({ id, text }: SecretVersion): string {
  return id ?? text;
}
