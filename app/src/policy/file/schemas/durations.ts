import * as z from 'zod';
import { MAX_DECISION_DEADLINE_MS } from '../../../lib/deadline.ts';
import { MAX_SECONDS, parseDuration, parseWait } from '../../../lib/duration.ts';
import { describeValue } from '../validate.ts';
import { rangePattern } from './range-pattern.ts';

const DURATION = 'write 90s, 15m, 1h or a number of seconds, above 0 and below 100 years';

/** Seconds. */
export const duration = z
  .unknown()
  .transform((value, context): number => {
    const seconds = parseDuration(value);
    if (seconds !== undefined) return seconds;
    context.addIssue(`${describeValue(value)} is not a valid duration; ${DURATION}`);
    return z.NEVER;
  })
  .meta({
    anyOf: [
      {
        type: 'string',
        pattern: `^\\s*(?:${rangePattern(MAX_SECONDS)}s|${rangePattern(MAX_SECONDS / 60)}m|${rangePattern(MAX_SECONDS / 3600)}h)\\s*$`,
        errorMessage: `is not a valid duration; ${DURATION}`,
        examples: ['5m', '15m', '1h'],
      },
      { type: 'integer', minimum: 1, maximum: MAX_SECONDS },
    ],
  });

const WAIT = `write 150ms or 1s, from 1ms to ${MAX_DECISION_DEADLINE_MS}ms, the longest deadline of a decision`;

/** Milliseconds. */
export const wait = z
  .unknown()
  .transform((value, context): number => {
    const milliseconds = parseWait(value);
    if (milliseconds !== undefined) return milliseconds;
    context.addIssue(`${describeValue(value)} is not a valid time to wait; ${WAIT}`);
    return z.NEVER;
  })
  .meta({
    // zod drops examples of a transform, but not those of a part.
    allOf: [
      {
        type: 'string',
        pattern: `^\\s*(?:${rangePattern(MAX_DECISION_DEADLINE_MS)}ms|${rangePattern(Math.floor(MAX_DECISION_DEADLINE_MS / 1000))}s)\\s*$`,
        errorMessage: `is not a valid time to wait; ${WAIT}`,
        examples: ['150ms', '1s'],
      },
    ],
  });
