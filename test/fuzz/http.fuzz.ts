import fc from 'fast-check';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { applyResponse } from '../../app/tools/identity-server/index.ts';
import { type RunningService, SECRET, startTestService } from '../support/running-service.ts';
import { runsOf } from './amount.ts';
import { damagedBody } from './damaged-bodies.ts';
import { editedRequest } from './edited-requests.ts';
import { issuesInLine } from './log-line.ts';

let service: RunningService;

beforeAll(async () => {
  service = await startTestService();
});

afterAll(() => service.stop());

const body = fc.oneof(
  damagedBody,
  editedRequest.map((text) => Buffer.from(text)),
);

test('the identity server understands the response to any body, and the log stays valid', async () => {
  await fc.assert(fc.asyncProperty(body, checkResponse), runsOf(0.01));
  expect(service.lines.flatMap(issuesInLine)).toEqual([]);
  expect(service.lines.filter((line) => line.includes('"event":"internal-error"'))).toEqual([]);
});

async function checkResponse(body: Buffer): Promise<void> {
  const response = await fetch(`${service.origin}${ACTION_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': SECRET },
    body,
  });
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? undefined;
  const request = response.status === 200 ? body.toString('utf8') : '{}';
  const outcome = applyResponse(request, { status: response.status, contentType, body: text });
  expect([200, 400]).toContain(response.status);
  expect(outcome).toMatchObject(
    response.status === 200
      ? { kind: expect.stringMatching(/^(?:token|refused)$/) }
      : { kind: 'server-error', retried: false },
  );
}
