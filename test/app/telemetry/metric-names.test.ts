import { readdirSync, readFileSync } from 'node:fs';
import { METRICS, type MetricDescription } from '../../../app/src/telemetry/metric-names.ts';

const FOLDER = new URL('../../../app/src/', import.meta.url);
const SOURCE = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('metric-names.ts'))
  .map((path) => readFileSync(new URL(path, FOLDER), 'utf8'))
  .join('\n');

const NAMES = Object.entries<MetricDescription>(METRICS)
  .filter(([, { emitter }]) => emitter === undefined)
  .map(([name]) => name);

test.each(NAMES)('the service records %s', (name) => {
  const recorded = SOURCE.includes(`'${name}'`);
  if (!recorded) {
    throw new Error(
      `metric-names.ts declares ${name}, but nothing in app/src records it: count it, or remove it.`,
    );
  }
});
