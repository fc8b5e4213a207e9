import type { Browser, Page } from 'playwright-core';
import { createConsole } from '../../app/dev/console/console.ts';
import { payloadFrom } from '../support/payloads.ts';
import { startTestService } from '../support/running-service.ts';
import { awaitEvent, isDrawn, launch, open, type Watched } from './browser.ts';
import { type Started, start } from './started.ts';

let browser: Browser;
let started: Started;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  [browser, started] = await Promise.all([launch(), start()]);
  watched = await open(browser, started.url);
  page = watched.page;
  await page.waitForSelector('#connection[data-state=live]');
});

afterAll(async () => {
  await browser?.close();
  await started?.process.end();
});

/** The cells of the decision that is listed first. */
function first(): Promise<string[]> {
  return page.locator('#decisions tr:first-child td').allInnerTexts();
}

/** Waits until a decision on this client is listed, and gives the milliseconds. */
async function appears(client: string, on = page): Promise<number> {
  const start = performance.now();
  await on.locator('#decisions').getByText(client, { exact: true }).waitFor();
  return performance.now() - start;
}

test('What was decided before the page was opened is there: the four cases of the guide', async () => {
  expect(await page.locator('#decisions tr').count()).toBe(4);
  expect(await first()).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d$/),
    '✕ refused',
    '175.45.176.0',
    'KP',
    'not needed',
    'restricted-country',
    'r1sk_gate_example_client client_credentials',
    expect.stringMatching(/^\d+\.\d$/),
  ]);
  expect(await page.locator('#totals dd').allInnerTexts()).toEqual([
    '1 (25 %)',
    '1 (25 %)',
    '2 (50 %)',
  ]);
  expect(await page.locator('#summary').innerText()).toMatch(
    /^4 decisions since [\d:]+: 1 issued, 1 restricted, 2 refused\.$/,
  );
});

test('A decision is shown as it happens', async () => {
  const times: number[] = [];
  for (const client of ['first', 'second', 'third']) {
    await started.post('205.210.31.51', client);
    times.push(await appears(client));
  }
  // Without being told, the page would learn of it after five seconds.
  expect(Math.min(...times)).toBeLessThan(3000);
});

test('Bars for rules, countries and sources, with their numbers', async () => {
  const rows = async (id: string) =>
    (await page.locator(`#${id} tbody tr`).allInnerTexts()).map((text) => text.split(/\s*\t\s*/));
  expect(await rows('by-rule')).toEqual(
    expect.arrayContaining([
      ['restricted-country', '1'],
      ['high-ip-risk', '1'],
    ]),
  );
  expect(await rows('by-country')).toEqual(
    expect.arrayContaining([
      ['KP', '1'],
      ['ID', '1'],
    ]),
  );
  expect((await rows('sources')).map(([name]) => name).sort()).toEqual(
    ['abuseipdb', 'memory', 'not needed'].sort(),
  );
  const width = await page
    .locator('#by-rule .bar')
    .first()
    .evaluate((bar) => bar.clientWidth);
  expect(width).toBeGreaterThan(20);
});

test('The chart draws all three outcomes, and says the same as a table', async () => {
  expect(await isDrawn(page)).toBe(true);
  await page.getByText('The same as a table').click();
  const row = page.locator('#chart-table tr');
  // The table is filled when it opens, of which the page learns by an event after the click.
  await row.first().waitFor();
  const rows = await row.allInnerTexts();
  const sum = rows
    .map((row) => row.split('\t').slice(1).map(Number))
    .reduce(([a = 0, b = 0, c = 0], [x = 0, y = 0, z = 0]) => [a + x, b + y, c + z], []);
  expect(sum).toEqual([4, 1, 2]);
});

test('Paused, nothing moves; then everything that was missed is there', async () => {
  const pause = page.getByRole('button', { name: 'Pause' });
  await pause.click();
  const before = await page.locator('#decisions').innerText();
  const told = await awaitEvent(page, 'missed');
  await started.post('205.210.31.51', 'missed');
  await told();
  expect(await page.locator('#decisions').innerText()).toBe(before);
  expect(await page.locator('#connection').innerText()).toMatch(/^Paused at /);
  await page.getByRole('button', { name: 'Go on' }).click();
  expect((await first())[6]).toBe('missed client_credentials');
});

describe('Text of a request is text', () => {
  const HOSTILE = '<img src=/x onerror="document.title=1"><script>document.title=2</script>';

  test('in the list of decisions', async () => {
    await started.post('175.45.176.0', HOSTILE);
    await appears(HOSTILE);
    expect((await first())[6]).toBe(`${HOSTILE} client_credentials`);
  });

  test('in what is tried, and in what is said of it', async () => {
    await page.getByLabel('Client id').fill(HOSTILE);
    await page.getByLabel('Scopes').fill('<b>bold</b>');
    await page.getByLabel('Grant').fill('<i>grant</i>');
    await page.getByRole('button', { name: 'Low score' }).click();
    const token = page.locator('#tried .token');
    await token.waitFor();
    expect(await token.innerText()).toContain(HOSTILE.replaceAll('"', '\\"'));
    expect(await token.innerText()).toContain('<b>bold</b>');
  });

  afterEach(async () => {
    expect(await page.title()).toBe('Risk Gate console');
    expect(await page.locator('main :is(img, script, b, i)').count()).toBe(0);
  });
});

test('The page complained of nothing, and asked nobody but the service', () => {
  expect(watched.complaints).toEqual([]);
  const origin = new URL(started.url).origin;
  expect(watched.requested.length).toBeGreaterThan(10);
  expect(watched.requested.filter((url) => !url.startsWith(`${origin}/console`))).toEqual([]);
});

test('Before the first decision the page says what to do, and the first one is drawn at once', async () => {
  const added = createConsole({
    address: { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 },
  });
  const service = await startTestService({ added });
  try {
    const { page, complaints } = await open(browser, `${service.origin}/console`);
    await page.getByText('Paste the curl that npm start has printed').waitFor();
    expect(await page.locator('#by-rule').innerText()).toBe('Nothing was refused yet.');
    expect(complaints).toEqual([]);
    await service.post(payloadFrom('205.210.31.51'));
    await page.locator('#decisions tr').waitFor();
    expect(await page.locator('#empty').isVisible()).toBe(false);
    // In the bar of the present five seconds, not once they are over.
    expect(await isDrawn(page, ['issue'], 2000)).toBe(true);
    await page.context().close();
  } finally {
    added.close();
    await service.stop();
  }
});

test('When the service is gone the page says so, and goes on when it is back', async () => {
  await started.process.end();
  await page.getByText('The service does not answer. Trying again …').waitFor();
  started = await start(started.port);
  await page.waitForSelector('#connection[data-state=live]');
  await started.post('205.210.31.51', 'after the restart');
  await appears('after the restart');
  expect(await page.locator('#decisions tr').count()).toBe(5);
});
