import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ToolError } from '../../errors.ts';
import type { CaseResult } from './result.ts';
import type { TestReport } from './test-policies.ts';

/**
 * Writes the results as JUnit XML, which CI systems show.
 *
 * @param path relative to `folder`.
 * @throws ToolError if the file cannot be written.
 */
export async function writeJUnit(report: TestReport, path: string, folder: string): Promise<void> {
  try {
    await writeFile(resolve(folder, path), junitXml(report));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ToolError(
      `${path} cannot be written (${code}): name a file in a folder that exists.`,
    );
  }
}

/** Returns the results as JUnit XML: a suite for each file. */
function junitXml({ results, failed, milliseconds }: TestReport): string {
  const byFile = new Map<string, CaseResult[]>();
  for (const result of results) {
    const { file } = result.case;
    byFile.set(file, [...(byFile.get(file) ?? []), result]);
  }
  const whyOf = new Map(failed.map(({ result, why }) => [result, why]));
  const suites = [...byFile].map(([file, ofFile]) => {
    const failures = ofFile.filter(({ status }) => status !== 'passed').length;
    return [
      `  <testsuite name="${escapeXml(file)}" tests="${ofFile.length}" failures="${failures}">`,
      ...ofFile.map((result) => testCase(result, whyOf.get(result) ?? [])),
      '  </testsuite>',
    ].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${results.length}" failures="${failed.length}" time="${(milliseconds / 1000).toFixed(3)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(
  { case: policyCase, status, error, mismatches }: CaseResult,
  why: readonly string[],
): string {
  const { name, file, line } = policyCase;
  const start = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(file)}" file="${escapeXml(file)}" line="${line}"`;
  if (status === 'passed') return `${start}/>`;
  const lines = mismatches.map(
    ({ field, expected, received }) => `${field}: expected ${expected}, received ${received}`,
  );
  const message = error ?? lines[0] ?? '';
  const text = [...(error === undefined ? [] : [error]), ...lines, ...why].join('\n');
  return `${start}>\n      <failure message="${escapeXml(message)}">${escapeXml(text)}</failure>\n    </testcase>`;
}

/** XML 1.0 allows no other control characters, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escapeXml(text: string): string {
  return text
    .replace(CONTROL_CHARACTERS, '�')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
