import { RequestError, readTokenRequest } from '../../app/src/action/request.ts';
import { outputOf } from '../support/process.ts';
import { HEAVY_BODIES } from './heavy-bodies.ts';
import { HEAVY_POLICIES } from './heavy-policies.ts';

const LIMIT = 1024 * 1024;

test('whatever 1 MiB holds, and whatever a policy asks of it, it takes no more than 50 ms of CPU', async () => {
  const args = ['--import', 'tsx', 'test/fuzz/weigh.ts'];
  expect(JSON.parse(await outputOf(process.execPath, args))).toEqual([]);
});

test('the bodies are as heavy as a body may be, and are requests', () => {
  const refused: string[] = [];
  for (const { name, body } of HEAVY_BODIES) {
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
    try {
      readTokenRequest(body);
    } catch (error) {
      expect(error).toBeInstanceOf(RequestError);
      refused.push(name);
    }
  }
  expect(refused).toEqual(['one long: brackets', 'one long: commas']);
  expect(HEAVY_BODIES.filter(({ body }) => body.length > 0.9 * LIMIT).length).toBeGreaterThan(30);
  expect(HEAVY_POLICIES.length).toBeGreaterThan(10);
});
