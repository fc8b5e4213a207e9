import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from '../../app/tools/identity-server/index.ts';
import { outcomeOf } from '../support/outcome.ts';
import { type RunningProcess, startScript } from '../support/process.ts';

describe('npm start', () => {
  let local: RunningProcess;
  let curl: Curl;

  beforeAll(async () => {
    local = startScript('app/dev/local.ts', { PORT: '0' });
    await local.waitForOutput(/Ctrl\+C/);
    curl = parseCurl(local.stdout());
  });

  afterAll(() => local.end());

  /** Posts the request of the printed command, from another address. */
  async function post(address: string): Promise<Outcome> {
    const body = curl.body.replace('14.102.69.58', address);
    const response = await fetch(curl.url, { method: 'POST', headers: curl.headers, body });
    return outcomeOf(body, response);
  }

  test('prints the addresses, the simulated parts and warnings', () => {
    const output = local.stdout();
    expect(output).toMatch(/Endpoint +http:\/\/127\.0\.0\.1:\d+\/pre-issue-access-token\n/);
    expect(output).toMatch(/Credential +x-api-key: \S{32}\n/);
    expect(output).toMatch(/Console +http:\/\/127\.0\.0\.1:\d+\/console /);
    expect(output).toMatch(/AbuseIPDB +http:\/\/127\.0\.0\.1:\d+\/api\/v2 +SIMULATED/);
    expect(output).toMatch(/DynamoDB +simulated/);
    expect(output).toMatch(/Countries +The simulated feed geolite2-country,/);
    expect(output).toMatch(/The bundled country database .*June 2026/);
    expect(output).toMatch(/CC BY 4\.0/);
    expect(output).toMatch(/Feeds +SIMULATED.*\n.* old: geolite2-country, /);
    expect(output).not.toMatch(/absent: |expired, |outdated, /);
    expect(output).toMatch(/Warnings\n {2}app\/policy\.yaml:\d+: unknown\.geo: fails open: /);
    expect(local.stderr()).toBe('');
  });

  test('prints the responses to the four cases of the guide', () => {
    const responses = [...local.stdout().matchAll(/^ {2}([\d.]+) .*\n +HTTP 200 (.*)$/gm)];
    expect(responses.map(([, address, body]) => [address, JSON.parse(body ?? '')])).toEqual([
      ['205.210.31.51', { actionStatus: 'SUCCESS' }],
      ['14.102.69.58', { actionStatus: 'SUCCESS', operations: [expect.anything()] }],
      ['103.159.198.178', expect.objectContaining({ actionStatus: 'FAILED' })],
      ['175.45.176.0', expect.objectContaining({ actionStatus: 'FAILED' })],
    ]);
  });

  test('prints a curl command, whose response makes the identity server issue or refuse a token', async () => {
    expect(await post('205.210.31.51')).toMatchObject({
      kind: 'token',
      token: { expiresIn: 3600 },
    });
    const elevated = await post('14.102.69.58');
    expect(elevated.kind === 'token' && [300, 900].includes(elevated.token.expiresIn ?? 0)).toBe(
      true,
    );
    expect(await post('103.159.198.178')).toMatchObject({
      kind: 'refused',
      error: 'access_denied',
      errorDescription: 'Access token issuance is blocked due to high IP risk.',
    });
    expect(await post('175.45.176.0')).toMatchObject({
      kind: 'refused',
      errorDescription: 'Access token issuance is blocked from your region KP.',
    });
  });

  test('serves the console, whose open streams do not delay the shutdown', async () => {
    const [, url = ''] = /Console +(\S+)/.exec(local.stdout()) ?? [];
    expect(await (await fetch(url)).text()).toContain('<title>Risk Gate console</title>');
    const events = await fetch(`${url}/events`);
    expect(events.headers.get('content-type')).toBe('text/event-stream');
  });

  test('prints JSON lines into a pipe', async () => {
    await post('205.210.31.51');
    const [line] = await local.waitForOutput(/^\{.*"event":"decision".*"source":"blacklist".*\}$/m);
    expect(JSON.parse(line)).toMatchObject({ outcome: 'issue' });
  });

  test('reports a port that is taken in one sentence, and leaves no files', async () => {
    const [, port = ''] = /127\.0\.0\.1:(\d+)\/pre-issue/.exec(local.stdout()) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'risk-gate-local-'));
    const second = startScript('app/dev/local.ts', { PORT: port, TMPDIR: folder });
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toBe(
      `Port ${port} is taken by another process: end that, or set PORT to another one.\n`,
    );
    // Other than those that tsx has compiled.
    expect(readdirSync(folder).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test('exits on SIGINT', async () => {
    expect(await local.end('SIGINT')).toBe(0);
  });
});

describe('npm start on a terminal, without feeds and with a small budget', () => {
  let local: RunningProcess;

  beforeAll(async () => {
    // A pipe that Node takes for a terminal: no tool creates pseudo-terminals in the same way on every system.
    const terminal = '--import=data:text/javascript,process.stdout.isTTY=true';
    local = startScript('app/dev/local.ts', {
      ...{ PORT: '0', FEEDS: '', NODE_OPTIONS: terminal },
      // The four cases of the guide need three lookups.
      LOOKUP_BUDGET_CLIENT: '3',
    });
    await local.waitForOutput(/Ctrl\+C/);
  });

  afterAll(() => local.end());

  test('prints a coloured line for each of the four cases of the guide, under a header', () => {
    const lines = local.stdout().split('\n');
    const header = lines.findIndex((line) => line.startsWith('Time '));
    const outcomes = lines.slice(header + 1, header + 5).map((line) => line.split('  ')[1]);
    expect(outcomes).toEqual([
      '\x1b[32m✓ issued\x1b[39m',
      '\x1b[33m◐ restricted\x1b[39m',
      '\x1b[31m✕ refused\x1b[39m',
      '\x1b[31m✕ refused\x1b[39m',
    ]);
  });

  test('prints further decisions, here a lookup that is held back, and rejections as readable lines', async () => {
    const { url, headers, body } = parseCurl(local.stdout());
    // None of the guide's addresses, whose lines are already in the output.
    const further = body.replace('14.102.69.58', '8.8.8.8');
    await fetch(url, { method: 'POST', headers, body: further });
    await local.waitForOutput(/8\.8\.8\.8 +US +\S*\? budget \(client\)/);
    await fetch(url, { method: 'POST', headers: { ...headers, 'x-api-key': 'wrong' }, body });
    await local.waitForOutput(/warn +\S+ {2}rejected {2}status=401 count=1 why="/);
  });

  test('exits on Ctrl+C, and hides the metrics of the last flush', async () => {
    expect(await local.end('SIGINT')).toBe(0);
    expect(local.stdout()).not.toMatch(/"event":"|_aws|metrics/);
  });
});

interface Curl {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Parses the printed curl command. */
function parseCurl(output: string): Curl {
  const command = /curl -s (\S+) \\\n([\s\S]*?) -d '([^']*)'/.exec(output);
  if (command === null) throw new Error('The output has no curl command.');
  const [, url = '', options = '', body = ''] = command;
  const headers = [...options.matchAll(/-H '([^:]+): ([^']*)'/g)];
  return {
    url,
    body,
    headers: Object.fromEntries(headers.map(([, name = '', value = '']) => [name, value])),
  };
}
