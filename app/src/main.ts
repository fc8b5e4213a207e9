import { ConfigError } from './config/options.ts';
import { readSettings } from './config/settings.ts';
import { FORCED_EXIT_MS } from './http/shutdown.ts';
import { type Service, StartError, startService } from './service.ts';
import { createLog } from './telemetry/log.ts';
import { Metrics } from './telemetry/metrics/metrics.ts';
import { openStandardOutput } from './telemetry/standard-output.ts';

/** Milliseconds in which the last lines of the log are written, or lost. */
const LOG_FLUSH_MS = 1000;

/** The service from the environment, as the container runs it. */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const metrics = new Metrics();
  const output = openStandardOutput((lines) => metrics.count('DroppedLogLines', undefined, lines));
  const log = createLog(settings.logLevel, output);
  let service: Service | undefined;
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ event: 'draining', signal });
    setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
    await service?.stop();
    log.info({ event: 'stopped' });
    log.level = 'silent';
    output.end(() => process.exit(0));
    // With a pipe that nobody reads, an orderly end would wait for the write under way.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LOG_FLUSH_MS);
  };
  // Before the start, which takes seconds when Secrets Manager is slow: the first process of a container
  // that does not listen for a signal does not get it, and would have to be killed.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  service = await startService(settings, log, { metrics });
  if (!stopping) log.info({ event: 'ready', port: service.port });
}

main().catch((error: unknown) => {
  // A mistake of the operator is a sentence; a fault of ours needs its stack.
  const expected = error instanceof StartError || error instanceof ConfigError;
  const text = expected || !(error instanceof Error) ? String(error) : error.stack;
  process.stderr.write(`${text?.replace(/^(?:Start|Config)?Error: /, '')}\n`);
  process.exit(1);
});
