import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../../app/build/bundle.ts';
import { bundledGeoDatabase } from '../../app/src/signals/geo/database.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** Returns whether a source file, given with slashes, is for development only: it must not ship. */
export function isDevelopmentOnly(file: string): boolean {
  // uPlot draws the console's chart.
  return ['app/dev/', 'node_modules/uplot/'].some((folder) => `/${file}`.includes(`/${folder}`));
}

function bundle() {
  return build({ ...BUNDLE, absWorkingDir: ROOT, write: false, logLevel: 'error' });
}

/** The JavaScript that ships, module by module. */
export async function shippedCode(): Promise<string[]> {
  const { outputFiles } = await bundle();
  return outputFiles.map(({ text }) => text);
}

/** Files of which anything ships, by their path in the project. */
export async function shippedFiles(): Promise<string[]> {
  const { metafile } = await bundle();
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => file),
  );
}

/** Folders of the packages of which anything ships: what the bundle takes in, and the geo database. */
export async function shippedPackages(): Promise<string[]> {
  const folders = (await shippedFiles()).flatMap((file) => PACKAGE.exec(file) ?? []);
  return [...new Set([...folders, relative(ROOT, dirname(bundledGeoDatabase()))])].sort();
}
