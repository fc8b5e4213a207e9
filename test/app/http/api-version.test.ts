import { ACTION_PATH } from '../../../app/src/http/paths.ts';
import { dataPointsOf, metricLines, sumOf } from '../../support/emf.ts';
import { payload, requestWith } from '../../support/payloads.ts';
import { exchange, statusesOf } from '../../support/raw-http.ts';
import { type RunningService, SECRET, startTestService } from '../../support/running-service.ts';

const HEADER = 'x-wso2-api-version';

let service: RunningService;

beforeEach(async () => {
  service = await startTestService({ policy: '{ version: 1, rules: [] }' });
});

/** Sends a request with these header lines, and returns the record of its decision. */
async function send(lines: readonly string[], body = payload('01')) {
  const head = [
    `POST ${ACTION_PATH} HTTP/1.1`,
    ...['Host: localhost', 'Connection: close', `x-api-key: ${SECRET}`],
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...lines,
  ];
  const read = await exchange(Number(new URL(service.origin).port), [
    `${head.join('\r\n')}\r\n\r\n${body}`,
  ]);
  expect(statusesOf(read)).toEqual([200]);
  return service.decisions().at(-1);
}

test('The record has the version of the action, and only an unknown one is counted', async () => {
  const cases: readonly [lines: readonly string[], version: string | undefined][] = [
    [[], undefined],
    [[`${HEADER}: v1`], 'v1'],
    [['X-WSO2-API-Version: v1'], 'v1'],
    [[`${HEADER}: v2`], 'v2'],
    [[`${HEADER}: v1`, `${HEADER}: v1`], 'invalid'],
    [[`${HEADER}:`], 'invalid'],
    [[`${HEADER}: ${'v'.repeat(17)}`], 'invalid'],
    [[`${HEADER}: <script>`], 'invalid'],
    [[`${HEADER}: v2`, 'x-risk-gate-test: smoke'], 'v2'],
  ];
  for (const [lines, version] of cases) {
    expect([lines, (await send(lines))?.api_version]).toEqual([lines, version]);
  }
  // What a client put into the body is not the header of the call.
  const body = requestWith('01', {
    'event.request.additionalHeaders': [{ name: HEADER, value: ['v9'] }],
  });
  expect(await send([], body)).not.toHaveProperty('api_version');
  await service.stop();
  // v2, and four invalid ones, but not the test.
  expect(sumOf(service.lines, 'UnknownApiVersions')).toBe(5);
});

test('The newest contract of the logins is published, and is in each record', async () => {
  const contracts: unknown[] = [];
  for (const name of ['01', '05', '04']) contracts.push((await send([], payload(name)))?.contract);
  const test = await send(['x-risk-gate-test: canary'], payload('03'));
  const newer = await send([], requestWith('01', { 'event.device': {}, 'event.ü': 1 }));
  expect([...contracts, test?.contract, newer?.contract]).toEqual([
    ...['1.0', '1.1', '1.0', '1.3', '1.0'],
  ]);
  expect([test?.new_fields, newer?.new_fields]).toEqual([undefined, ['event.device', 'event.ü']]);
  await service.stop();
  const points = metricLines(service.lines)
    .flatMap(dataPointsOf)
    .filter(({ name }) => name === 'ContractMinorVersion');
  expect(points.map(({ values }) => values)).toEqual([[[1, 1]]]);
});
