import { readdirSync, readFileSync } from 'node:fs';
import { isDevelopmentOnly, shippedFiles } from '../../support/bundle.ts';
import { type RunningService, SECRET, startTestService } from '../../support/running-service.ts';

const SOURCES = new URL('../../../app/src/', import.meta.url);

test('No development file ships', async () => {
  const files = await shippedFiles();
  // Proves that the bundle was read.
  expect(files).toContain('app/src/http/server.ts');
  expect(files.filter(isDevelopmentOnly)).toEqual([]);
});

test('No source of the service imports a development file', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  const importing = files.filter(
    (file) =>
      file.endsWith('.ts') &&
      /from '(?:\.\.\/)+dev\//.test(readFileSync(new URL(file, SOURCES), 'utf8')),
  );
  expect(files).toContain('main.ts');
  expect(importing).toEqual([]);
});

describe('The deployed service', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startTestService();
  });

  afterAll(() => service.stop());

  test.each([
    ['GET', ''],
    ['GET', '/'],
    ['GET', '/events'],
    ['GET', '/assets/page.js'],
    ['POST', '/try'],
  ])('returns 404 for %s /console%s', async (method, path) => {
    const response = await fetch(`${service.origin}/console${path}`, {
      method,
      headers: { 'x-api-key': SECRET, 'sec-fetch-site': 'same-origin' },
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errorMessage: 'not_found' });
  });
});
