/** Runs the simulated AbuseIPDB with an unlimited quota. */
import { startSimulator } from '../../../app/dev/simulator/simulator.ts';

const simulator = await startSimulator({ quota: Number.MAX_SAFE_INTEGER });
process.stdout.write(`{"event":"ready","port":${new URL(simulator.url).port}}\n`);
