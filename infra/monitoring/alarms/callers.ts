import { MANAGED_GROUPS, OWN_REFUSALS } from '../../firewall-rules.ts';
import type { Metrics } from '../metrics.ts';
import { ofWhatCallersDo } from '../severity.ts';
import type { AlarmDefinition } from './alarm.ts';
import { shareBeside, sumOfSparse } from './expressions.ts';

/**
 * Calls that reach no decision, because the firewall or the service does not let them in. Noise beside
 * the action is none of them: the firewall's first rule refuses it, and nothing here counts that rule.
 */
export function callerAlarms(metrics: Metrics, allowedCidrs: readonly string[]): AlarmDefinition[] {
  const blocked = (rules: Readonly<Record<string, string>>) =>
    sumOfSparse(
      Object.fromEntries(
        Object.entries(rules).map(([id, rule]) => [id, metrics.firewall('BlockedRequests', rule)]),
      ),
    );
  return [
    {
      id: 'FirewallBlocksCalls',
      description:
        "A rule group of AWS's blocks calls of the action. It gets new rules without notice: if the calls are the identity server's, logins fail.",
      // The call contains what a client sent, so a client can get its own call blocked. That all calls are
      // blocked shows in NoDecisions.
      severity: 'ticket',
      metric: blocked(MANAGED_GROUPS),
      breach: { atLeast: 5 },
      ...{ minutes: 5, datapoints: 2, periods: 3 },
      missing: 'good',
    },
    {
      id: 'FirewallRefusesCalls',
      description:
        'The firewall refuses calls of the action for their address, or for their number without a credential.',
      severity: 'ticket',
      metric: blocked(OWN_REFUSALS),
      breach: { atLeast: 20 },
      ...{ minutes: 5, datapoints: 2, periods: 3 },
      missing: 'good',
    },
    {
      id: 'AuthenticationFailures',
      description:
        'More than one call in ten shows a wrong credential, or none. If it is the identity server that does, logins fail.',
      severity: ofWhatCallersDo(allowedCidrs),
      metric: shareBeside(
        metrics.service('AuthenticationFailures'),
        metrics.service('Decisions'),
        10,
      ),
      breach: { above: 10 },
      ...{ minutes: 5, datapoints: 2, periods: 3 },
      missing: 'good',
    },
  ];
}
