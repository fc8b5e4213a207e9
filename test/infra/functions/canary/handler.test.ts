import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { responding } from '../../../support/https/endpoint.ts';
import { startLogsServer } from '../../../support/logs-insights/server.ts';
import { describeWithMoto } from '../../../support/moto.ts';
import { startNode } from '../../../support/process.ts';
import { METRICS_OF, metricsOf, startWorld, type World } from './world.ts';

describeWithMoto('The handler of the canary', () => {
  let world: World;
  let folder: string;

  beforeAll(async () => {
    world = await startWorld();
    folder = mkdtempSync(join(tmpdir(), 'risk-gate-canary-'));
    writeFileSync(join(folder, 'ca.pem'), world.endpoint.ca);
  });

  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true });
  });

  /** Invokes the handler for two runs of the canary, and one of the daily status, in one process with the environment of a Lambda function. */
  async function invoke(environment: Readonly<Record<string, string>>) {
    const handler = new URL('../../../../infra/functions/canary/handler.ts', import.meta.url);
    const code = `const { handler } = await import(${JSON.stringify(handler.href)});
      await handler({}, {}); await handler({}, {}); await handler({ run: 'status' }, {});`;
    const child = startNode(
      ['--import', 'tsx', '--input-type=module', '--eval', code],
      environment,
    );
    return { status: await child.exited, stdout: child.stdout(), stderr: child.stderr() };
  }

  test('writes one line in embedded metric format for each run, without a prefix', async () => {
    const { secretArn, service } = await world.create({
      respond: responding(200, '{"actionStatus":"SUCCESS"}'),
    });
    const logs = await startLogsServer({ lines: [], states: ['Complete'] });
    const { status, stdout, stderr } = await invoke({
      LOG_GROUP: 'the-log',
      DECISION_LOG_ISSUED_PERCENT: '25',
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.url,
      ENDPOINT: world.endpoint.url,
      SECRET_ARN: secretArn,
      ADDRESS_HEADER: 'x-client-source-ip',
      SERVICE_NAME: service,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_ENDPOINT_URL: world.moto,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    });
    await logs.close();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [, , daily] = lines;
    expect(lines).toHaveLength(3);
    expect(logs.queries.map(({ logGroupName }) => logGroupName)).toEqual(['the-log']);
    expect(daily).toMatchObject({ event: 'status', outcome: 'ok', Service: service });
    expect(metricsOf(daily)).toEqual({ StatusFailures: 0 });
    for (const line of lines.slice(0, 2)) {
      expect(line).toMatchObject({ event: 'canary', outcome: 'ok', Service: service });
      expect(metricsOf(line)).toEqual(METRICS_OF.ok);
    }
  });

  test('fails with a sentence if the stack has not set a variable', async () => {
    const { status, stderr } = await invoke({ AWS_REGION: 'us-east-1' });
    expect(status).toBe(1);
    expect(stderr).toContain('The environment variable ENDPOINT is not set.');
  });
});
