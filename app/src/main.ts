import { StartError, startService } from './service.ts';
import { readSettings, SettingsError } from './settings.ts';
import { createLog } from './telemetry/log.ts';
import { Metrics } from './telemetry/metrics/metrics.ts';

/** ECS sends SIGKILL after its stop timeout, 30 s; by then everything should have ended by itself. */
const LATEST_EXIT = 25_000;

/** Milliseconds in which the last lines of the log are written, or lost. */
const LAST_LINES = 1000;

/** The service from the environment, as the container runs it. */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const metrics = new Metrics();
  const log = createLog(settings.logLevel, { onLost: () => metrics.count('LostLogLines') });
  const service = await startService(settings, log, { metrics });
  log.info({ event: 'ready', port: service.port });
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ event: 'draining', signal });
    setTimeout(() => process.exit(1), LATEST_EXIT).unref();
    await service.stop();
    log.info({ event: 'stopped' });
    log.flush(() => process.exit(0));
    // With a pipe that nobody reads, an orderly end would wait for the write under way.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_LINES);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  // A mistake of the operator is a sentence; a fault of ours needs its stack.
  const expected = error instanceof StartError || error instanceof SettingsError;
  const text = expected || !(error instanceof Error) ? String(error) : error.stack;
  process.stderr.write(`${text?.replace(/^(?:Start|Settings)?Error: /, '')}\n`);
  process.exit(1);
});
