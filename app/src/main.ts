import { ConfigError } from './config/options.ts';
import { readSettings } from './config/settings.ts';
import { FORCED_EXIT_MS } from './http/shutdown.ts';
import { type Service, startService } from './service.ts';
import { StartError } from './start-error.ts';
import { createLog } from './telemetry/log.ts';
import { createServiceMetrics } from './telemetry/metrics/service-metrics.ts';
import { openStandardOutput } from './telemetry/standard-output.ts';

/** How long the last lines of the log may take to be written; after that they are lost. */
const LOG_FLUSH_MS = 1000;

/** Runs the service with the settings of the environment, as the container does. */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const metrics = createServiceMetrics(settings);
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
    // If nothing reads the pipe, a regular exit would wait for the pending write.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LOG_FLUSH_MS);
  };
  // Before the start, which takes seconds if Secrets Manager is slow: the kernel does not deliver a signal to
  // the first process of a container unless it has a handler, and ECS would have to kill it.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  service = await startService(settings, log, { metrics });
  if (!stopping) log.info({ event: 'ready', port: service.port });
}

main().catch((error: unknown) => {
  // The message of a configuration issue is enough; an internal error needs its stack.
  const isExpected = error instanceof StartError || error instanceof ConfigError;
  const text = isExpected || !(error instanceof Error) ? String(error) : error.stack;
  process.stderr.write(`${text?.replace(/^(?:Start|Config)?Error: /, '')}\n`);
  process.exit(1);
});
