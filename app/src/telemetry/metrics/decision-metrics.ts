import type { DecisionFacts } from '../decision-record.ts';
import type { Metrics } from './metrics.ts';

/** Counts one decision, and takes its times: the same that its record says, recorded or not. */
export function measureDecision(metrics: Metrics, facts: DecisionFacts): void {
  const { decision, signals, times } = facts;
  metrics.count('Decisions', decision.outcome);
  if (decision.outcome !== 'refuse') metrics.count('TokensIssued');
  if (decision.would !== undefined) metrics.count('WouldBeDecisions', decision.would);
  for (const { would } of decision.monitored) metrics.count('MonitoredRules', would);
  if (decision.refusedBy !== undefined) metrics.count('Refusals', decision.refusedBy);
  if (signals.reputation?.known) {
    metrics.count('Reputations', signals.reputation.value.source);
    if (signals.reputation.value.stale) metrics.count('StaleReputations');
  }
  for (const { signal, cause } of decision.missing) {
    metrics.count('Unknowns', `${signal}/${cause}`);
    // An address that is not public has no reputation. That is no failure, and a client can cause it at will.
    const isFailure = cause !== 'private' && cause !== 'reserved';
    if (signal === 'reputation' && isFailure) metrics.count('UnavailableReputations');
  }
  countAll(metrics, 'UnenforceableRestrictions', decision.unenforceable.length);
  countAll(metrics, 'LeftOutOperations', decision.leftOut.length);
  countAll(metrics, 'FailedConditions', decision.failed.length);
  metrics.time('DecisionTime', times.total);
  metrics.time('StageTime', times.read, 'read');
  metrics.time('StageTime', times.decide, 'decide');
  const { address, geo, reputation } = signals.times;
  if (address !== undefined) metrics.time('StageTime', address, 'address');
  if (geo !== undefined) metrics.time('StageTime', geo, 'geo');
  if (reputation !== undefined) metrics.time('StageTime', reputation, 'reputation');
}

function countAll(
  metrics: Metrics,
  name: 'UnenforceableRestrictions' | 'LeftOutOperations' | 'FailedConditions',
  amount: number,
): void {
  if (amount > 0) metrics.count(name, undefined, amount);
}
