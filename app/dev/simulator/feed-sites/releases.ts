const DAY_MS = 86_400_000;

/** A version of the data of all sites. */
export interface Release {
  /** 0, 1, 2, … Part of the entries changes with each release. */
  readonly number: number;
  /** Midnight UTC of its day, in milliseconds since the epoch. */
  readonly builtAt: number;
}

/** The releases of the simulated sites: the first is from the day before, and each further one a day younger. */
export class Releases {
  readonly #firstBuiltAt: number;
  #latest = 0;

  /** @param now milliseconds since the epoch. */
  constructor(now: number) {
    this.#firstBuiltAt = now - (now % DAY_MS) - DAY_MS;
  }

  get latest(): Release {
    return this.#at(this.#latest);
  }

  /** Makes a new version of all data available. */
  publish(): Release {
    this.#latest += 1;
    return this.latest;
  }

  /** Returns the release of a day, written `YYYYMMDD`; undefined if there is none. */
  find(day: string): Release | undefined {
    for (let number = this.#latest; number >= 0; number -= 1) {
      const release = this.#at(number);
      if (compactDay(release.builtAt) === day) return release;
    }
    return undefined;
  }

  #at(number: number): Release {
    return { number, builtAt: this.#firstBuiltAt + number * DAY_MS };
  }
}

/** Returns a release that was built a month before. */
export function olderRelease(release: Release): Release {
  return { ...release, builtAt: release.builtAt - 29 * DAY_MS };
}

/** Formats a day as `YYYYMMDD`. */
export function compactDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}
