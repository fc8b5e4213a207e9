import { DAY, type Span, TRAINING_DAYS } from '../cloudwatch/evaluate.ts';
import type { MetricSource, Sample } from '../cloudwatch/samples.ts';
import { EMITTERS } from './emit.ts';
import { type Minute, normalMinute, type Site } from './minute.ts';

/** What goes on at a site. Outside of its time everything is normal. */
export interface Situation {
  readonly site: Site;
  /** Minutes of the day at which it begins and ends; the end may be on the next day. */
  readonly begins: number;
  readonly ends: number;
  /** What differs from a normal minute. `elapsed` is minutes since it began. */
  readonly differs: (normal: Minute, elapsed: number) => Partial<Minute>;
}

/** The day on which it happens, after those that the anomaly detectors learn from. */
export const TODAY = TRAINING_DAYS * DAY;

/** When it happens. */
export function spanOf({ begins, ends }: Situation): Span {
  return { from: TODAY + begins, to: TODAY + ends };
}

const normals = new Map<Site, Map<number, Minute>>();

/** Normal minutes are the same in all situations of a site. */
function normalAt(site: Site, minute: number): Minute {
  const minutes = normals.get(site) ?? new Map<number, Minute>();
  normals.set(site, minutes);
  const known = minutes.get(minute) ?? normalMinute(site, minute);
  minutes.set(minute, known);
  return known;
}

/** The metrics of a situation, with normal days before and after it. */
export function metricsOf(situation: Situation): MetricSource {
  const { from, to } = spanOf(situation);
  const minutes = new Map<number, Minute>();
  const at = (minute: number): Minute => {
    const normal = normalAt(situation.site, minute);
    if (minute < from || minute >= to) return normal;
    const known = minutes.get(minute) ?? {
      ...normal,
      ...situation.differs(normal, minute - from),
    };
    minutes.set(minute, known);
    return known;
  };
  return {
    samples(metric: string, minute: number): readonly Sample[] {
      const emit = EMITTERS.get(metric);
      if (emit === undefined) throw new Error(`Nothing emits ${metric}.`);
      return emit(at(minute));
    },
  };
}
