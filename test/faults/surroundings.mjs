import dns from 'node:dns';

// Loaded into the service before its own code, which stays as it was built. The tests move its clock
// (waiting out a breaker takes minutes) and say what the resolver knows; timers stay real.

const SIMULATED = 'abuseipdb.test';

const { now } = Date;
const { lookup } = dns;
let ahead = 0;
let resolves = true;

Date.now = () => now() + ahead;

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
  process.send({ peak: process.resourceUsage().maxRSS * 1024, cpu: cpuTime() });
});
process.channel.unref();

function cpuTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
