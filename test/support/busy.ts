/** Keeps this thread busy, so that it notices nothing of what happens meanwhile. Milliseconds. */
export function keepBusy(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}
