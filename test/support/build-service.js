import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the build reads. */
const SOURCES = ['app', 'node_modules', 'package.json', 'package-lock.json'];

/**
 * Builds the service as for the image, in a new folder, so that the developer's `dist` stays. Plain JavaScript,
 * because Jest loads its global setup before it transforms TypeScript.
 */
export function buildService() {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-build-'));
  for (const name of SOURCES) symlinkSync(join(ROOT, name), join(folder, name));
  try {
    execFileSync(process.execPath, ['--import', 'tsx', 'app/build/build.ts'], { cwd: folder });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return folder;
}
