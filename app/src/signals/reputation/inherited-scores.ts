import { LRUCache } from 'lru-cache';
import { type Address, lookupAddress } from '../address/address.ts';
import { formatIpv6, groupsOf } from '../address/ipv6.ts';
import { ageOf } from './freshness.ts';
import { HIGH_SCORE, type ReputationLimits } from './limits.ts';
import type { AbuseRecord } from './reputation.ts';

/** A record of one address that others in its /64 inherit. */
export interface InheritableRecord extends AbuseRecord {
  /** The address that AbuseIPDB checked. */
  readonly inheritedFrom: string;
}

/** The user of a /64 can choose any of its addresses. */
const HOST_BITS = 64n;

/** Subnets that are remembered. Each cost a check. */
const MAX_SUBNETS = 100_000;

/**
 * High scores by /64. Whoever has a /64 can take a new address for each login, so each address inherits the high score
 * of another one. Lower scores are not inherited: an address without abuse says nothing about its neighbours. A score
 * is inherited for `maxStaleAge`, after which the /64 may have another user.
 */
export class InheritedScores {
  readonly #records: LRUCache<string, InheritableRecord>;
  readonly #limits: Pick<ReputationLimits, 'maxStaleAge'>;
  readonly #now: () => number;

  constructor(limits: Pick<ReputationLimits, 'maxStaleAge'>, now: () => number) {
    this.#records = new LRUCache({ max: MAX_SUBNETS });
    this.#limits = limits;
    this.#now = now;
  }

  /** Returns the record of another address that an address inherits, if there is one. */
  find(client: Address): InheritableRecord | undefined {
    if (this.#records.size === 0) return undefined;
    const address = lookupAddress(client);
    const subnet = subnetOf(address);
    const record = subnet === undefined ? undefined : this.#records.get(subnet);
    if (record === undefined || record.inheritedFrom === address.value) return undefined;
    return record.score >= HIGH_SCORE && !this.#isTooOld(record) ? record : undefined;
  }

  /**
   * Learns from the check of an address. Returns the record that others in its /64 now inherit, if it is a new one: its
   * low score ends the inheritance of the high score that the same address had.
   */
  learn(client: Address, record: AbuseRecord): InheritableRecord | undefined {
    const address = lookupAddress(client);
    const subnet = subnetOf(address);
    if (subnet === undefined) return undefined;
    const known = this.#records.get(subnet);
    const isOwn = known?.inheritedFrom === address.value;
    const isHigh = record.score >= HIGH_SCORE;
    if (!isOwn && !isHigh) return undefined;
    if (!isOwn && known && known.score > record.score && !this.#isTooOld(known)) return undefined;
    const next = { ...record, inheritedFrom: address.value };
    this.#records.set(subnet, next);
    return next;
  }

  /** Remembers what another task has learned. */
  remember(client: Address, record: InheritableRecord): void {
    const subnet = subnetOf(lookupAddress(client));
    if (subnet === undefined) return;
    const known = this.#records.get(subnet);
    if (known === undefined || known.checkedAt < record.checkedAt) {
      this.#records.set(subnet, record);
    }
  }

  #isTooOld(record: AbuseRecord): boolean {
    return ageOf(record, this.#now()) >= this.#limits.maxStaleAge;
  }
}

/** Returns the /64 of an IPv6 address in CIDR notation; undefined for IPv4. */
export function subnetOf({ bits }: Address): string | undefined {
  if (typeof bits !== 'bigint') return undefined;
  return `${formatIpv6(groupsOf((bits >> HOST_BITS) << HOST_BITS))}/${HOST_BITS}`;
}
