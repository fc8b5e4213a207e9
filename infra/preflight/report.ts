import type { Level, NamedFinding } from '../../app/tools/findings/finding.ts';
import { countFindings, formatFindings } from '../../app/tools/findings/format.ts';

/** ANSI colours. */
const COLOURS: Readonly<Record<Level, string>> = {
  ok: '\u001b[32m',
  warning: '\u001b[33m',
  error: '\u001b[31m',
};
const RESET = '\u001b[0m';

/** Formats one line for each finding, and one with the number of errors and warnings. */
export function formatText(
  findings: readonly NamedFinding[],
  { colours }: { readonly colours: boolean },
): string {
  const lines = formatFindings(findings, (text, level) =>
    colours ? `${COLOURS[level]}${text}${RESET}` : text,
  );
  const hasErrors = findings.some(({ level }) => level === 'error');
  const counts = countFindings(findings);
  const summary = `${counts.charAt(0).toUpperCase()}${counts.slice(1)}${hasErrors ? ': correct the errors before you deploy' : ''}.`;
  return `${lines}\n\n${summary}\n`;
}

/** Formats the findings as one JSON object. */
export function formatJson(
  findings: readonly NamedFinding[],
  deployment: { readonly account?: string; readonly region: string; readonly stackName?: string },
): string {
  return `${JSON.stringify({ ...deployment, findings }, null, 2)}\n`;
}
