import type { Outcome } from '../../app/dev/simulator/identity-server/index.ts';
import { outcomeOf } from '../support/outcome.ts';
import { type RunningProcess, startScript } from '../support/process.ts';

describe('npm start', () => {
  let local: RunningProcess;
  let curl: { url: string; headers: Record<string, string>; body: string };

  beforeAll(async () => {
    local = startScript('app/dev/local.ts', { PORT: '0' });
    await local.waitForOutput(/Ctrl\+C/);
    curl = readCurl(local.stdout());
  });

  afterAll(() => local.end());

  /** Posts what the printed curl posts, from another address. */
  async function post(address: string): Promise<Outcome> {
    const body = curl.body.replace('14.102.69.58', address);
    const response = await fetch(curl.url, { method: 'POST', headers: curl.headers, body });
    return outcomeOf(body, response);
  }

  test('says what is simulated, how old the country data is, and where to ask with what', () => {
    const said = local.stdout();
    expect(said).toMatch(/Simulated\n {2}AbuseIPDB +http:\/\/127\.0\.0\.1/);
    expect(said).toMatch(/DynamoDB +in this process/);
    expect(said).toMatch(/country database is of June 2026 and has known errors/);
    expect(said).toMatch(/CC BY 4\.0/);
    expect(said).toMatch(
      /Mind in the policy\n {2}app\/policy\.yaml:\d+: unknown\.geo: fails open: /,
    );
    expect(said).toMatch(/Console +http:\/\/127\.0\.0\.1:\d+\/console /);
    expect(said).toMatch(/Endpoint +http:\/\/127\.0\.0\.1:\d+\/pre-issue-access-token\n/);
    expect(said).toMatch(/Credential +x-api-key: \S{32}\n/);
    expect(local.stderr()).toBe('');
  });

  test('shows the four cases of the guide with their answers', () => {
    const answers = [...local.stdout().matchAll(/^ {2}([\d.]+) .*\n +HTTP 200 (.*)$/gm)];
    expect(answers.map(([, address, body]) => [address, JSON.parse(body ?? '')])).toEqual([
      ['205.210.31.51', { actionStatus: 'SUCCESS' }],
      ['14.102.69.58', { actionStatus: 'SUCCESS', operations: [expect.anything()] }],
      ['103.159.198.178', expect.objectContaining({ actionStatus: 'FAILED' })],
      ['175.45.176.0', expect.objectContaining({ actionStatus: 'FAILED' })],
    ]);
  });

  test('the printed curl gets the same, and the identity server issues or refuses by it', async () => {
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

  test('the console is there, and does not keep it from ending', async () => {
    const [, url = ''] = /Console +(\S+)/.exec(local.stdout()) ?? [];
    expect(await (await fetch(url)).text()).toContain('<title>Risk Gate console</title>');
    const events = await fetch(`${url}/events`);
    expect(events.headers.get('content-type')).toBe('text/event-stream');
  });

  test('each further decision is shown as one line of JSON', async () => {
    await post('205.210.31.51');
    const [line] = await local.waitForOutput(/^\{.*"event":"decision".*"source":"memory".*\}$/m);
    expect(JSON.parse(line)).toMatchObject({ outcome: 'issue' });
  });

  test('ends when it is told to', async () => {
    expect(await local.end('SIGINT')).toBe(0);
  });
});

test('npm start on a port that is taken says so in one sentence', async () => {
  const first = startScript('app/dev/local.ts', { PORT: '0' });
  const [, port = ''] = await first.waitForOutput(/127\.0\.0\.1:(\d+)\/pre-issue/);
  const second = startScript('app/dev/local.ts', { PORT: port });
  expect(await second.exited).toBe(1);
  expect(second.stderr()).toBe(
    `Port ${port} is taken by another process: end that, or set PORT to another one.\n`,
  );
  await first.end();
});

/** The command as a person would paste it. */
function readCurl(said: string): { url: string; headers: Record<string, string>; body: string } {
  const command = /curl -s (\S+) \\\n([\s\S]*?) -d '([^']*)'/.exec(said);
  if (command === null) throw new Error('There is no curl in what it said.');
  const [, url = '', options = '', body = ''] = command;
  const headers = [...options.matchAll(/-H '([^:]+): ([^']*)'/g)];
  return {
    url,
    body,
    headers: Object.fromEntries(headers.map(([, name = '', value = '']) => [name, value])),
  };
}
