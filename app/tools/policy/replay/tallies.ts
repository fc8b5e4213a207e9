/** A number of records, and of the decisions that they stand for. */
export interface Tally {
  records: number;
  /** More than `records` if only a sample of some decisions is recorded. */
  decisions: number;
}

/** The tally of one key. */
export interface KeyTally<Key> extends Tally {
  readonly key: Key;
}

/** Keys with their tallies, highest first. */
export interface TopTallies<Key = string> {
  readonly top: readonly KeyTally<Key>[];
  /** Number of other keys; a lower bound if the counts are approximate. */
  readonly more: number;
  /** Whether there were too many keys to count all of them: counts of rare ones may then be too low. */
  readonly approximate: boolean;
}

export function emptyTally(): Tally {
  return { records: 0, decisions: 0 };
}

export function addTo(tally: Tally, weight: number): void {
  tally.records += 1;
  tally.decisions += weight;
}

/** Limit of the keys in memory. Rules and countries have fewer; clients and client addresses may not. */
const MAX_KEYS = 10_000;

/** Tallies by key, in bounded memory: when there are too many keys, the rarer half is forgotten. */
export class Tallies {
  readonly #tallies = new Map<string, Tally>();
  readonly #maxKeys: number;
  #forgotten = 0;

  constructor(maxKeys = MAX_KEYS) {
    this.#maxKeys = maxKeys;
  }

  add(key: string, weight: number): void {
    const known = this.#tallies.get(key);
    if (known !== undefined) {
      addTo(known, weight);
      return;
    }
    if (this.#tallies.size >= this.#maxKeys) this.#forgetRarest();
    this.#tallies.set(key, { records: 1, decisions: weight });
  }

  /** Returns the highest tallies; those of equal height by key. */
  top(limit: number): TopTallies {
    const sorted = this.#sorted();
    return {
      top: sorted.slice(0, limit).map(([key, tally]) => ({ key, ...rounded(tally) })),
      more: Math.max(0, sorted.length - limit),
      approximate: this.#forgotten > 0,
    };
  }

  #forgetRarest(): void {
    for (const [key] of this.#sorted().slice(this.#maxKeys / 2)) this.#tallies.delete(key);
    this.#forgotten += 1;
  }

  #sorted(): [string, Tally][] {
    return [...this.#tallies].sort(
      ([key, one], [otherKey, other]) =>
        other.decisions - one.decisions || (key < otherKey ? -1 : 1),
    );
  }
}

/** Returns a tally with a whole number of decisions. */
export function rounded({ records, decisions }: Tally): Tally {
  return { records, decisions: Math.round(decisions) };
}
