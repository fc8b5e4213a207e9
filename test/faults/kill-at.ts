/**
 * Preloaded into the refresher: kills the process before its `KILL_AT`th write to the store. A folder
 * store ends each write with a rename.
 */
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { rename } = promises;
let writes = 0;

promises.rename = async (from, to) => {
  writes += 1;
  if (writes === Number(process.env.KILL_AT)) process.kill(process.pid, 'SIGKILL');
  await rename(from, to);
};
syncBuiltinESMExports();
