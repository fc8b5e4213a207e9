import type { IncomingHttpHeaders } from 'node:http';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { type CheckedAddress, parseCheckedAddress } from './address.ts';
import { isoWithOffset } from './blacklist.ts';
import { type AbuseIpdbPlan, PLANS } from './blacklist-response.ts';
import { type CheckState, checkDataOf, isAccepted, readMaxAge } from './check.ts';
import {
  type ApiError,
  errorResponse,
  MAX_AGE_INVALID,
  parameterError,
  quotaExceeded,
  UNAUTHENTICATED,
} from './errors.ts';
import { type Fault, faultSchema } from './fault.ts';
import { faultResponse } from './fault-response.ts';
import { profileFor } from './profiles.ts';
import { DailyQuota } from './quota.ts';
import { jsonResponse, type SimulatedResponse } from './response.ts';

/** A CHECK-BLOCK request as received, whatever its response. */
export interface ReceivedBlockCheck {
  /** The network in the client's spelling; empty if missing. */
  readonly network: string;
  /** `undefined` if missing, NaN if it is not a number. */
  readonly maxAgeInDays: number | undefined;
  readonly key: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** The JSON of CHECK-BLOCK's state in the control API. */
export const checkBlockPatchSchema = z.strictObject({
  remaining: z.int().min(0).optional(),
  fault: faultSchema.nullable().optional(),
});

const DEFAULT_MAX_AGE = '30';

const NETWORK_INVALID = parameterError(
  'network',
  'The network must be a valid IPv4 network in CIDR notation (e.g. 127.0.0.1/24).',
);

/** The endpoint CHECK-BLOCK, which has a quota of its own. It gives the scores of CHECK. */
export class CheckBlockEndpoint {
  /** Takes precedence over the fault that CHECK has for all addresses. */
  fault: Fault | undefined;
  readonly received: ReceivedBlockCheck[] = [];
  readonly #checks: CheckState;
  readonly #quota: number | undefined;
  #plan: AbuseIpdbPlan;
  #remaining: DailyQuota;

  /** @param quota calls per day. @default those of the plan */
  constructor(checks: CheckState, plan: AbuseIpdbPlan, quota?: number) {
    this.#checks = checks;
    this.#quota = quota;
    this.#plan = plan;
    this.#remaining = this.#newQuota();
  }

  /** Changes the plan, and begins its quota anew. */
  setPlan(plan: AbuseIpdbPlan): void {
    this.#plan = plan;
    this.#remaining = this.#newQuota();
  }

  /** Sets the remaining calls of today. */
  setRemaining(remaining: number): void {
    this.#remaining.setRemaining(remaining);
  }

