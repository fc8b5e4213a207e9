import dns from 'node:dns';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded into the built service before its own code. The tests control its clock, which stands still
// otherwise, and the DNS name of the simulated AbuseIPDB. Timers are real.

const SIMULATED = 'abuseipdb.test';

const { lookup } = dns;
const startedAt = Date.now();
let ahead = 0;
let resolves = true;

Date.now = () => startedAt + ahead;

dns.lookup = (name, options, callback) => {
  if (name !== SIMULATED) return lookup(name, options, callback);
  process.nextTick(() => {
    if (!resolves) {
      const error = new Error(`getaddrinfo ENOTFOUND ${name}`);
      callback(Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: name }));
    } else if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  });
};

process.on('message', (change) => {
  ({ ahead = ahead, resolves = resolves } = change);
  process.send({
    now: Date.now(),
    peakBytes: process.resourceUsage().maxRSS * 1024,
    cpuMs: cpuMs(),
    ...(change.collectGarbage && memoryInUse()),
  });
});
process.channel.unref();

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function memoryInUse() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { rss, arrayBuffers } = process.memoryUsage();
  return { residentBytes: rss, bufferBytes: arrayBuffers };
}
