import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, unless another one is named. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Milliseconds for what takes no time on a machine that is not busy. */
const PATIENCE = 30_000;

/** Starts the browser, with a profile that is removed at its end. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS, timeout: 60_000 });
}

/** A page, and all that it complained of and asked for. */
export interface Watched {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requested: readonly string[];
}

/** Opens a page in a context of its own. */
export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(url);
  return { page, complaints, requested };
}

/**
 * Listens to the events that the service sends to a page, whether or not the page shows them.
 *
 * @returns what waits for the event that holds the text. It counts from now on, so that nothing is
 * missed that is done in between.
 */
export async function awaitEvent(page: Page, text: string): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const event = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No event with "${text}".`)), PATIENCE);
    session.on('Network.eventSourceMessageReceived', ({ data }) => {
      if (!data.includes(text)) return;
      clearTimeout(timer);
      resolve();
    });
  });
  // Whoever fails before it waits has an error to tell already.
  event.catch(() => undefined);
  return async () => {
    await event;
    await session.detach();
  };
}

/** Goes from field to field by the keyboard until one fits the selector, as a person without a mouse does. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press('Tab');
    if ((await page.locator(`${selector}:focus`).count()) > 0) return;
  }
  throw new Error(`The keyboard does not reach ${selector}.`);
}

/** Pixels of a bar that can be seen. */
const FEWEST = 20;

const OUTCOMES = ['issue', 'restrict', 'refuse'];

/**
 * Waits until the chart shows outcomes in their colours of the present scheme.
 *
 * @returns `false` when it does not after `patience` milliseconds.
 */
export async function isDrawn(
  page: Page,
  outcomes: readonly string[] = OUTCOMES,
  patience = PATIENCE,
): Promise<boolean> {
  for (const end = performance.now() + patience; performance.now() < end; ) {
    const pixels = await outcomePixels(page, outcomes);
    if (pixels.every((count) => count >= FEWEST)) return true;
    // A frame later.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

function outcomePixels(page: Page, outcomes: readonly string[]): Promise<number[]> {
  return page.locator('#chart canvas').evaluate((canvas, names) => {
    const { width, height, ownerDocument } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const seen = new Map<number, number>();
    for (let at = 0; at < data.length; at += 4) {
      const colour = data[at] * 65_536 + data[at + 1] * 256 + data[at + 2];
      seen.set(colour, (seen.get(colour) ?? 0) + 1);
    }
    const style = ownerDocument.defaultView.getComputedStyle(ownerDocument.documentElement);
    return names.map((name) => {
      const colour = style.getPropertyValue(`--${name}`).trim().slice(1);
      return seen.get(Number.parseInt(colour, 16)) ?? 0;
    });
  }, outcomes);
}
