/**
 * A request of a million claims is none, and each object or list costs the parser as much time as a
 * hundred letters: 1 MiB of brackets takes longer than all else that a request may need.
 */
const MOST_CONTAINERS = 100_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;

/** Whether a JSON text holds more objects and lists than any request has. Brackets in texts do not count. */
export function hasTooManyContainers(json: string): boolean {
  if (json.length <= MOST_CONTAINERS) return false;
  let containers = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (inText && code === BACKSLASH) at += 1;
    else if (code === QUOTE) inText = !inText;
    else if (!inText && (code === OPENING_BRACKET || code === OPENING_BRACE)) containers += 1;
    if (containers > MOST_CONTAINERS) return true;
  }
  return false;
}
