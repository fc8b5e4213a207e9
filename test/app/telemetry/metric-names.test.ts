import { readdirSync, readFileSync } from 'node:fs';
import { METRICS, type MetricDescription } from '../../../app/src/telemetry/metric-names.ts';

const FOLDER = new URL('../../../app/src/', import.meta.url);
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('metric-names.ts'))
  .map((path) => ({ path, text: readFileSync(new URL(path, FOLDER), 'utf8') }));

/** Two processes, with metrics of their own: the refresher runs none of the service's other code that counts. */
const METRICS_OF = Object.entries<MetricDescription>(METRICS).map(
  ([name, { emitter = 'service' }]) => [emitter, name] as const,
);

test.each(METRICS_OF)('the %s records %s', (emitter, name) => {
  const isRecorded = FILES.some(
    ({ path, text }) =>
      path.startsWith('refresher/') === (emitter === 'refresher') && text.includes(`'${name}'`),
  );
  if (!isRecorded) {
    throw new Error(
      `metric-names.ts declares ${name}, but nothing in the source of the ${emitter} records it: count it, or remove it.`,
    );
  }
});
