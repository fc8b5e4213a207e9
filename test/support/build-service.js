import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** All that the build reads. */
const READ = ['app', 'node_modules', 'package.json', 'package-lock.json'];

/**
 * Builds the service as the image has it, in a new folder of its own: `dist` is the developer's. Plain
 * JavaScript, as Jest loads its global set-up before it can read anything else.
 */
export function buildService() {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-build-'));
  for (const name of READ) symlinkSync(join(ROOT, name), join(folder, name));
  try {
    execFileSync(process.execPath, ['--import', 'tsx', 'app/build/build.ts'], { cwd: folder });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return folder;
}
