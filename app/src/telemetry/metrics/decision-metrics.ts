import { KNOWN_API_VERSIONS } from '../../action/contract.ts';
import type { UnknownCause } from '../../signals/causes.ts';
import { SIGNAL_NAMES } from '../../signals/request-signals.ts';
import type { DecisionEvent } from '../decision-record.ts';
import type { Metrics } from './metrics.ts';

/**
 * Causes of an unknown reputation that are no failure: only public addresses have one, and clients can use up their
 * budget at will, which has an alarm of its own. `pending` is not among them: at low traffic it hides an outage.
 */
const INTENDED_CAUSES: ReadonlySet<UnknownCause> = new Set(['private', 'reserved', 'budget']);

/**
 * Records the outcome and the durations of a decision, whether or not the decision itself is recorded. A test is
 * only counted: otherwise a canary would end `NoTraffic`, and dilute block rates and percentiles.
 */
export function recordDecisionMetrics(metrics: Metrics, event: DecisionEvent): void {
  const { decision, signals, test, times, apiVersion } = event;
  if (test !== undefined) {
    metrics.count('TestDecisions');
    return;
  }
  metrics.count('Decisions', decision.outcome);
  if (decision.outcome !== 'refuse') metrics.count('TokensIssued');
  if (decision.dryRunOutcome !== undefined)
    metrics.count('DryRunDecisions', decision.dryRunOutcome);
  for (const { outcome } of decision.monitored) metrics.count('MonitoredRules', outcome);
  if (decision.refusedBy !== undefined) metrics.count('Refusals', decision.refusedBy);
  if (signals.address?.known === false) metrics.count('RequestsWithoutAddress');
  if (apiVersion !== undefined && !KNOWN_API_VERSIONS.includes(apiVersion)) {
    metrics.count('UnknownApiVersions');
  }
  if (signals.usedProvenScore !== undefined) {
    metrics.count('Reputations', 'blacklist');
  } else if (signals.reputation?.known) {
    metrics.count('Reputations', signals.reputation.value.source);
    if (signals.reputation.value.stale) metrics.count('StaleReputations');
  }
  for (const { signal, cause } of decision.unknown) {
    metrics.count('UnknownSignals', `${signal}/${cause}`);
    if (signal === 'reputation' && !INTENDED_CAUSES.has(cause)) {
      metrics.count('UnavailableReputations');
    }
  }
  countAll(metrics, 'UnenforceableRestrictions', decision.unenforceable.length);
  countAll(metrics, 'SkippedOperations', decision.skipped.length);
  countAll(metrics, 'FailedConditions', decision.failed.length);
  metrics.record('DecisionLatency', times.total);
  metrics.record('StageLatency', times.read, 'read');
  metrics.record('StageLatency', times.decide, 'decide');
  for (const name of SIGNAL_NAMES) {
    const time = name === 'feeds' ? undefined : signals.times[name];
    if (time !== undefined) metrics.record('StageLatency', time, name);
  }
}

function countAll(
  metrics: Metrics,
  name: 'UnenforceableRestrictions' | 'SkippedOperations' | 'FailedConditions',
  amount: number,
): void {
  if (amount > 0) metrics.count(name, undefined, amount);
}
