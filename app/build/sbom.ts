import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FORMAT = ['--package-lock-only', '--sbom-format=spdx', '--sbom-type=application'];
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const DEPENDENCY_FIELDS = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
] as const;

type Described = { [field in (typeof DEPENDENCY_FIELDS)[number]]?: Record<string, unknown> };

/**
 * Returns an SPDX document of the project in `root` that lists exactly the given packages.
 *
 * npm writes it, from a manifest and a lock file that are reduced to those packages: `--omit=dev` would also
 * list production packages that the bundler dropped.
 *
 * @param packages folders in `root`, as the lock file names them: `node_modules/hono`.
 */
export async function sbomOf(root: string, packages: readonly string[]): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const kept = new Set(['', ...packages]);
  for (const path of Object.keys(lock.packages)) if (!kept.has(path)) delete lock.packages[path];
  const names = new Set(packages.map(nameOf));
  for (const described of [manifest, ...Object.values(lock.packages)]) {
    keepDependencies(described, names);
  }
  const folder = await mkdtemp(join(tmpdir(), 'risk-gate-sbom-'));
  try {
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
    const options = { cwd: folder, maxBuffer: MAX_OUTPUT_BYTES };
    const { stdout } = await promisify(execFile)('npm', ['sbom', ...FORMAT], options);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Returns the name of the package in a folder: `@aws-sdk/core` for `node_modules/@aws-sdk/core`. */
function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function keepDependencies(described: Described, names: ReadonlySet<string>): void {
  for (const field of DEPENDENCY_FIELDS) {
    const entries = Object.entries(described[field] ?? {}).filter(([name]) => names.has(name));
    if (entries.length > 0) described[field] = Object.fromEntries(entries);
    else delete described[field];
  }
}
