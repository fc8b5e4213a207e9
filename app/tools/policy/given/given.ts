import type { AnonymizerField } from '../../../src/feeds/model/feed.ts';
import type { AnonymizerFieldCause } from '../../../src/signals/anonymizer.ts';
import type { UNKNOWN_CAUSES } from '../../../src/signals/causes.ts';
import type { Place } from '../../../src/signals/geo/place.ts';
import type { Network } from '../../../src/signals/network.ts';
import type { AbuseRecord } from '../../../src/signals/reputation/reputation.ts';
import type { SignalName } from '../../../src/signals/request-signals.ts';
import type { TokenRequestOptions } from '../../requests/token-request.ts';

/** One request as a test case or the options of a command describe it: the token request and the signals. */
export interface Given {
  readonly request: GivenRequest;
  readonly signals: GivenSignals;
  /** Milliseconds since the epoch. Undefined for now. */
  readonly time?: number | undefined;
}

/** The parts of a token request that a policy can read. */
export interface GivenRequest {
  /** @default 'authorization_code' */
  readonly grant?: string | undefined;
  /** @default 'example-client' */
  readonly client?: string | undefined;
  /** Scopes that the token gets. */
  readonly scopes?: readonly string[] | undefined;
  /** Scopes that the client asked for. */
  readonly requestedScopes?: readonly string[] | undefined;
  /** Of the token, in seconds; -1 for the server's default. @default 3600 */
  readonly lifetime?: number | undefined;
  /** Of the refresh token, in seconds; false without one. @default 86400, none with `client_credentials` */
  readonly refreshLifetime?: number | false | undefined;
  /** Claims of the token besides those that every token has, or instead of them; null for one that it lacks. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  readonly audience?: readonly string[] | undefined;
  readonly user?: TokenRequestOptions['user'];
  readonly tenant?: TokenRequestOptions['tenant'];
  readonly organization?: TokenRequestOptions['organization'];
  /** Version of the identity server's contract. @default the newest */
  readonly contract?: TokenRequestOptions['contract'];
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Parameters of the token request. */
  readonly params?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/** The signals of a request. What is not given is unknown, apart from what a database of places adds. */
export interface GivenSignals {
  readonly address?: string | undefined;
  /** Whether the operator's edge has signed the address. @default false */
  readonly signed?: boolean | undefined;
  /** The fields of `geo`. A database of places is not asked if there are any. */
  readonly geo?: Place | undefined;
  /** The fields of `network`. @default those that `geo` has */
  readonly network?: Network | undefined;
  readonly anonymizer?:
    | Readonly<Partial<Record<AnonymizerField, boolean | AnonymizerFieldCause>>>
    | undefined;
  readonly abuse?: GivenAbuse | undefined;
  /** Whether each feed contains the address, by id. */
  readonly feeds?: Readonly<Record<string, boolean | 'absent' | 'expired'>> | undefined;
  /** Why signals are unknown. */
  readonly unknown?: GivenCauses | undefined;
}

/** The fields of `abuse`, as policies name them. */
export interface GivenAbuse extends Omit<AbuseRecord, 'checkedAt' | 'ofBlock'> {
  /** Hours since AbuseIPDB checked the address. @default 0 */
  readonly age_hours?: number;
  /** Whether the record is older than its TTL. @default false */
  readonly stale?: boolean;
  /** Whether it is the record of another address in the client's /64. @default false */
  readonly inherited?: boolean;
}

export type GivenCauses = {
  readonly [Name in SignalName]?: (typeof UNKNOWN_CAUSES)[Name][number] | undefined;
};
