import type { BreakerChange } from '../../signals/reputation/circuit-breaker.ts';
import type { ReputationHooks } from '../../signals/reputation/hooks.ts';
import type { CheckCause } from '../../signals/reputation/reputation.ts';
import type { Metrics, States } from './metrics.ts';

/**
 * Measures the lookups: how they go, how much quota is left, and whether AbuseIPDB and the table are
 * asked at all.
 *
 * @param hasKey whether there is a key to ask AbuseIPDB with.
 * @param now milliseconds since the epoch.
 */
export function measureReputation(
  metrics: Metrics,
  hasKey: () => boolean,
  now: () => number,
): ReputationHooks {
  const abuseIpdb = new Openings<CheckCause>(now);
  const table = new Openings<string>(now);
  const quota = new Lowest();
  const percent = new Lowest();
  metrics.observe(function* states(): ReturnType<States> {
    const causes = abuseIpdb.take();
    if (!hasKey()) causes.add('auth');
    yield ['AbuseIpdbCircuitOpen', Number(causes.size > 0)];
    for (const cause of causes) yield ['AbuseIpdbCircuitOpen', 1, cause];
    yield ['CacheCircuitOpen', Number(table.take().size > 0)];
    yield ['AbuseIpdbQuotaRemaining', quota.take()];
    yield ['AbuseIpdbQuotaRemainingPercent', percent.take()];
  });
  return {
    onCircuitState: (change) => abuseIpdb.add(change),
    onCacheState: (change) => table.add(change),
    onCacheFailure: ({ operation }) =>
      metrics.count('CacheFailures', operation === 'write' ? 'write' : 'read'),
    onCheck({ cause, milliseconds, quotaRemaining, quotaLimit }) {
      metrics.count('AbuseIpdbChecks', cause ?? 'ok');
      metrics.time('AbuseIpdbLatency', milliseconds);
      if (quotaRemaining === undefined) return;
      quota.add(quotaRemaining);
      if (quotaLimit !== undefined && quotaLimit > 0)
        percent.add((100 * quotaRemaining) / quotaLimit);
    },
  };
}

/** For which causes calls were stopped at any time since the last flush. */
class Openings<Cause extends string> {
  readonly #now: () => number;
  readonly #since = new Set<Cause>();
  #open: { readonly cause: Cause; readonly until: number } | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(change: BreakerChange<Cause>): void {
    this.#open = change.state === 'open' ? change : undefined;
    if (change.state === 'open') this.#since.add(change.cause);
  }

  take(): Set<Cause> {
    const causes = new Set(this.#since);
    this.#since.clear();
    // Past its end nobody may have asked yet, but the next one will.
    if (this.#open !== undefined && this.#now() < this.#open.until) causes.add(this.#open.cause);
    return causes;
  }
}

/** The lowest number since the last flush. What an old answer said of the quota is no news. */
class Lowest {
  #lowest: number | undefined;

  add(value: number): void {
    if (this.#lowest === undefined || value < this.#lowest) this.#lowest = value;
  }

  take(): number | undefined {
    const lowest = this.#lowest;
    this.#lowest = undefined;
    return lowest;
  }
}
