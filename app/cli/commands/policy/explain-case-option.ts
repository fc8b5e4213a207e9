import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { decodePolicy } from '../../../src/policy/file/decode.ts';
import { PolicyError } from '../../../src/policy/file/issues.ts';
import { ToolError, UsageError } from '../../../tools/errors.ts';
import { findCase } from '../../../tools/explain/explain-case.ts';
import { requestFileReader } from '../../../tools/policy/cases/files.ts';
import { type PolicyCase, readCases } from '../../../tools/policy/cases/read.ts';
import type { ReadRequestFile } from '../../../tools/policy/cases/run-case.ts';
import type { Terminal } from '../../terminal.ts';
import type { ExplainOptions } from './explain-options.ts';

/** Options that have a default, and those that choose the case. */
const ALLOWED: ReadonlySet<string> = new Set(['case', 'name', 'addressHeader', 'trustedProxyHops']);

/**
 * Finds the test case that the options name.
 *
 * @throws UsageError if there is no such case, ToolError if its file is not valid.
 */
export async function readCaseOption(
  options: ExplainOptions,
  { folder }: Terminal,
): Promise<{ readonly policyCase: PolicyCase; readonly readRequestFile: ReadRequestFile }> {
  const { case: file = '', name } = options;
  const [other] = Object.keys(options).filter((option) => !ALLOWED.has(option));
  if (other !== undefined) {
    const option = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${option} cannot be combined with --case, whose file describes it.`);
  }
  const text = await readCaseFile(file, folder);
  try {
    const policyCase = findCase(readCases(text, file), name);
    return { policyCase, readRequestFile: requestFileReader(folder) };
  } catch (error) {
    if (error instanceof PolicyError) throw new ToolError(error.message);
    throw error;
  }
}

async function readCaseFile(file: string, folder: string): Promise<string> {
  try {
    return decodePolicy(await readFile(resolve(folder, file)), file);
  } catch (error) {
    if (error instanceof PolicyError) throw new ToolError(error.message);
    const { code } = error as NodeJS.ErrnoException;
    throw new ToolError(`The test cases ${file} cannot be read (${code}): check the path.`);
  }
}
