import { styleText } from 'node:util';
import { displayText } from '../../tools/display.ts';
import { formatDecision } from './format-decision.ts';
import { clockTime } from './text.ts';

type Color = 'red' | 'yellow' | 'green' | 'gray';

const LEVEL_COLORS: Readonly<Record<string, Color>> = {
  fatal: 'red',
  error: 'red',
  warn: 'yellow',
  info: 'green',
};

interface LogFields {
  readonly level?: string;
  readonly time?: string;
  readonly event?: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
}

/**
 * Formats a line of the service's log for a terminal, without a line feed. Returns `undefined` for metrics,
 * which only CloudWatch reads. Colours follow the terminal and `NO_COLOR`.
 */
export function formatLogLine(line: string): string | undefined {
  const fields = parseFields(line);
  if (fields === undefined) return displayText(line.trimEnd());
  if (fields.event === 'metrics') return undefined;
  const time = fields.time === undefined ? Date.now() : Date.parse(fields.time);
  if (fields.event === 'decision') return formatDecision(fields, time);
  return formatMessage(fields, time);
}

function parseFields(line: string): LogFields | undefined {
  try {
    const fields: unknown = JSON.parse(line);
    return typeof fields === 'object' && fields !== null ? fields : undefined;
  } catch {
    return undefined;
  }
}

function formatMessage(fields: LogFields, time: number): string {
  const { level = 'info', time: _, event = 'log', msg, err, ...others } = fields;
  const details = msg ?? Object.entries(others).map(formatField).join(' ');
  const message = [event, details].filter((part) => part !== '').join('  ');
  const label = styleText(LEVEL_COLORS[level] ?? 'gray', level.padEnd(12));
  const stack = err?.stack ?? err?.message;
  return [
    `${styleText('gray', clockTime(time))}  ${label}  ${displayText(message)}`,
    ...(stack === undefined ? [] : stack.split('\n').map((part) => `    ${displayText(part)}`)),
  ].join('\n');
}

/** Formats a field as `name=value`. Strings with spaces are quoted. */
function formatField([name, value]: [string, unknown]): string {
  const isBare = typeof value === 'string' && /^\S+$/.test(value);
  return `${name}=${isBare ? value : JSON.stringify(value)}`;
}
