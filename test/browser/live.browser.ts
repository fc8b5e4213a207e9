import type { Browser, Page } from 'playwright-core';
import { createConsole } from '../../app/dev/console/console.ts';
import { payloadFrom } from '../support/payloads.ts';
import { startTestService } from '../support/running-service.ts';
import { launchBrowser, listenForEvent, type OpenPage, openPage, waitForChart } from './browser.ts';
import { type LocalService, startLocalService } from './local-service.ts';

let browser: Browser;
let local: LocalService;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  [browser, local] = await Promise.all([launchBrowser(), startLocalService()]);
  opened = await openPage(browser, local.consoleUrl);
  page = opened.page;
  await page.waitForSelector('#connection[data-state=live]');
});

afterAll(async () => {
  await browser?.close();
  await local?.process.end();
});

/** Returns the cells of the first listed decision. */
function firstRow(): Promise<string[]> {
  return page.locator('#decisions tr:first-child td').allInnerTexts();
}

/** Waits until a decision for this client is listed. */
async function waitForRow(client: string): Promise<void> {
  await page.locator('#decisions').getByText(client, { exact: true }).waitFor();
}

test('The page shows decisions made before it was opened: the four cases of the guide', async () => {
  expect(await page.locator('#decisions tr').count()).toBe(4);
  expect(await firstRow()).toEqual([
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

test('The page lists new decisions', async () => {
  for (const client of ['first', 'second', 'third']) {
    await local.post('205.210.31.51', client);
    await waitForRow(client);
  }
});

test('The page lists a test as such, and does not count it', async () => {
  const before = await page.locator('#summary').innerText();
  await local.post('205.210.31.51', 'canary-client', { 'x-risk-gate-test': 'canary' });
  await waitForRow('canary-client');
  expect((await firstRow())[6]).toBe('canary-client client_credentials, test: canary');
  expect(await page.locator('#summary').innerText()).toBe(before);
});

test('The page shows bars and numbers for rules, countries and sources', async () => {
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
    // The simulated list is complete, so that no score needs a call.
    ['blacklist', 'not needed'],
  );
  const width = await page
    .locator('#by-rule .bar')
    .first()
    .evaluate((bar) => bar.clientWidth);
  expect(width).toBeGreaterThan(20);
});

test('The chart draws all three outcomes, and its table has the same data', async () => {
  await waitForChart(page);
  await page.getByText('Show as a table').click();
  const row = page.locator('#chart-table tr');
  // The table is filled by the toggle event, which follows the click.
  await row.first().waitFor();
  const rows = await row.allInnerTexts();
  const sum = rows
    .map((row) => row.split('\t').slice(1).map(Number))
    .reduce(([a = 0, b = 0, c = 0], [x = 0, y = 0, z = 0]) => [a + x, b + y, c + z], []);
  expect(sum).toEqual([4, 1, 2]);
});

test('The page does not change while paused, and catches up when resumed', async () => {
  const pause = page.getByRole('button', { name: 'Pause' });
  await pause.click();
  const before = await page.locator('#decisions').innerText();
  const waitForEvent = await listenForEvent(page, 'missed');
  await local.post('205.210.31.51', 'missed');
  await waitForEvent();
  expect(await page.locator('#decisions').innerText()).toBe(before);
  expect(await page.locator('#connection').innerText()).toMatch(/^Paused at /);
  await page.getByRole('button', { name: 'Resume' }).click();
  expect((await firstRow())[6]).toBe('missed client_credentials');
});

describe('Strings from requests are not parsed as HTML', () => {
  const HOSTILE = '<img src=/x onerror="document.title=1"><script>document.title=2</script>';

  test('in the list of decisions', async () => {
    await local.post('175.45.176.0', HOSTILE);
    await waitForRow(HOSTILE);
    expect((await firstRow())[6]).toBe(`${HOSTILE} client_credentials`);
  });

  test('in the form and in its result', async () => {
    await page.getByLabel('Client ID').fill(HOSTILE);
    await page.getByLabel('Scopes').fill('<b>bold</b>');
    await page.getByLabel('Grant').fill('<i>grant</i>');
    await page.getByRole('button', { name: 'Low score' }).click();
    const token = page.locator('#try-result .token');
    await token.waitFor();
    expect(await token.innerText()).toContain(HOSTILE.replaceAll('"', '\\"'));
    expect(await token.innerText()).toContain('<b>bold</b>');
  });

  afterEach(async () => {
    expect(await page.title()).toBe('Risk Gate console');
    expect(await page.locator('main :is(img, script, b, i)').count()).toBe(0);
  });
});

test('The page logs no errors, and sends requests only to the console', () => {
  expect(opened.errors).toEqual([]);
  const origin = new URL(local.consoleUrl).origin;
  expect(opened.requestedUrls.length).toBeGreaterThan(10);
  expect(opened.requestedUrls.filter((url) => !url.startsWith(`${origin}/console`))).toEqual([]);
});

test('The page shows instructions before the first decision, and draws the first one in the current step', async () => {
  const extensions = createConsole({
    edge: { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 },
  });
  const service = await startTestService({ extensions });
  try {
    const { page, errors } = await openPage(browser, `${service.origin}/console`);
    await page.getByText('Run the curl command that npm start printed').waitFor();
    expect(await page.locator('#by-rule').innerText()).toBe('No refusals yet.');
    expect(errors).toEqual([]);
    await service.post(payloadFrom('205.210.31.51'));
    await page.locator('#decisions tr').waitFor();
    // Paused, so that the chart cannot show the decision later, when its step of five seconds is over.
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(await page.locator('#empty').isVisible()).toBe(false);
    await waitForChart(page, ['issue']);
    await page.context().close();
  } finally {
    extensions.close();
    await service.stop();
  }
});

test('The page reports that the service is down, and reconnects when it is up again', async () => {
  await local.process.end();
  await page.getByText('The service does not respond. Reconnecting …').waitFor();
  local = await startLocalService({ PORT: local.port });
  await page.waitForSelector('#connection[data-state=live]');
  await local.post('205.210.31.51', 'after the restart');
  await waitForRow('after the restart');
  expect(await page.locator('#decisions tr').count()).toBe(5);
});
