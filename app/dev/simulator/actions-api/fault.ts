/** What goes wrong with a call. */
export type ActionsApiFault =
  /** The call is carried out, and the response is lost. */
  | { readonly kind: 'lost-response' }
  /** The connection is reset before the call is carried out. */
  | { readonly kind: 'reset' }
  /** A status without a body; with `isCarriedOut` after the call has been carried out. */
  | { readonly kind: 'status'; readonly status: number; readonly isCarriedOut?: boolean }
  /** Too many requests; `retryAfter` is in seconds. */
  | { readonly kind: 'rate-limit'; readonly retryAfter?: number }
  /** Status 200 with a page of a proxy. */
  | { readonly kind: 'html' }
  /** An error whose text repeats the request, secrets included. */
  | { readonly kind: 'echo'; readonly status: number; readonly code: string }
  /** The call is carried out, and then all access tokens expire. */
  | { readonly kind: 'expire-tokens' };

/** Which calls a fault affects. */
export interface FaultFilter {
  /** @default every method */
  readonly method?: string;
  /** A part of the path. @default every path */
  readonly path?: string;
  /** @default 1 */
  readonly times?: number;
}

/** Faults that wait for a matching call. */
export class FaultQueue {
  readonly #faults: { fault: ActionsApiFault; filter: FaultFilter; left: number }[] = [];

  add(fault: ActionsApiFault, filter: FaultFilter = {}): void {
    this.#faults.push({ fault, filter, left: filter.times ?? 1 });
  }

  /** Returns the fault of a call, and counts it. */
  take(method: string, path: string): ActionsApiFault | undefined {
    const found = this.#faults.find(
      ({ filter, left }) =>
        left > 0 &&
        (filter.method === undefined || filter.method === method) &&
        (filter.path === undefined || path.includes(filter.path)),
    );
    if (found !== undefined) found.left -= 1;
    return found?.fault;
  }
}
