import { rmSync } from 'node:fs';

/** Removes what was built for these tests. */
export default function removeBuild() {
  const folder = process.env.BUILT_SERVICE;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
