import * as z from 'zod';
import { canonicalAddress } from './address.ts';

/**
 * A fault of AbuseIPDB that the simulator injects. Times are in milliseconds. `retryAfter` is in seconds, or an
 * invalid header value that is sent unchanged.
 */
export type Fault =
  /** Sends a correct response after `ms`. */
  | { kind: 'slow'; ms: number }
  /** Sends the headers at once, then the body byte by byte, `ms` apart. */
  | { kind: 'drip'; ms: number }
  /** Accepts the request and never responds. */
  | { kind: 'hang' }
  /** Resets the connection (RST) in the middle of the response. */
  | { kind: 'reset' }
  /** Ends the connection (FIN) before the body has its declared length. */
  | { kind: 'truncated' }
  /** Status 200 with a challenge page of the edge, as clients received in June 2023. */
  | { kind: 'html' }
  /** An error status, with AbuseIPDB's error body or a page of the edge. */
  | { kind: 'status'; status: FaultStatus; html?: boolean }
  /** 429, the quota of the day is exhausted; with or without `Retry-After` and `X-RateLimit-Reset`. */
  | { kind: 'quota'; headers: boolean; retryAfter?: number | string }
  /** A correct response without the headers that state the quota. */
  | { kind: 'no-quota-headers' }
  /** A correct response except for the score; `text` is the score as a string. */
  | { kind: 'score'; value: FaultScore }
  /** A correct response for another address (a proxy with a wrong cache key), or without the address. */
  | { kind: 'address'; value: FaultAddress };

const FAULT_STATUSES = [401, 402, 403, 404, 422, 500, 502, 503, 504, 521] as const;
export type FaultStatus = (typeof FAULT_STATUSES)[number];

const FAULT_SCORES = ['missing', 'text', 101, -1, 12.5, null] as const;
export type FaultScore = (typeof FAULT_SCORES)[number];

const FAULT_ADDRESSES = ['other', 'missing'] as const;
export type FaultAddress = (typeof FAULT_ADDRESSES)[number];

const MAX_DELAY_MS = 3_600_000;
const milliseconds = z.int().min(0).max(MAX_DELAY_MS);

/** Printable ASCII, which a header can contain unescaped. */
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
  z.strictObject({ kind: z.literal('no-quota-headers') }),
  z.strictObject({ kind: z.literal('score'), value: z.literal(FAULT_SCORES) }),
  z.strictObject({ kind: z.literal('address'), value: z.literal(FAULT_ADDRESSES) }),
] as const;

/** The JSON of a fault in the control API. */
export const faultSchema: z.ZodType<Fault> = z.discriminatedUnion('kind', KINDS, {
  error:
    'must be slow, drip, hang, reset, truncated, html, status, quota, no-quota-headers, score or address',
});

/** The active faults. A fault for one address takes precedence over the fault for all. */
export class FaultRegistry {
  #forAll: Fault | undefined;
  readonly #byAddress = new Map<string, Fault>();

  /**
   * Sets the fault for one address, or for all. `undefined` clears the fault of that address or, without an
   * address, all faults.
   *
   * @throws RangeError if the address is not valid.
   */
  set(fault: Fault | undefined, address?: string): void {
    if (address === undefined) {
      this.#forAll = fault;
      if (fault === undefined) this.#byAddress.clear();
      return;
    }
    const key = canonicalAddress(address);
    if (fault === undefined) this.#byAddress.delete(key);
    else this.#byAddress.set(key, fault);
  }

  /**
   * Returns the fault for a check.
   *
   * @param address the canonical address; undefined if the request has no valid one.
   */
  find(address: string | undefined): Fault | undefined {
    return (address === undefined ? undefined : this.#byAddress.get(address)) ?? this.#forAll;
  }
}
