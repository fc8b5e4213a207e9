import type { FeedSummary } from '../feeds/model/feed-data.ts';
import { type Logger, recordWriter } from '../telemetry/log.ts';
import { emfLines } from '../telemetry/metrics/emf.ts';
import { Metrics } from '../telemetry/metrics/metrics.ts';
import type { FeedOutcome } from './outcome.ts';

/** Characters of a text in a feed's summary that is logged. */
const MAX_SUMMARY_TEXT = 200;

export interface Report {
  /** Logs what the run has done with a feed. */
  onFeed(feedId: string, outcome: FeedOutcome, milliseconds: number): void;
  onDeleted(feedId: string): void;
  /** Logs that a part of the run failed that belongs to no feed, or comes after it. */
  onCleanUpFailed(feedId: string | undefined, error: Error): void;
  /** Writes the metrics of a complete run. */
  onCompleted(): void;
}

/**
 * Creates the report of a run: one line for each feed, and metrics at the end. A run that is killed writes no metrics,
 * which the alarm on missing runs notices.
 *
 * @param service the value of the metrics' dimension `Service`.
 */
export function createReport(log: Logger, service: string, now: () => number): Report {
  const metrics = new Metrics(['refresher']);
  return {
    onFeed(feed, outcome, milliseconds) {
      const fields = { feed, ...fieldsOf(outcome), milliseconds: Math.round(milliseconds) };
      if (outcome.event === 'feed-rejected' || outcome.event === 'feed-failed') {
        metrics.count('FeedErrors', outcome.reason);
        log.warn({ event: outcome.event, ...fields });
      } else log.info({ event: outcome.event, ...fields });
    },
    onDeleted: (feed) => log.info({ event: 'feed-deleted', feed }),
    onCleanUpFailed(feed, error) {
      metrics.count('FeedErrors', 'store');
      log.warn({ event: 'feed-clean-up-failed', feed, why: error.message });
    },
    onCompleted() {
      metrics.count('FeedRefreshes');
      const write = recordWriter(log);
      for (const line of emfLines(metrics.drain(), { service, timestamp: now() })) write(line);
    },
  };
}

function fieldsOf(outcome: FeedOutcome): object {
  switch (outcome.event) {
    case 'feed-published':
      return {
        ...pointerFields(outcome),
        summary: withoutLongTexts(outcome.pointer.summary),
        note: outcome.note,
        accepted: outcome.accepted,
      };
    case 'feed-confirmed':
      return pointerFields(outcome);
    case 'feed-rejected': {
      const { reason, why, since, at } = outcome;
      return { reason, why, since: toIso(since), at };
    }
    case 'feed-failed':
      return { reason: outcome.reason, why: outcome.why, since: toIso(outcome.since) };
    case 'feed-skipped':
      return { why: outcome.why };
  }
}

/** A sample of addresses is for the next comparison, not for a reader. */
function withoutLongTexts(summary: FeedSummary): FeedSummary {
  return Object.fromEntries(
    Object.entries(summary).filter(([, value]) => String(value).length <= MAX_SUMMARY_TEXT),
  );
}

function pointerFields({ pointer }: Extract<FeedOutcome, { pointer: unknown }>): object {
  const { sha256, bytes, publishedAt, scope } = pointer;
  return { sha256, bytes, published_at: toIso(publishedAt), downgraded: scope?.downgraded };
}

function toIso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
