import type { Metafile } from 'esbuild';

const PACKAGE_FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * Returns the folders of all packages with code in the bundle, sorted, relative to the project's root as the
 * lock file names them: `node_modules/hono`.
 *
 * @param dataFiles further files that ship, by their absolute paths.
 */
export function shippedPackages(
  { outputs }: Metafile,
  dataFiles: readonly string[] = [],
): string[] {
  const bundled = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const files = [...bundled, ...dataFiles.map((file) => file.replaceAll('\\', '/'))];
  const folders = files.flatMap((file) => PACKAGE_FOLDER.exec(file) ?? []);
  return [...new Set(folders.map(fromFirstNodeModules))].sort();
}

/** Drops the path to `node_modules`, which may be a symbolic link that the bundler has resolved. */
function fromFirstNodeModules(folder: string): string {
  return folder.slice(folder.indexOf('node_modules/'));
}
