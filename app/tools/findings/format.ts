import { displayText } from '../display.ts';
import type { Level, NamedFinding } from './finding.ts';

const LEVEL_WIDTH = 'warning'.length;

/**
 * Formats one line for each finding. Findings with the same text share a line: a missing permission concerns many
 * checks.
 *
 * @param paint colours a text for a level.
 */
export function formatFindings(
  findings: readonly NamedFinding[],
  paint: (text: string, level: Level) => string,
): string {
  const lines = mergeEqual(findings).map(
    ({ level, check, text }) =>
      `${paint(level.padEnd(LEVEL_WIDTH), level)}  ${check}: ${displayText(text)}`,
  );
  return lines.join('\n');
}

/** Returns the number of errors and warnings in words: `1 error and 2 warnings`. */
export function countFindings(findings: readonly NamedFinding[]): string {
  const merged = mergeEqual(findings);
  const errors = merged.filter(({ level }) => level === 'error').length;
  const warnings = merged.filter(({ level }) => level === 'warning').length;
  return `${plural(errors, 'error')} and ${plural(warnings, 'warning')}`;
}

function mergeEqual(findings: readonly NamedFinding[]): readonly NamedFinding[] {
  const merged = new Map<string, NamedFinding>();
  for (const finding of findings) {
    const known = merged.get(finding.text);
    const check = known === undefined ? finding.check : `${known.check}, ${finding.check}`;
    merged.set(finding.text, { ...finding, check });
  }
  return [...merged.values()];
}

function plural(number: number, noun: string): string {
  return `${number === 0 ? 'no' : number} ${noun}${number === 1 ? '' : 's'}`;
}
