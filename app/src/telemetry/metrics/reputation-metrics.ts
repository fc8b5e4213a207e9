import type { CheckCause } from '../../signals/causes.ts';
import type { CircuitChange } from '../../signals/reputation/circuit-breaker.ts';
import type { ReputationHooks } from '../../signals/reputation/hooks.ts';
import type { GaugeCallback, Metrics } from './metrics.ts';

/**
 * Returns hooks that measure the reputation lookup: results and latency of AbuseIPDB checks, the remaining
 * quota, and whether the circuits of AbuseIPDB and of the cache are open.
 *
 * @param hasKey whether there is an AbuseIPDB key.
 * @param now milliseconds since the epoch.
 */
export function reputationMetricsHooks(
  metrics: Metrics,
  hasKey: () => boolean,
  now: () => number,
): ReputationHooks {
  const abuseIpdb = new OpenCauses<CheckCause>(now);
  const cache = new OpenCauses<string>(now);
  const quotaRemaining = new Minimum();
  const quotaRemainingPercent = new Minimum();
  metrics.observe(function* gauges(): ReturnType<GaugeCallback> {
    const causes = abuseIpdb.drain();
    if (!hasKey()) causes.add('auth');
    yield ['AbuseIpdbCircuitOpen', Number(causes.size > 0)];
    for (const cause of causes) yield ['AbuseIpdbCircuitOpen', 1, cause];
    yield ['CacheCircuitOpen', Number(cache.drain().size > 0)];
    yield ['AbuseIpdbQuotaRemaining', quotaRemaining.drain()];
    yield ['AbuseIpdbQuotaRemainingPercent', quotaRemainingPercent.drain()];
  });
  return {
    onBlockCheck: ({ cause }) => metrics.count('AbuseIpdbBlockChecks', cause ?? 'ok'),
    onCircuitChange: (change) => abuseIpdb.add(change),
    onCacheCircuitChange: (change) => cache.add(change),
    onCacheFailure: ({ operation }) =>
      metrics.count('CacheFailures', operation === 'write' ? 'write' : 'read'),
    onHeldBack: ({ by }) => metrics.count('LookupsHeldBack', by),
    onCheck({ cause, milliseconds, quotaRemaining: remaining, quotaLimit: limit }) {
      metrics.count('AbuseIpdbChecks', cause ?? 'ok');
      metrics.record('AbuseIpdbLatency', milliseconds);
      if (remaining === undefined) return;
      quotaRemaining.add(remaining);
      if (limit !== undefined && limit > 0) quotaRemainingPercent.add((100 * remaining) / limit);
    },
  };
}

/** What the pace of lookups is at present; undefined before a response has stated the quota. */
export interface PaceReader {
  checksPerHour(): number | undefined;
  pacePercent(): number | undefined;
}

/** Publishes the pace of lookups. */
export function observePace(metrics: Metrics, reader: PaceReader): void {
  metrics.observe(() => [
    ['AbuseIpdbPace', reader.checksPerHour()],
    ['AbuseIpdbPacePercent', reader.pacePercent()],
  ]);
}

/** The causes for which a circuit was open at any time since the last flush. */
class OpenCauses<Cause extends string> {
  readonly #now: () => number;
  readonly #sinceLastFlush = new Set<Cause>();
  #current: { readonly cause: Cause; readonly until: number } | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(change: CircuitChange<Cause>): void {
    this.#current = change.state === 'open' ? change : undefined;
    if (change.state === 'open') this.#sinceLastFlush.add(change.cause);
  }

  drain(): Set<Cause> {
    const causes = new Set(this.#sinceLastFlush);
    this.#sinceLastFlush.clear();
    // After `until` the next request probes, so the circuit no longer counts as open.
    if (this.#current !== undefined && this.#now() < this.#current.until) {
      causes.add(this.#current.cause);
    }
    return causes;
  }
}

/** The lowest number since the last flush; `undefined` without one, so that an old quota is not repeated. */
class Minimum {
  #min: number | undefined;

  add(value: number): void {
    if (this.#min === undefined || value < this.#min) this.#min = value;
  }

  drain(): number | undefined {
    const min = this.#min;
    this.#min = undefined;
    return min;
  }
}
