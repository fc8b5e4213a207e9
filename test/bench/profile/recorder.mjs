/**
 * Imported into a server before its own code. The first SIGUSR2 starts a CPU profile, the second one an allocation
 * profile, and the third one writes both to the file in PROFILE.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const SAMPLING_INTERVAL_US = 500;
/** Average number of allocated bytes between two samples. */
const SAMPLING_INTERVAL_BYTES = 256 * 1024;

const session = new Session();
const steps = [startCpuProfile, startMemoryProfile, write];
let time;

process.on('SIGUSR2', () => steps.shift()?.());

async function startCpuProfile() {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US });
  await session.post('Profiler.start');
}

async function startMemoryProfile() {
  ({ profile: time } = await session.post('Profiler.stop'));
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_INTERVAL_BYTES,
    // Short-lived objects are what costs.
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
}

async function write() {
  const { profile: memory } = await session.post('HeapProfiler.stopSampling');
  const { PROFILE = '' } = process.env;
  // Renamed, so that the file is complete as soon as it exists.
  writeFileSync(`${PROFILE}.part`, JSON.stringify({ time, memory }));
  renameSync(`${PROFILE}.part`, PROFILE);
}
