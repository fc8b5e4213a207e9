import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../config/settings.ts';

export type { Logger };

/** A log of lines of JSON. */
export function createLog(level: LogLevel, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/**
 * Writes records as lines of a log, at level info whatever the log's level is. One is written for each
 * decision, in less time than the log's own way takes, which can do more.
 */
export function recordWriter(log: Logger): (record: object) => void {
  const output: DestinationStream = Reflect.get(log, pino.symbols.streamSym);
  const time = isoClock();
  return (record) => {
    const members = escapeControls(JSON.stringify(record)).slice(1);
    output.write(`{"level":"info","time":"${time()}",${members}\n`);
  };
}

/** What JSON lets stand as it is, and terminals obey or readers take for the end of a line. */
const CONTROLS = /[\x7f-\x9f\u2028\u2029]/g;

/** One range, which is searched for three times as fast: most lines are nothing but ASCII. */
const BEYOND_ASCII = /[^\0-~]/;

/** Returns how many bytes JSON takes in a line. */
export function lineBytes(json: string): number {
  // Nearly all of it is ASCII, whose bytes need not be counted.
  return BEYOND_ASCII.test(json) ? Buffer.byteLength(escapeControls(json)) : json.length;
}

function escapeControls(json: string): string {
  if (!BEYOND_ASCII.test(json)) return json;
  return json.replace(CONTROLS, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The present as ISO 8601 text, which is made once for each millisecond. */
function isoClock(): () => string {
  let at = Number.NaN;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = new Date(now).toISOString();
    }
    return text;
  };
}
