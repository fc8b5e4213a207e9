import type { EndpointConfig } from '../../config/endpoint.ts';
import type { FeedsConfig } from '../../config/feeds.ts';
import type { Metrics } from '../metrics.ts';
import { abuseIpdbAlarms } from './abuseipdb.ts';
import type { AlarmDefinition } from './alarm.ts';
import { cacheAlarms } from './cache.ts';
import { canaryAlarms } from './canary.ts';
import { capacityAlarms } from './capacity.ts';
import { feedAlarms } from './feeds.ts';
import { maintenanceAlarms } from './maintenance.ts';
import { policyAlarms } from './policy.ts';
import { rejectedCallAlarms } from './rejected-calls.ts';
import { requestAlarms } from './requests.ts';
import { responseAlarms } from './responses.ts';
import { statusAlarms } from './status.ts';
import { trafficAlarms } from './traffic.ts';

/** The part of the configuration that alarms depend on. */
export interface AlarmConfig {
  readonly minimumTasks: number;
  readonly decisionDeadlineMs: number;
  /** Addresses of the identity server; empty if every address is admitted. */
  readonly allowedCidrs: readonly string[];
  /** Refusals as a percentage of decisions. */
  readonly blockRateCeiling: number;
  readonly noTrafficHours: number;
  readonly endpoint: EndpointConfig;
  readonly canary: boolean;
  readonly feeds: Pick<FeedsConfig, 'feeds'>;
  /** Minutes between two runs of the refresher. */
  readonly feedRefreshMinutes: number;
  /** Age from which AbuseIPDB's blacklist proves nothing, such as `24h`. @default the service's */
  readonly blacklistMaxAge: string | undefined;
  /** How long the previous version of a rotated secret is accepted, such as `24h`. */
  readonly credentialPreviousTtl: string;
}

/** Returns all alarms. docs/runbook.md has a section for each. */
export function alarmDefinitions(metrics: Metrics, config: AlarmConfig): AlarmDefinition[] {
  return [
    ...responseAlarms(metrics, config.decisionDeadlineMs),
    ...capacityAlarms(metrics, config.minimumTasks),
    ...trafficAlarms(metrics, config.noTrafficHours),
    ...(config.canary ? canaryAlarms(metrics, config.endpoint) : []),
    ...(config.canary ? statusAlarms(metrics) : []),
    ...requestAlarms(metrics),
    ...rejectedCallAlarms(metrics, config.allowedCidrs),
    ...policyAlarms(metrics, config.blockRateCeiling),
    ...abuseIpdbAlarms(metrics),
    ...cacheAlarms(metrics),
    ...maintenanceAlarms(metrics, config.credentialPreviousTtl),
    ...(config.feeds.feeds.length > 0 ? feedAlarms(metrics, config) : []),
  ];
}
