import { RequestError, readTokenRequest } from '../../app/src/action/request.ts';
import { outputOf } from '../support/process.ts';
import { HEAVY_BODIES } from './heavy-bodies.ts';
import { HEAVY_POLICIES } from './heavy-policies.ts';

const MAX_BODY_BYTES = 1024 * 1024;

test('no body of 1 MiB takes more than 50 ms of CPU time under any policy', async () => {
  const args = ['--import', 'tsx', 'test/fuzz/weigh.ts'];
  expect(JSON.parse(await outputOf(process.execPath, args))).toEqual([]);
});

test('the bodies have the maximum size and are valid requests', () => {
  const refused: string[] = [];
  for (const { name, body } of HEAVY_BODIES) {
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES);
    try {
      readTokenRequest(body);
    } catch (error) {
      expect(error).toBeInstanceOf(RequestError);
      refused.push(name);
    }
  }
  expect(refused).toEqual(['one long: brackets', 'one long: commas']);
  expect(
    HEAVY_BODIES.filter(({ body }) => body.length > 0.9 * MAX_BODY_BYTES).length,
  ).toBeGreaterThan(30);
  expect(HEAVY_POLICIES.length).toBeGreaterThan(10);
});
