import { DAY, type Span, TRAINING_DAYS } from '../cloudwatch/evaluate.ts';
import type { MetricSource, Sample } from '../cloudwatch/samples.ts';
import { EMITTERS } from './emitters.ts';
import { type Minute, normalMinute, type Site } from './minute.ts';

/** A period in which a site differs from normal operation. */
export interface Situation {
  readonly site: Site;
  /** Start and end in minutes of the day; the end may be on the next day. */
  readonly begins: number;
  readonly ends: number;
  /** Returns the differences from a normal minute. `elapsed` is in minutes since the start. */
  readonly changes: (normal: Minute, elapsed: number) => Partial<Minute>;
}

/** The day of the situation, in minutes; the anomaly detectors learn from the days before. */
export const TODAY = TRAINING_DAYS * DAY;

/** Returns the time of the situation. */
export function timeSpan({ begins, ends }: Situation): Span {
  return { from: TODAY + begins, to: TODAY + ends };
}

const normalMinutes = new Map<Site, Map<number, Minute>>();

/** Returns a normal minute. Cached, because all situations of a site have the same ones. */
function normalAt(site: Site, minute: number): Minute {
  const minutes = normalMinutes.get(site) ?? new Map<number, Minute>();
  normalMinutes.set(site, minutes);
  const known = minutes.get(minute) ?? normalMinute(site, minute);
  minutes.set(minute, known);
  return known;
}

const normalSources = new Map<Site, MetricSource>();

/** Returns the metrics of normal operation: always the same source, so that the results are reused. */
function normalSource(site: Site): MetricSource {
  const known = normalSources.get(site);
  if (known !== undefined) return known;
  const source: MetricSource = {
    samples: (metric, minute) => EMITTERS.get(metric)?.(normalAt(site, minute)) ?? [],
  };
  normalSources.set(site, source);
  return source;
}

/** Returns the metrics of a situation, with normal operation before and after it. */
export function metricSource(situation: Situation): MetricSource {
  const { from, to } = timeSpan(situation);
  const minutes = new Map<number, Minute>();
  const at = (minute: number): Minute => {
    const normal = normalAt(situation.site, minute);
    if (minute < from || minute >= to) return normal;
    const known =
      minutes.get(minute) ?? withChanges(normal, situation.changes(normal, minute - from));
    minutes.set(minute, known);
    return known;
  };
  return {
    base: { source: normalSource(situation.site), from, to },
    samples(metric: string, minute: number): readonly Sample[] {
      // A test of its own names the metrics without an emitter, so that not every situation fails.
      return EMITTERS.get(metric)?.(at(minute)) ?? [];
    },
  };
}

/** Returns a minute with changes. The type of `changes` admits unknown fields, which would have no effect. */
function withChanges(normal: Minute, changes: Partial<Minute>): Minute {
  const unknown = Object.keys(changes).filter((field) => !(field in normal));
  if (unknown.length > 0) {
    throw new Error(
      `Unknown fields of a minute: ${unknown.join(', ')}. They must be in test/support/operations/minute.ts.`,
    );
  }
  return { ...normal, ...changes };
}
