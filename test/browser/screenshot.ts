import { mkdirSync } from 'node:fs';
import { launch, open } from './browser.ts';
import { start } from './started.ts';

/**
 * Takes the picture of the README, or, with a folder as argument, one of the whole page for each way in
 * which it can be seen.
 */
const [folder] = process.argv.slice(2);

/** Seconds of traffic. */
const TRAFFIC = 100;

const ADDRESSES = [
  ...['205.210.31.51', '14.102.69.58', '103.159.198.178', '175.45.176.0'],
  ...['8.8.8.8', '1.1.1.1', '77.88.8.8', '114.114.114.114', '192.168.7.7', '2001:4860:4860::8888'],
];

const WAYS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 960 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 960 } },
  { name: 'phone-light', colorScheme: 'light', viewport: { width: 375, height: 800 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 375, height: 800 } },
] as const;

const [browser, started] = await Promise.all([launch(), start()]);
try {
  const end = Date.now() + TRAFFIC * 1000;
  for (let asked = 0; Date.now() < end; asked++) {
    const client = ['web-portal', 'mobile-app', 'm2m-reports'][asked % 3];
    // Most are in good standing, and their number comes and goes.
    const address =
      asked % 3 === 0 ? ADDRESSES[(asked / 3) % ADDRESSES.length] : `9.9.${asked % 7}.9`;
    await started.post(address ?? '', client);
    const pause = 300 + 250 * Math.sin(Date.now() / 6000);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  for (const { name, ...way } of folder === undefined ? WAYS.slice(0, 1) : WAYS) {
    const { page } = await open(browser, started.url, way);
    await page.locator('#decisions tr').first().waitFor();
    await page.getByRole('button', { name: 'Elevated score' }).click();
    await page.locator('.verdict').waitFor();
    const path = folder === undefined ? 'docs/console.png' : `${folder}/${name}.png`;
    await page.screenshot({ path, fullPage: folder !== undefined });
    await page.context().close();
  }
} finally {
  await browser.close();
  await started.process.end();
}
