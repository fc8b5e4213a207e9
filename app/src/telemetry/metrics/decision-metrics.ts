import type { DecisionFacts } from '../decision-record.ts';
import type { Metrics } from './metrics.ts';

/** Counts one decision, and takes its times: the same that its record says, recorded or not. */
export function measureDecision(metrics: Metrics, facts: DecisionFacts): void {
  const { decision, signals, times } = facts;
  metrics.count('Decisions', decision.outcome);
  if (decision.outcome !== 'refuse') metrics.count('TokensIssued');
  if (decision.dryRunOutcome !== undefined)
    metrics.count('DryRunDecisions', decision.dryRunOutcome);
  for (const { outcome } of decision.monitored) metrics.count('MonitoredRules', outcome);
  if (decision.refusedBy !== undefined) metrics.count('Refusals', decision.refusedBy);
  if (signals.reputation?.known) {
    metrics.count('Reputations', signals.reputation.value.source);
    if (signals.reputation.value.stale) metrics.count('StaleReputations');
  }
  for (const { signal, cause } of decision.missing) {
    metrics.count('UnknownSignals', `${signal}/${cause}`);
    // An address that is not public has no reputation. That is no failure, and a client can cause it at will.
    const isFailure = cause !== 'private' && cause !== 'reserved';
    if (signal === 'reputation' && isFailure) metrics.count('UnavailableReputations');
  }
  countAll(metrics, 'UnenforceableRestrictions', decision.unenforceable.length);
  countAll(metrics, 'SkippedOperations', decision.skipped.length);
  countAll(metrics, 'FailedConditions', decision.failed.length);
  metrics.time('DecisionLatency', times.total);
  metrics.time('StageLatency', times.read, 'read');
  metrics.time('StageLatency', times.decide, 'decide');
  const { address, geo, reputation } = signals.times;
  if (address !== undefined) metrics.time('StageLatency', address, 'address');
  if (geo !== undefined) metrics.time('StageLatency', geo, 'geo');
  if (reputation !== undefined) metrics.time('StageLatency', reputation, 'reputation');
}

function countAll(
  metrics: Metrics,
  name: 'UnenforceableRestrictions' | 'SkippedOperations' | 'FailedConditions',
  amount: number,
): void {
  if (amount > 0) metrics.count(name, undefined, amount);
}
