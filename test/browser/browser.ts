import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, unless `CHROMIUM` names another one. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Hang guard. Expected waits are milliseconds. */
const TIMEOUT_MS = 30_000;

/** Launches the browser with a temporary profile. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS, timeout: 60_000 });
}

export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings on the browser's console. */
  readonly errors: readonly string[];
  readonly requestedUrls: readonly string[];
}

/** Opens a page in a new browser context. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  const requestedUrls: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => requestedUrls.push(request.url()));
  await page.goto(url);
  return { page, errors, requestedUrls };
}

/**
 * Listens to the events that the service sends to a page, whether or not the page shows them.
 *
 * @returns a function that waits for an event from now on that contains the text.
 */
export async function listenForEvent(page: Page, text: string): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const event = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No event contained "${text}".`)), TIMEOUT_MS);
    session.on('Network.eventSourceMessageReceived', ({ data }) => {
      if (!data.includes(text)) return;
      clearTimeout(timer);
      resolve();
    });
  });
  // A test that fails before it waits must report its own error.
  event.catch(() => undefined);
  return async () => {
    await event;
    await session.detach();
  };
}

/** Presses Tab until the focused element matches the selector. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press('Tab');
    if ((await page.locator(`${selector}:focus`).count()) > 0) return;
  }
  throw new Error(`The Tab key does not reach ${selector}.`);
}

/** Pixels of a bar that is visible. */
const MIN_BAR_PIXELS = 20;

const OUTCOMES = ['issue', 'restrict', 'refuse'];

/** Waits until the chart shows the outcomes in the colours of the current scheme. */
export async function waitForChart(
  page: Page,
  outcomes: readonly string[] = OUTCOMES,
): Promise<void> {
  for (const end = performance.now() + TIMEOUT_MS; performance.now() < end; ) {
    const pixels = await outcomePixels(page, outcomes);
    if (pixels.every((count) => count >= MIN_BAR_PIXELS)) return;
    // One frame.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`The chart does not show ${outcomes.join(', ')}.`);
}

/** Counts the pixels in the colour of each outcome. */
function outcomePixels(page: Page, outcomes: readonly string[]): Promise<number[]> {
  return page.locator('#chart canvas').evaluate((canvas, names) => {
    const { width, height, ownerDocument } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const counts = new Map<number, number>();
    for (let at = 0; at < data.length; at += 4) {
      const colour = data[at] * 65_536 + data[at + 1] * 256 + data[at + 2];
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    const style = ownerDocument.defaultView.getComputedStyle(ownerDocument.documentElement);
    return names.map((name) => {
      const colour = style.getPropertyValue(`--${name}`).trim().slice(1);
      return counts.get(Number.parseInt(colour, 16)) ?? 0;
    });
  }, outcomes);
}
