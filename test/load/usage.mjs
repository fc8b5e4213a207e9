import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded into the service beside its surroundings: says what it has used, and how much memory it holds
// once all that can go is gone.

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({
    used: { cpu: (user + system) / 1000, held: heapUsed + external, resident: rss },
  });
});
process.channel.unref();

// A test that is killed leaves no process behind. An exit would wait for its reader, which is gone too.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
