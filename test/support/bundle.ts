import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../../app/build/bundle.ts';
import { bundledGeoDatabase } from '../../app/src/signals/geo/database.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGE_FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** Returns whether a source file, with slashes in its path, is for development only and must not ship. */
export function isDevelopmentOnly(file: string): boolean {
  // uPlot draws the console's chart.
  return ['app/dev/', 'node_modules/uplot/'].some((folder) => `/${file}`.includes(`/${folder}`));
}

let bundling: ReturnType<typeof runBundler> | undefined;

function runBundler() {
  return build({ ...BUNDLE, absWorkingDir: ROOT, write: false, logLevel: 'error' });
}

function bundle() {
  bundling ??= runBundler();
  return bundling;
}

/** The bundled service on disk. */
export interface BundledService {
  /** What `node` runs. */
  readonly main: string;
  remove(): void;
}

/** Writes the bundle into a new folder. It starts in a fourth of the time of the sources. */
export async function writeBundle(): Promise<BundledService> {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-bundle-'));
  await build({ ...BUNDLE, absWorkingDir: ROOT, outdir: folder, logLevel: 'error' });
  copyFileSync(bundledGeoDatabase(), join(folder, basename(bundledGeoDatabase())));
  return {
    main: join(folder, 'main.mjs'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Returns the JavaScript that ships, module by module. */
export async function shippedCode(): Promise<string[]> {
  const { outputFiles } = await bundle();
  return outputFiles.map(({ text }) => text);
}

/** Returns the files with code in the bundle, by their paths in the project. */
export async function shippedFiles(): Promise<string[]> {
  const { metafile } = await bundle();
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => file),
  );
}

/** Returns the folders of the packages that ship: those in the bundle, and the geo database. */
export async function shippedPackages(): Promise<string[]> {
  return foldersOf([...(await shippedFiles()), GEO_DATABASE]);
}

/** Returns the folders of the packages that files of app/src import or read themselves. */
export async function importedPackages(): Promise<string[]> {
  const { metafile } = await bundle();
  const sources = Object.entries(metafile.inputs).filter(([file]) => file.startsWith('app/src/'));
  const imports = sources.flatMap(([, { imports: found }]) => found.map(({ path }) => path));
  return foldersOf([...imports, GEO_DATABASE]);
}

const GEO_DATABASE = relative(ROOT, bundledGeoDatabase());

function foldersOf(files: readonly string[]): string[] {
  return [...new Set(files.flatMap((file) => PACKAGE_FOLDER.exec(file) ?? []))].sort();
}
