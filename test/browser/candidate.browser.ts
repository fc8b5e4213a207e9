import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../support/process.ts';
import { launchBrowser, openPage, tabTo } from './browser.ts';
import { type LocalService, startLocalService } from './local-service.ts';

const DEFAULT = readFileSync(join(ROOT, 'app/policy.yaml'), 'utf8');
const BROKEN = DEFAULT.replace('abuse.score >= 75', 'abuse.scor >= 75');

let browser: Browser;
let local: LocalService;
let page: Page;
let errors: readonly string[];

beforeAll(async () => {
  [browser, local] = await Promise.all([launchBrowser(), startLocalService()]);
});
beforeEach(async () => {
  ({ page, errors } = await openPage(browser, local.consoleUrl));
});
afterEach(async () => {
  expect(errors).toEqual([]);
  await page.context().close();
});
afterAll(async () => {
  await browser?.close();
  await local?.process.end();
});

/** Pastes a policy, checks it, and waits for the result. */
async function check(policy: string, summary: RegExp): Promise<void> {
  await page.getByLabel('Policy', { exact: true }).fill(policy);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.locator('#candidate-result h3').filter({ hasText: summary }).waitFor();
}

test('A pasted policy that does not compile shows the issue with its line and a caret', async () => {
  await check(BROKEN, /The service would not start with this policy: 1 error/);
  const [issue = ''] = await page.locator('.error-finding').allInnerTexts();
  expect(issue).toMatch(/policy\.yaml:\d+:\d+, rule "high-ip-risk", when/);
  const lines = (await page.locator('.error-finding pre').first().innerText()).split('\n');
  expect(lines[0]).toMatch(/^\d+ \|\s+when: abuse\.scor >= 75$/);
  const marked = await page.locator('.error-finding mark').first().innerText();
  expect(lines[1]?.trim()).toBe('^'.repeat(marked.length));
  expect(lines[1]?.indexOf('^')).toBe(lines[0]?.indexOf(marked));
  expect(await page.getByRole('button', { name: 'Download' }).isDisabled()).toBe(true);
});

test('A policy that compiles shows its test cases, and which of the latest decisions it changes', async () => {
  for (const client of ['web-portal', 'mobile-app']) await local.post('14.102.69.58', client);
  await check(DEFAULT.replace('>= 75', '>= 25'), /The policy can be used/);
  const result = page.locator('#candidate-result');
  const text = await result.innerText();
  expect(text).toMatch(/✕ \d+ of \d+ cases fail/);
  expect(text).toMatch(/The candidate changes the outcome of \d+ of the last \d+ decisions\./);
  const change = result
    .locator('li')
    .filter({ hasText: 'high-ip-risk instead of elevated-ip-risk' });
  expect(await change.innerText()).toMatch(/restricted → refused: \d+/);
  expect(await change.innerText()).toMatch(/Clients\s.*web-portal: 1/);
  expect(await page.locator('#candidate-status').textContent()).toContain('The candidate changes');
});

test('Pasted test cases replace those beside the policy in use', async () => {
  await page.getByText('Paste test cases').click();
  await page
    .getByLabel('Test cases', { exact: true })
    .fill(
      'cases: [{ name: mine, given: { address: 205.210.31.51, country: KP }, expect: refuse }]',
    );
  await check(DEFAULT, /The policy can be used/);
  const text = await page.locator('#candidate-result').innerText();
  expect(text).toContain('✓ The case passes.\n\nFrom pasted.cases.yaml.');
  expect(text).toMatch(/Coverage: \d+ % \(\d+ of \d+\)\./);
  await page.getByText('What no test case reaches').click();
  expect(await page.locator('#candidate-result').innerText()).toContain(
    'the rule matches in no case',
  );
});

test('A policy can be checked by keyboard', async () => {
  await tabTo(page, '#candidate-text');
  await page.keyboard.insertText(BROKEN);
  await page.keyboard.press('Control+Enter');
  await page.locator('.error-finding').first().waitFor();
  await tabTo(page, '.excerpt');
  expect(await page.locator('#candidate-status').textContent()).toMatch(/would not start/);
});

test('A chosen file is checked, and can be downloaded unchanged', async () => {
  const buffer = Buffer.from(`# for tests\n${DEFAULT}`);
  await page
    .getByLabel('Policy file')
    .setInputFiles({ name: 'next.yaml', mimeType: 'text/yaml', buffer });
  await page.locator('#candidate-result h3').filter({ hasText: 'The policy' }).waitFor();
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe('next.yaml');
  expect(readFileSync(await download.path())).toEqual(buffer);
  await page.getByLabel('Policy', { exact: true }).press('a');
  expect(await page.getByRole('button', { name: 'Download' }).isDisabled()).toBe(true);
});

test('A dropped policy is checked', async () => {
  await page.locator('#candidate-drop').evaluate((area, text) => {
    const { DataTransfer, DragEvent, File } = area.ownerDocument.defaultView;
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['cases: {}'], 'dropped.cases.yaml'));
    dataTransfer.items.add(new File([text], 'dropped.yaml'));
    area.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  }, BROKEN);
  await page.locator('.error-finding').first().waitFor();
  expect(await page.locator('.error-finding').first().innerText()).toContain('dropped.yaml:');
});

test.each([
  [
    'that is too large',
    Buffer.alloc(1024 * 1024 + 1, '#'),
    'a.yaml is larger than 1 MiB: move its lists into feeds.',
  ],
  ['that is no text', Buffer.from([0xff, 0xfe, 0x00]), 'a.yaml is not a text in UTF-8.'],
])('A file %s is rejected', async (_, buffer, message) => {
  await page
    .getByLabel('Policy file')
    .setInputFiles({ name: 'a.yaml', mimeType: 'text/yaml', buffer });
  await page.getByRole('alert').filter({ hasText: message }).waitFor();
});

test('Strings of a policy are shown as they are, and never as HTML', async () => {
  await check(DEFAULT.replace('high-ip-risk', '<img src=x onerror=alert(1)>'), /would not start/);
  expect(await page.locator('#candidate-result img').count()).toBe(0);
});
