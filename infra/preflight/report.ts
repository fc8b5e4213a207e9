import type { NamedFinding } from './check.ts';
import type { Level } from './finding.ts';

/** ANSI colours. */
const COLOURS: Readonly<Record<Level, string>> = {
  ok: '\u001b[32m',
  warning: '\u001b[33m',
  error: '\u001b[31m',
};
const RESET = '\u001b[0m';

const LEVEL_WIDTH = 'warning'.length;

/** Formats one line for each finding, and one with the number of errors and warnings. */
export function formatText(
  findings: readonly NamedFinding[],
  { colours }: { readonly colours: boolean },
): string {
  const merged = mergeEqual(findings);
  const lines = merged.map(({ level, check, text }) => {
    const padded = level.padEnd(LEVEL_WIDTH);
    const shown = colours ? `${COLOURS[level]}${padded}${RESET}` : padded;
    return `${shown}  ${check}: ${text}`;
  });
  const errors = count(merged, 'error');
  const warnings = count(merged, 'warning');
  const summary =
    errors > 0
      ? `${plural(errors, 'error')} and ${plural(warnings, 'warning')}: correct the errors before you deploy.`
      : `No errors and ${plural(warnings, 'warning')}.`;
  return `${[...lines, '', summary].join('\n')}\n`;
}

/** Formats the findings as one JSON object. */
export function formatJson(
  findings: readonly NamedFinding[],
  deployment: { readonly account?: string; readonly region: string; readonly stackName?: string },
): string {
  return `${JSON.stringify({ ...deployment, findings }, null, 2)}\n`;
}

/** Merges findings with the same text: a missing permission concerns many checks. */
function mergeEqual(findings: readonly NamedFinding[]): readonly NamedFinding[] {
  const merged = new Map<string, NamedFinding>();
  for (const finding of findings) {
    const known = merged.get(finding.text);
    const check = known === undefined ? finding.check : `${known.check}, ${finding.check}`;
    merged.set(finding.text, { ...finding, check });
  }
  return [...merged.values()];
}

function count(findings: readonly NamedFinding[], level: Level): number {
  return findings.filter((finding) => finding.level === level).length;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
