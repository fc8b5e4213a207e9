import * as z from 'zod';
import { type Blacklist, type BlacklistEntry, isoWithOffset } from './blacklist.ts';
import { type ApiError, errorResponse, quotaExceeded, UNAUTHENTICATED } from './errors.ts';
import { DailyQuota } from './quota.ts';
import { htmlResponse, jsonResponse, type SimulatedResponse } from './response.ts';

/**
 * AbuseIPDB's plans. BLACKLIST: entries of the list, requests a day, and the time after which a list is generated again.
 * CHECK-BLOCK: requests a day, and the shortest prefix.
 */
export const PLANS = {
  standard: {
    ...{ maxEntries: 10_000, perDay: 5, refreshMs: 86_400_000, isSubscription: false },
    ...{ blocksPerDay: 100, widestBlock: 24 },
  },
  basic: {
    ...{ maxEntries: 100_000, perDay: 100, refreshMs: 3_600_000, isSubscription: true },
    ...{ blocksPerDay: 1_000, widestBlock: 16 },
  },
  premium: {
    ...{ maxEntries: 500_000, perDay: 500, refreshMs: 3_600_000, isSubscription: true },
    ...{ blocksPerDay: 5_000, widestBlock: 16 },
  },
} as const;
export type AbuseIpdbPlan = keyof typeof PLANS;

const BLACKLIST_FAULTS = [
  /** Scores as strings, as AbuseIPDB once sent them. */
  'scores-as-text',
  /** A tenth of the list. */
  'much-smaller',
  /** Generated three days ago. */
  'old',
  'unordered',
  'duplicates',
  'private-addresses',
  'no-date',
  /** Half of the body, in a complete response. */
  'half',
  'html',
] as const;

/** A fault of BLACKLIST: in its list, or an error status. */
export type BlacklistFault = (typeof BLACKLIST_FAULTS)[number] | 401 | 402 | 422 | 429 | 503;

/** The JSON of BLACKLIST's state in the control API. */
export const blacklistPatchSchema = z.strictObject({
  plan: z.literal(['standard', 'basic', 'premium']).optional(),
  fault: z
    .union([z.literal(BLACKLIST_FAULTS), z.literal([401, 402, 422, 429, 503])])
    .nullable()
    .optional(),
});

export interface BlacklistQuery {
  readonly key: string | undefined;
  readonly parameters: URLSearchParams;
  readonly accept: string;
}

/** The endpoint BLACKLIST, whose list and quota depend on the plan. */
export class BlacklistEndpoint {
  fault: BlacklistFault | undefined;
  readonly #list: Blacklist;
  readonly #key: string | undefined;
  readonly #now: () => number;
  #plan: AbuseIpdbPlan;
  #quota: DailyQuota;

  constructor(list: Blacklist, plan: AbuseIpdbPlan, key: string | undefined, now: () => number) {
    this.#list = list;
    this.#key = key;
    this.#now = now;
    this.#plan = plan;
    this.#quota = new DailyQuota(PLANS[plan].perDay, now);
  }

  /** Changes the plan, and begins its quota anew. */
  setPlan(plan: AbuseIpdbPlan): void {
    this.#plan = plan;
    this.#quota = new DailyQuota(PLANS[plan].perDay, this.#now);
  }

  respond({ key, parameters, accept }: BlacklistQuery): SimulatedResponse {
    const isAccepted = this.#key === undefined ? Boolean(key) : key === this.#key;
    if (!isAccepted) return errorResponse([UNAUTHENTICATED], this.#quota.headers());
    if (!this.#quota.tryConsume()) return this.#exhausted();
    const failed = this.#failedResponse();
    if (failed !== undefined) return failed;
    const plan = PLANS[this.#plan];
    const now = this.#now();
    const generatedAt =
      now - (now % plan.refreshMs) - (this.fault === 'old' ? 3 * PLANS.standard.refreshMs : 0);
    // Without a subscription the parameter is ignored, and there is no error.
    const minimum = plan.isSubscription ? Number(parameters.get('confidenceMinimum') ?? 100) : 100;
    const limit = Math.min(Number(parameters.get('limit') ?? 10_000), plan.maxEntries);
    const version = parameters.get('ipVersion');
    const entries = this.#list
      .entries(minimum, generatedAt)
      .filter(({ ipAddress }) => version === null || ipAddress.includes(':') === (version === '6'))
      .slice(0, limit);
    const headers = this.#quota.headers();
    if (parameters.has('plaintext') || accept === 'text/plain') {
      return {
        status: 200,
        headers: {
          ...headers,
          'content-type': 'text/plain; charset=UTF-8',
          'X-Generated-At': isoWithOffset(generatedAt),
        },
        body: entries.map(({ ipAddress }) => ipAddress).join('\n'),
      };
    }
    return this.#listResponse(entries, generatedAt, headers);
  }

  #listResponse(
    entries: readonly BlacklistEntry[],
    generatedAt: number,
    headers: Record<string, string>,
  ): SimulatedResponse {
    const meta = this.fault === 'no-date' ? {} : { generatedAt: isoWithOffset(generatedAt) };
    const data = faultyEntries(entries, this.fault);
    const response = jsonResponse(200, { meta, data }, headers);
    return this.fault === 'half'
      ? { ...response, body: response.body.slice(0, response.body.length / 2) }
      : response;
  }

  #failedResponse(): SimulatedResponse | undefined {
    const { fault } = this;
    if (fault === 'html') {
      return htmlResponse(200, 'Just a moment...', 'Checking your browser before you continue.');
    }
    if (fault === 429) return this.#exhausted();
    if (typeof fault !== 'number') return undefined;
    return errorResponse(
      [fault === 401 ? UNAUTHENTICATED : statusError(fault)],
      this.#quota.headers(),
    );
  }

  #exhausted(): SimulatedResponse {
    const headers = { ...this.#quota.headers(0), ...this.#quota.retryHeaders() };
    return errorResponse([quotaExceeded(this.#quota.limit)], headers);
  }
}

function statusError(status: number): ApiError {
  return { detail: `Simulated error ${status}.`, status };
}

function faultyEntries(
  entries: readonly BlacklistEntry[],
  fault: BlacklistFault | undefined,
): readonly object[] {
  switch (fault) {
    case 'scores-as-text':
      return entries.map((entry) => ({
        ...entry,
        abuseConfidenceScore: `${entry.abuseConfidenceScore}`,
      }));
    case 'much-smaller':
      return entries.slice(0, entries.length / 10);
    case 'unordered':
      return entries.toReversed();
    case 'duplicates':
      return entries.flatMap((entry) => [entry, entry]);
    case 'private-addresses':
      return entries.map((entry, index) =>
        index < 5 ? { ...entry, ipAddress: `10.0.0.${index}` } : entry,
      );
    default:
      return entries;
  }
}
