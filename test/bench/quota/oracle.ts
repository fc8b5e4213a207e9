import type { AddressBook } from './addresses.ts';
import { memberOf } from './blocks.ts';
import { outcomeOf } from './figures.ts';
import { SimulatedList } from './list.ts';
import type { Quotas } from './lookups.ts';
import type { ListTerms } from './plans.ts';
import type { Token } from './stream.ts';

const DAY_MS = 86_400_000;

/** A missed refusal matters more than any number of needless restrictions of one address. */
const REFUSAL_VALUE = 1_000_000;

/** Days of a simulation. `start` is in milliseconds since the epoch. */
export interface Period {
  readonly start: number;
  readonly days: number;
  readonly reportedDays: number;
}

/** The tokens of the reported days that were decided wrongly. */
export interface OracleFigures {
  readonly missedRefusals: number;
  readonly needlessRestrictions: number;
}

/** A token of which the score must be known. */
interface Asked {
  readonly time: number;
  readonly value: number;
  isKnown: boolean;
}

/** What a check of an address would serve. */
interface Worth {
  readonly number: number;
  readonly served: readonly Asked[];
  readonly worth: number;
}

/**
 * Spends the quotas of an account as only somebody can who knows all tokens of the next 24 hours and all scores: on the
 * addresses whose tokens matter most. A check serves the tokens of its address for 24 hours, the greatest age of a low
 * score, and is taken to be right for that time. The service can reach its figures at best.
 */
export class Oracle {
  readonly #addresses: AddressBook;
  readonly #quotas: Quotas;
  readonly #list: SimulatedList | undefined;
  readonly #asked = new Map<number, Asked[]>();

  constructor(addresses: AddressBook, quotas: Quotas, list?: ListTerms) {
    this.#addresses = addresses;
    this.#quotas = quotas;
    this.#list = list && new SimulatedList(list, addresses);
  }

  /** Adds a token of a user. */
  add(token: Readonly<Token>): void {
    const outcome = outcomeOf(this.#addresses.scoreAt(token.address, token.time));
    // What is restricted without a lookup needs none.
    if (outcome === 'restrict' || this.#isListed(token)) return;
    const value = outcome === 'refuse' ? REFUSAL_VALUE : 1;
    const asked = this.#asked.get(token.address);
    const entry = { time: token.time, value, isKnown: false };
    if (asked === undefined) this.#asked.set(token.address, [entry]);
    else asked.push(entry);
  }

  /** Spends the quotas of each day, and returns the figures of the last ones. All tokens must have been added. */
  solve({ start, days, reportedDays }: Period): OracleFigures {
    for (let day = 0; day < days; day += 1) this.#spend(start + day * DAY_MS);
    const from = start + (days - reportedDays) * DAY_MS;
    let missedRefusals = 0;
    let needlessRestrictions = 0;
    for (const asked of this.#asked.values()) {
      for (const { time, value, isKnown } of asked) {
        if (isKnown || time < from) continue;
        if (value === REFUSAL_VALUE) missedRefusals += 1;
        else needlessRestrictions += 1;
      }
    }
    return { missedRefusals, needlessRestrictions };
  }

  #isListed({ address, time }: Readonly<Token>): boolean {
    if (this.#list === undefined) return false;
    this.#list.setTime(time);
    return this.#list.scoreOf(this.#addresses.addressOf(address)) !== undefined;
  }

  #spend(midnight: number): void {
    const worths: Worth[] = [...this.#asked].map(([number, asked]) => {
      const served = servedBy(asked, midnight);
      return { number, served, worth: served.reduce((sum, { value }) => sum + value, 0) };
    });
    const byBlock = this.#byBlock(worths);
    const blocks = [...byBlock.values()]
      .map((members) => ({ members, worth: members.reduce((sum, { worth }) => sum + worth, 0) }))
      // One address is worth a check of its own.
      .filter(({ members }) => members.filter(({ worth }) => worth > 0).length > 1)
      .sort((one, other) => other.worth - one.worth)
      .slice(0, this.#quotas.blocks);
    for (const { members } of blocks) for (const { served } of members) know(served);
    const left = worths.filter(({ served }) => served.some(({ isKnown }) => !isKnown));
    left.sort((one, other) => other.worth - one.worth);
    for (const { served } of left.slice(0, this.#quotas.checks)) know(served);
  }

  /** Returns the addresses of each /24. */
  #byBlock(worths: readonly Worth[]): Map<number, Worth[]> {
    const found = new Map<number, Worth[]>();
    for (const worth of worths) {
      const { block } = memberOf(this.#addresses.addressOf(worth.number));
      const members = found.get(block);
      if (members === undefined) found.set(block, [worth]);
      else members.push(worth);
    }
    return found;
  }
}

/** Returns the tokens that a check serves at the first one of a day that needs it. */
function servedBy(asked: readonly Asked[], midnight: number): Asked[] {
  const first = asked.find(({ time, isKnown }) => !isKnown && time >= midnight);
  if (first === undefined || first.time >= midnight + DAY_MS) return [];
  return asked.filter(({ time }) => time >= first.time && time < first.time + DAY_MS);
}

function know(asked: readonly Asked[]): void {
  for (const one of asked) one.isKnown = true;
}
