/**
 * To be imported into a server before its own code: SIGUSR2 begins to record where processor time goes, a
 * second one where memory comes from, and a third one writes both to the file that PROFILE names.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/** Microseconds between two samples; bytes between two, on average. */
const INTERVAL = 500;
const BYTES = 256 * 1024;

const session = new Session();
const steps = [beginTime, beginMemory, write];
let time;

process.on('SIGUSR2', () => steps.shift()?.());

async function beginTime() {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
  await session.post('Profiler.start');
}

async function beginMemory() {
  ({ profile: time } = await session.post('Profiler.stop'));
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: BYTES,
    // What has come and gone meanwhile is what costs.
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
}

async function write() {
  const { profile: memory } = await session.post('HeapProfiler.stopSampling');
  const { PROFILE = '' } = process.env;
  // Whole, as soon as it is there.
  writeFileSync(`${PROFILE}.part`, JSON.stringify({ time, memory }));
  renameSync(`${PROFILE}.part`, PROFILE);
}
