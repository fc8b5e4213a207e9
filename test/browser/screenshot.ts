import { mkdirSync, readFileSync } from 'node:fs';
import { launchBrowser, openPage } from './browser.ts';
import { startLocalService } from './local-service.ts';

/** Without arguments, takes the picture of the documentation. With a folder, takes one of the whole page per variant. */
const [folder] = process.argv.slice(2);

const TRAFFIC_MS = 100_000;

const ADDRESSES = [
  ...['205.210.31.51', '14.102.69.58', '103.159.198.178', '175.45.176.0'],
  ...['8.8.8.8', '1.1.1.1', '77.88.8.8', '114.114.114.114', '192.168.7.7', '2001:4860:4860::8888'],
];

const VARIANTS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 960 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 960 } },
  { name: 'phone-light', colorScheme: 'light', viewport: { width: 375, height: 800 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 375, height: 800 } },
] as const;

/** A policy that would change some outcomes. */
const CANDIDATE = readFileSync('app/policy.yaml', 'utf8').replace('>= 75', '>= 25');

const [browser, local] = await Promise.all([launchBrowser(), startLocalService()]);
try {
  const end = Date.now() + TRAFFIC_MS;
  for (let count = 0; Date.now() < end; count++) {
    const client = ['web-portal', 'mobile-app', 'm2m-reports'][count % 3];
    // Most addresses are clean. The rate varies.
    const address =
      count % 3 === 0 ? ADDRESSES[(count / 3) % ADDRESSES.length] : `9.9.${count % 7}.9`;
    await local.post(address ?? '', client);
    const pause = 300 + 250 * Math.sin(Date.now() / 6000);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  for (const { name, ...options } of folder === undefined ? VARIANTS.slice(0, 1) : VARIANTS) {
    const { page } = await openPage(browser, local.consoleUrl, options);
    await page.locator('#decisions tr').first().waitFor();
    await page.getByRole('button', { name: 'Elevated score' }).click();
    await page.locator('.outcome-summary').waitFor();
    if (folder !== undefined) {
      await page.locator('#candidate-text').fill(CANDIDATE);
      await page.locator('#candidate-text').press('Control+Enter');
      await page.getByText('The latest decisions with this policy').waitFor();
    }
    const path = folder === undefined ? 'docs/console.png' : `${folder}/${name}.png`;
    await page.screenshot({ path, fullPage: folder !== undefined });
    await page.context().close();
  }
} finally {
  await browser.close();
  await local.process.end();
}
