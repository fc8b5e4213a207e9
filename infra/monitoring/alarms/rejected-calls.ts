import { BLOCKING_RULES, MANAGED_RULE_GROUPS } from '../../firewall-rules.ts';
import type { Metrics } from '../metrics.ts';
import { callerSeverity } from '../severity.ts';
import type { AlarmDefinition } from './alarm.ts';
import { percentageOfSum, sumOfSparseMetrics } from './metric-math.ts';

/**
 * Alarms on calls of the action that the firewall or the service rejects. Requests for other paths are not counted:
 * the firewall's first rule blocks them, and no alarm includes that rule.
 */
export function rejectedCallAlarms(
  metrics: Metrics,
  allowedCidrs: readonly string[],
): AlarmDefinition[] {
  const blockedBy = (rules: Readonly<Record<string, string>>) =>
    sumOfSparseMetrics(
      Object.fromEntries(
        Object.entries(rules).map(([id, rule]) => [id, metrics.firewall('BlockedRequests', rule)]),
      ),
    );
  return [
    {
      id: 'FirewallBlocksCalls',
      description:
        "An AWS managed rule group blocks calls of the action. AWS adds rules without notice: if the calls are the identity server's, logins fail.",
      // A call contains what the client sent, so a client can get its own calls blocked. If all calls are
      // blocked, NoDecisions is in alarm.
      severity: 'ticket',
      metric: blockedBy(MANAGED_RULE_GROUPS),
      breach: { atLeast: 5 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'FirewallRefusesCalls',
      description:
        'The firewall blocks calls of the action because of their address, or because too many calls have no credential.',
      severity: 'ticket',
      metric: blockedBy(BLOCKING_RULES),
      breach: { atLeast: 20 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'AuthenticationFailures',
      description:
        'More than 10 % of the calls have a wrong credential or none. If the calls are from the identity server, logins fail.',
      severity: callerSeverity(allowedCidrs),
      metric: percentageOfSum(
        metrics.service('AuthenticationFailures'),
        metrics.service('Decisions'),
        10,
      ),
      breach: { above: 10 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 3 },
      missingData: 'notBreaching',
    },
  ];
}
