import { rmSync } from 'node:fs';

/** Removes the build of this run. */
export default function removeBuild() {
  const folder = process.env.BUILT_SERVICE;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
