import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { decodePolicy } from '../../../src/policy/file/decode.ts';
import { PolicyError } from '../../../src/policy/file/issues.ts';
import { ToolError, UsageError } from '../../errors.ts';
import { CaseError } from './case-error.ts';
import { type CaseFile, readCases } from './read.ts';
import type { ReadRequestFile } from './run-case.ts';

/** Names of files with cases. */
const CASE_FILE = /\.cases\.ya?ml$/;

/** The cases of one policy. */
export interface CasesOfPolicy {
  /** Path of the policy, relative to the folder of the command where that is shorter. */
  readonly policy: string;
  readonly files: readonly CaseFile[];
}

/**
 * Finds the files with cases (`*.cases.yaml`) in folders and below them. Files may be named as well.
 *
 * @param paths relative to `folder`.
 * @returns paths relative to `folder`, sorted.
 * @throws ToolError if a path does not exist, or if there is no such file.
 */
export async function findCaseFiles(paths: readonly string[], folder: string): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const absolute = resolve(folder, path);
    const stats = await stat(absolute).catch(() => undefined);
    if (stats === undefined) {
      throw new ToolError(
        `${path} does not exist: name a folder with *.cases.yaml files, or such a file.`,
      );
    }
    if (!stats.isDirectory()) found.add(absolute);
    else for (const name of await findBelow(absolute)) found.add(name);
  }
  if (found.size === 0) {
    throw new ToolError(
      `There is no *.cases.yaml file in ${paths.join(' or ')}: docs/policy-tests.md shows how to write one.`,
    );
  }
  return [...found].map((file) => relative(folder, file) || file).sort();
}

async function findBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : findBelow(path);
      }
      return CASE_FILE.test(entry.name) ? [path] : [];
    }),
  );
  return found.flat();
}

/**
 * Reads files with cases, and groups them by the policy that they name.
 *
 * @param policy replaces the policies that the files name.
 * @throws ToolError with every issue of every file.
 */
export async function readCaseFiles(
  files: readonly string[],
  folder: string,
  policy?: string,
): Promise<CasesOfPolicy[]> {
  const issues: string[] = [];
  const byPolicy = new Map<string, CaseFile[]>();
  for (const file of files) {
    try {
      const text = decodePolicy(await readFile(resolve(folder, file)), file);
      if (isPolicy(text)) throw new UsageError(describePolicyAsCases(file));
      const cases = readCases(text, file);
      const path = policyOf(cases, folder, policy);
      byPolicy.set(path, [...(byPolicy.get(path) ?? []), cases]);
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      issues.push(error.message);
    }
  }
  if (issues.length > 0) throw new ToolError(issues.join('\n'));
  return [...byPolicy].map(([path, caseFiles]) => ({ policy: path, files: caseFiles }));
}

/** It is easy to name the policy instead of its cases. */
function isPolicy(text: string): boolean {
  return /^rules:/m.test(text) && !/^cases:/m.test(text);
}

function describePolicyAsCases(file: string): string {
  return `${file} is a policy, not a file with cases: name its cases, and give the policy with --policy ${file}.`;
}

function policyOf(cases: CaseFile, folder: string, policy: string | undefined): string {
  if (policy !== undefined) return policy;
  if (cases.policy === undefined) {
    throw new UsageError(
      `${cases.file} names no policy: add policy: ../policy.yaml at its top, or run the command with --policy FILE.`,
    );
  }
  return relative(folder, resolve(folder, dirname(cases.file), cases.policy));
}

/** Returns a function that reads the request files of cases, relative to the file of the case. */
export function requestFileReader(folder: string): ReadRequestFile {
  const bodies = new Map<string, string>();
  return (path, { file }) => {
    const absolute = resolve(folder, dirname(file), path);
    const known = bodies.get(absolute);
    if (known !== undefined) return known;
    try {
      const body = readFileSync(absolute, 'utf8');
      bodies.set(absolute, body);
      return body;
    } catch {
      throw new CaseError(
        `The request file ${path} cannot be read: correct the path, which is relative to ${file}.`,
      );
    }
  };
}
