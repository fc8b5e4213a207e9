import type { SecretVersion, SecretVersions } from './versions.ts';

/**
 * A version created this long before the last read must have existed at the last read. A shorter time could be
 * the difference between two clocks, or the rounding of CreatedDate to seconds.
 */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Far more than the versions that a task sees between two deployments. */
const MAX_SEEN_VERSIONS = 100;

/**
 * Determines since when the current version of a secret has been current.
 *
 * If AWSCURRENT has a new value, that is the version's CreatedDate. If AWSCURRENT was moved to an existing version
 * (a rollback), Secrets Manager does not provide the time, so it is when this task first saw it. The same applies
 * without a CreatedDate, and with one in the future.
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

  /** Processes the versions of a read, and returns since when the current one has been current. */
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

  /** Returns whether AWSCURRENT was moved to a version that existed before. */
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

/** Identifies a version by its text if it has no id, which only happens with an emulator. */
function keyOf({ id, text }: SecretVersion): string {
  return id ?? text;
}
