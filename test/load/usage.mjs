import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded into the service after its surroundings: reports the memory in use after a garbage collection.

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

process.on('message', (message) => {
  if (message !== 'usage') return;
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ memory: { usedBytes: heapUsed + external, residentBytes: rss } });
});
process.channel.unref();

// Ends with the test, even if the test is killed; an exit would wait for the reader of the output.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
