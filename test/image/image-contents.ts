import assert from 'node:assert/strict';
import type { Stats } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageConfig, REVISION } from './service-image.ts';

/** Every file of the service except its chunks. A new file must be added here. */
const SERVICE_FILES = [
  'LICENSE',
  'LICENSES-THIRD-PARTY.txt',
  'NOTICE',
  'chunks',
  'geo-whois-asn-country.mmdb',
  'health-check.mjs',
  'health-check.mjs.map',
  'load-feed.mjs',
  'load-feed.mjs.map',
  'main.mjs',
  'main.mjs.map',
  'refresh.mjs',
  'refresh.mjs.map',
  'sbom.spdx.json',
];

/** Modules that are shared or loaded on demand, as named by the bundler. */
const CHUNK = /^\/app\/chunks\/[\w-]+-[A-Z0-9]{8}\.mjs(?:\.map)?$/;

/** The line above a licence text: `hono 4.13.19 (MIT)`. */
const LICENSE_HEADING = /^(@?[a-z][\w./-]+) \d+\.\d+\.\S+ \(\S+\)$/gm;

/** Part of every base image, and not writable on a read-only root file system. */
const WORLD_WRITABLE = ['/tmp'];

export interface ImageSize {
  /** Bytes. */
  readonly total: number;
  /** Bytes that are not in the base image. */
  readonly service: number;
}

/** Checks the user, the port, the command and the revision of an image. @throws AssertionError */
export function checkConfig({ User, ExposedPorts, Cmd, Labels }: ImageConfig): void {
  assert.equal(User, '1000:1000', `Expected user 1000:1000, got ${User || 'root'}.`);
  const ports = Object.keys(ExposedPorts).join();
  assert.equal(ports, '3000/tcp', `Expected port 3000/tcp, got ${ports}.`);
  const revision = Labels['risk-gate.image-revision'];
  assert.equal(revision, REVISION, `Expected revision ${REVISION}, got ${revision}.`);
  assert.equal(
    Cmd[0],
    'node',
    `Expected the command node, got ${Cmd[0]}: a shell would not forward SIGTERM.`,
  );
}

/**
 * Checks the files that the image adds to its base, and their permissions.
 *
 * @throws AssertionError that names the files with issues.
 */
export async function checkContents(image: string, base: string): Promise<ImageSize> {
  const [files, baseFiles] = await Promise.all([filesOf(image), filesOf(base)]);
  const added = [...files.keys()].filter((path) => !baseFiles.has(path));
  const expected = ['/app', ...SERVICE_FILES.map((file) => `/app/${file}`)];
  const others = without(added, expected).filter((path) => !CHUNK.test(path));
  assertNone(others, 'should not be in the image');
  assertNone(without(expected, added), 'are missing from the image');
  const writable = [...files].filter(([, stats]) => isWritableByUser(stats)).map(([path]) => path);
  assertNone(without(writable, WORLD_WRITABLE), 'are writable by user 1000');
  const unreadable = added.filter((path) => !isReadableByAll(files.get(path)));
  assertNone(unreadable, 'are not readable by user 1000');
  await checkTexts(join(image, 'app'));
  const size = (stats: Iterable<Stats>) => [...stats].reduce((sum, { size }) => sum + size, 0);
  const total = size(files.values());
  return { total, service: total - size(baseFiles.values()) };
}

function without(paths: readonly string[], others: readonly string[]): string[] {
  return paths.filter((path) => !others.includes(path));
}

function assertNone(paths: readonly string[], issue: string): void {
  const some = paths.slice(0, 10).join(', ');
  assert.equal(paths.length, 0, `${paths.length} files ${issue}: ${some}`);
}

async function checkTexts(app: string): Promise<void> {
  const licenses = await readFile(join(app, 'LICENSES-THIRD-PARTY.txt'), 'utf8');
  for (const name of ['hono', 'pino', 'zod', '@aws-sdk/core', '@ip-location-db/']) {
    assert.ok(`\n${licenses}`.includes(`\n${name}`), `The licence of ${name} is missing.`);
  }
  const { spdxVersion, packages } = JSON.parse(await readFile(join(app, 'sbom.spdx.json'), 'utf8'));
  assert.match(spdxVersion, /^SPDX-2/, 'The SBOM must be an SPDX 2 document.');
  const licensed = [...licenses.matchAll(LICENSE_HEADING)].map(([, name]) => name);
  const listed = packages.map(({ name }: { name: string }) => name);
  assert.deepEqual(
    listed.sort(),
    ['risk-gate', ...licensed].sort(),
    'The SBOM and the licences must list the same packages.',
  );
  const maps = (await readdir(app, { recursive: true })).filter((file) => file.endsWith('.map'));
  for (const file of maps) {
    const map = JSON.parse(await readFile(join(app, file), 'utf8'));
    assert.equal(
      map.sourcesContent,
      undefined,
      `The source map ${file} must not contain the sources.`,
    );
  }
}

/** Returns every file and folder of a tree, by its path in the tree. */
async function filesOf(root: string): Promise<Map<string, Stats>> {
  const paths = await readdir(root, { recursive: true });
  const entries = paths.map(async (path) => [`/${path}`, await lstat(join(root, path))] as const);
  return new Map(await Promise.all(entries));
}

function isWritableByUser(stats: Stats): boolean {
  if (stats.isSymbolicLink()) return false;
  const owned = stats.uid === 1000 && (stats.mode & 0o200) !== 0;
  const shared = stats.gid === 1000 && (stats.mode & 0o020) !== 0;
  return owned || shared || (stats.mode & 0o002) !== 0;
}

function isReadableByAll(stats: Stats | undefined): boolean {
  const needed = stats?.isDirectory() ? 0o005 : 0o004;
  return stats !== undefined && (stats.mode & needed) === needed;
}
