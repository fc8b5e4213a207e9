import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AgentFactory } from '../../lib/agents.ts';
import type { ReputationHooks } from './hooks.ts';
import { REPUTATION_DEFAULTS, type ReputationLimits } from './limits.ts';

/** Options of the reputation lookup. Limits that are omitted have their defaults. */
export interface ReputationOptions extends Partial<ReputationLimits> {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** API root of AbuseIPDB, such as `https://api.abuseipdb.com/api/v2`. */
  readonly baseUrl: string;
  /** Returns the current API key. Without one, or with an empty one, a check fails with `auth` and sends nothing. */
  readonly key: () => string | undefined;
  readonly cache: { readonly client: DynamoDBClient; readonly tableName: string };
  /** Whether CHECK-BLOCK may be used. Its records have a score and nothing else. @default false */
  readonly checkBlock?: boolean;
  readonly hooks?: ReputationHooks;
  /** Makes the connections to AbuseIPDB. @default connects directly */
  readonly agents?: AgentFactory;
}

/** Returns the limits among the options, with defaults for those that are omitted or `undefined`. */
export function withDefaultLimits(options: ReputationOptions): ReputationLimits {
  const names = Object.keys(REPUTATION_DEFAULTS) as (keyof ReputationLimits)[];
  const limits = names.map((name) => [name, options[name] ?? REPUTATION_DEFAULTS[name]]);
  return Object.fromEntries(limits);
}