  /** Records a request, and returns the response to it. */
  respond(
    parameters: URLSearchParams,
    headers: IncomingHttpHeaders,
    fault: Fault | undefined,
  ): SimulatedResponse {
    const network = parameters.get('network') ?? '';
    const maxAge = parameters.get('maxAgeInDays');
    const key = typeof headers.key === 'string' ? headers.key : undefined;
    const maxAgeInDays = maxAge === null ? undefined : Number(maxAge);
    this.received.push({ network, maxAgeInDays, key, headers });
    return (
      faultResponse(fault, this.#remaining) ??
      this.#answer(network, maxAge ?? DEFAULT_MAX_AGE, key, fault)
    );
  }

  #answer(
    network: string,
    maxAge: string,
    key: string | undefined,
    fault: Fault | undefined,
  ): SimulatedResponse {
    const quota = this.#remaining;
    if (!isAccepted(key, this.#checks.key))
      return errorResponse([UNAUTHENTICATED], quota.headers());
    if (!quota.tryConsume()) {
      const headers = { ...quota.headers(), ...quota.retryHeaders() };
      return errorResponse([quotaExceeded(quota.limit)], headers);
    }
    const maxAgeInDays = readMaxAge(maxAge);
    const block = parseNetwork(network);
    if (block === undefined) return errorResponse([NETWORK_INVALID], quota.headers());
    if (maxAgeInDays === undefined) return errorResponse([MAX_AGE_INVALID], quota.headers());
    if (block.prefix < PLANS[this.#plan].widestBlock) {
      return errorResponse([tooWide(PLANS[this.#plan].widestBlock)], quota.headers());
    }
    const data = { ...describe(block), reportedAddress: this.#reported(block, maxAgeInDays) };
    return jsonResponse(200, { data: withFault(data, fault) }, quota.headers());
  }

  /** Returns the addresses with reports in the window. Their score can be 0. */
  #reported({ first, prefix }: Network, maxAgeInDays: number): ReportedAddress[] {
    const [from, to] = possibleHosts(prefix);
    const reported: ReportedAddress[] = [];
    for (let host = from; host <= to; host += 1) {
      const address = parseCheckedAddress(format(first + host));
      if (address === undefined || this.#isCertainlyUnreported(address)) continue;
      const data = checkDataOf(this.#checks, address, maxAgeInDays);
      // A test can set a score without reports.
      if (data.totalReports === 0 && data.abuseConfidenceScore === 0) continue;
      reported.push({
        ipAddress: address.canonical,
        numReports: Math.max(1, data.totalReports),
        mostRecentReport: data.lastReportedAt ?? isoWithOffset(this.#checks.now()),
        abuseConfidenceScore: data.abuseConfidenceScore,
        countryCode: data.countryCode,
      });
    }
    return reported;
  }

  /** Most addresses have no report at all, and generating the data of all of them would be slow. */
  #isCertainlyUnreported(address: CheckedAddress): boolean {
    const { records, listed } = this.#checks;
    if (records.has(address.canonical) || listed?.scoreOf(address.canonical) !== undefined) {
      return false;
    }
    const { score, reports } = profileFor(address);
    return score === 0 && reports.recent === 0 && reports.older === 0;
  }

  #newQuota(): DailyQuota {
    return new DailyQuota(this.#quota ?? PLANS[this.#plan].blocksPerDay, this.#checks.now);
  }
}

interface ReportedAddress {
  readonly ipAddress: string;
  readonly numReports: number;
  readonly mostRecentReport: string;
  readonly abuseConfidenceScore: number;
  readonly countryCode: string | null;
}

interface Network {
  /** The first address as an integer. */
  readonly first: number;
  readonly prefix: number;
}

/** Parses a network. AbuseIPDB's own example, 127.0.0.1/24, has host bits, which are ignored. */
function parseNetwork(text: string): Network | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return undefined;
  const [, prefix] = ipaddr.IPv4.parseCIDR(text);
  const bytes = ipaddr.IPv4.networkAddressFromCIDR(text).toByteArray();
  return { first: bytes.reduce((bits, byte) => bits * 256 + byte, 0), prefix };
}

/** Returns the first and the last of the possible hosts, without the address of the network and the broadcast. */
function possibleHosts(prefix: number): readonly [number, number] {
  const size = 2 ** (32 - prefix);
  return size > 2 ? [1, size - 2] : [0, size - 1];
}

function describe({ first, prefix }: Network) {
  const [from, to] = possibleHosts(prefix);
  const range = ipaddr.IPv4.parse(format(first)).range();
  return {
    networkAddress: format(first),
    netmask: ipaddr.IPv4.subnetMaskFromPrefixLength(prefix).toString(),
    minAddress: format(first + from),
    maxAddress: format(first + to),
    numPossibleHosts: to - from + 1,
    addressSpaceDesc: ADDRESS_SPACES.get(range) ?? 'Internet',
  };
}

const ADDRESS_SPACES: ReadonlyMap<string, string> = new Map([
  ['loopback', 'Loopback'],
  ['private', 'Private Use'],
]);

function format(bits: number): string {
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.');
}

/** Applies a fault of the content: to the first reported address, or to the network. */
function withFault(
  data: Readonly<Record<string, unknown>> & { readonly reportedAddress: readonly object[] },
  fault: Fault | undefined,
): object {
  if (fault?.kind === 'address') {
    return { ...data, networkAddress: fault.value === 'other' ? '192.0.2.0' : undefined };
  }
  if (fault?.kind !== 'score') return data;
  const { value } = fault;
  const score = value === 'missing' ? undefined : value === 'text' ? '0' : value;
  const [first, ...others] = data.reportedAddress;
  return { ...data, reportedAddress: [{ ...first, abuseConfidenceScore: score }, ...others] };
}

function tooWide(widest: number): ApiError {
  return { detail: `Your plan allows networks up to /${widest}.`, status: 402 };
}
