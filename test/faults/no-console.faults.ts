import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDevelopmentOnly } from '../support/bundle.ts';
import type { RunningProcess } from '../support/process.ts';
import { ABUSEIPDB_KEY, CREDENTIAL, SECRET, TABLE } from '../support/running-service.ts';
import { startBuilt } from './service.ts';

let service: RunningProcess;
let origin: string;

beforeAll(async () => {
  service = startBuilt({
    ACTION_CREDENTIAL: CREDENTIAL,
    ABUSEIPDB_API_KEY: ABUSEIPDB_KEY,
    REPUTATION_TABLE: TABLE,
  });
  const [, port] = await service.waitForOutput(/"event":"ready","port":(\d+)/);
  origin = `http://127.0.0.1:${port}`;
});

afterAll(() => service.end());

describe('the built service does not contain the console', () => {
  test.each([
    ['GET', '/console'],
    ['GET', '/console/'],
    ['GET', '/console/events'],
    ['GET', '/console/assets/page.js'],
    ['GET', '/console/try'],
    ['POST', '/console/try'],
  ])('returns 404 for %s %s', async (method, path) => {
    const response = await fetch(origin + path, {
      method,
      headers: { 'x-api-key': SECRET, 'sec-fetch-site': 'same-origin' },
    });
    await response.arrayBuffer();
    expect(response.status).toBe(404);
  });

  test('in its code or source maps', () => {
    const dist = join(process.env.BUILT_SERVICE ?? '', 'dist');
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
    const texts = (ending: string) =>
      files
        .filter((file) => file.endsWith(ending))
        .map((file) => readFileSync(join(dist, file), 'utf8'));
    const code = texts('.mjs').join('\n');
    const sources = texts('.mjs.map').flatMap((map): string[] => JSON.parse(map).sources);
    expect(code).toContain('/pre-issue-access-token');
    expect(sources).toContainEqual(expect.stringMatching(/app\/src\/http\/server\.ts$/));
    expect(code).not.toMatch(
      /["'`/]console\/(?:assets|events|try)|app\/dev|uPlot|text\/event-stream/,
    );
    expect(sources.filter(isDevelopmentOnly)).toEqual([]);
  });
});
