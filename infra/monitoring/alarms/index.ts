import type { Metrics } from '../metrics.ts';
import { abuseIpdbAlarms } from './abuseipdb.ts';
import type { AlarmDefinition } from './alarm.ts';
import { answerAlarms } from './answers.ts';
import { callerAlarms } from './callers.ts';
import { capacityAlarms } from './capacity.ts';
import { policyAlarms } from './policy.ts';
import { tableAlarms } from './table.ts';
import { trafficAlarms } from './traffic.ts';
import { upkeepAlarms } from './upkeep.ts';

/** What of the configuration alarms depend on. */
export interface AlarmConfig {
  readonly minimumTasks: number;
  /** Where the identity server calls from; empty for everywhere. */
  readonly allowedCidrs: readonly string[];
  /** Refusals in per cent of decisions. */
  readonly blockRateCeiling: number;
  readonly noTrafficHours: number;
  /** How long the previous version of a rotated secret is accepted. */
  readonly credentialPreviousTtl: string;
}

/** All alarms. docs/runbook.md has a section for each. */
export function alarmDefinitions(metrics: Metrics, config: AlarmConfig): AlarmDefinition[] {
  return [
    ...answerAlarms(metrics),
    ...capacityAlarms(metrics, config.minimumTasks),
    ...trafficAlarms(metrics, config.noTrafficHours),
    ...callerAlarms(metrics, config.allowedCidrs),
    ...policyAlarms(metrics, config.blockRateCeiling),
    ...abuseIpdbAlarms(metrics),
    ...tableAlarms(metrics),
    ...upkeepAlarms(metrics, config.credentialPreviousTtl),
  ];
}
