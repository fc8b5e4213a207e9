/** A warning that the banner already shows next to the geo databases. */
const SHOWN_ELSEWHERE = 'geo-database-bundled';

/** Returns the message of a log line if it is a warning or an error that the banner should show. */
export function startupWarning(line: string): string[] {
  const { level, event, msg } = JSON.parse(line) as {
    readonly level?: string;
    readonly event?: string;
    readonly msg?: string;
  };
  const isWarning = level === 'warn' || level === 'error';
  return isWarning && msg !== undefined && event !== SHOWN_ELSEWHERE ? [msg] : [];
}
