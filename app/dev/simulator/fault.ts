import * as z from 'zod';
import { canonicalAddress } from './address.ts';

/**
 * What can go wrong with AbuseIPDB. Times in milliseconds; `retryAfter` in seconds, or a text that says
 * nothing and is sent as it is.
 */
export type Fault =
  /** Answers rightly, after `ms`. */
  | { kind: 'slow'; ms: number }
  /** Sends the headers at once, then the body byte by byte, `ms` apart. */
  | { kind: 'drip'; ms: number }
  /** Takes the request and never answers. */
  | { kind: 'hang' }
  /** Resets the connection (RST) in the middle of the answer. */
  | { kind: 'reset' }
  /** Ends the connection (FIN) in the middle of the answer whose length it has promised. */
  | { kind: 'truncated' }
  /** Status 200 with a challenge page of the edge, as clients got in June 2023. */
  | { kind: 'html' }
  /** An error status, with AbuseIPDB's error body or a page of the edge. */
  | { kind: 'status'; status: FaultStatus; html?: boolean }
  /** 429 for the day; with or without `Retry-After` and `X-RateLimit-Reset`. */
  | { kind: 'quota'; headers: boolean; retryAfter?: number | string }
  /** A right answer but for its score; `text` is the score as a text. */
  | { kind: 'score'; value: FaultScore }
  /** A correct response for another address (a proxy with a wrong cache key), or without the address. */
  | { kind: 'address'; value: FaultAddress };

const FAULT_STATUSES = [401, 402, 403, 404, 422, 500, 502, 503, 504, 521] as const;
export type FaultStatus = (typeof FAULT_STATUSES)[number];

const FAULT_SCORES = ['missing', 'text', 101, -1, 12.5, null] as const;
export type FaultScore = (typeof FAULT_SCORES)[number];

const FAULT_ADDRESSES = ['other', 'missing'] as const;
export type FaultAddress = (typeof FAULT_ADDRESSES)[number];

/** An hour is long enough for any client, and far below what a timer can hold. */
const milliseconds = z.int().min(0).max(3_600_000);

/** What a header can hold without being escaped. */
const headerText = z.string().regex(/^[\x20-\x7e]{1,100}$/);

const KINDS = [
  z.strictObject({ kind: z.literal('slow'), ms: milliseconds }),
  z.strictObject({ kind: z.literal('drip'), ms: milliseconds }),
  z.strictObject({ kind: z.literal('hang') }),
  z.strictObject({ kind: z.literal('reset') }),
  z.strictObject({ kind: z.literal('truncated') }),
  z.strictObject({ kind: z.literal('html') }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.literal(FAULT_STATUSES),
    html: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('quota'),
    headers: z.boolean(),
    retryAfter: z.union([z.int().min(0), headerText]).optional(),
  }),
  z.strictObject({ kind: z.literal('score'), value: z.literal(FAULT_SCORES) }),
  z.strictObject({ kind: z.literal('address'), value: z.literal(FAULT_ADDRESSES) }),
] as const;

/** A fault as a person writes it in JSON. */
export const faultSchema: z.ZodType<Fault> = z.discriminatedUnion('kind', KINDS, {
  error: 'use slow, drip, hang, reset, truncated, html, status, quota, score or address',
});

/** The faults that are switched on. That of an address goes before that of all. */
export class FaultRegistry {
  #ofAll: Fault | undefined;
  readonly #byAddress = new Map<string, Fault>();

  /**
   * Switches a fault on for one address or for all. `undefined` ends it: with an address that one, without
   * every fault there is. Throws a RangeError for what is no address.
   */
  set(fault: Fault | undefined, address?: string): void {
    if (address === undefined) {
      this.#ofAll = fault;
      if (fault === undefined) this.#byAddress.clear();
      return;
    }
    const key = canonicalAddress(address);
    if (fault === undefined) this.#byAddress.delete(key);
    else this.#byAddress.set(key, fault);
  }

  /** The fault of a check. `address` is canonical; absent when the request gave none that is valid. */
  find(address: string | undefined): Fault | undefined {
    return (address === undefined ? undefined : this.#byAddress.get(address)) ?? this.#ofAll;
  }
}
