import { isUtf8 } from 'node:buffer';
import { PolicyError } from './issues.ts';
import { locateInFile } from './locate.ts';

/**
 * Decodes a policy file, without its byte order mark.
 *
 * @throws PolicyError if the file is not UTF-8: its non-ASCII characters would match nothing.
 */
export function decodePolicy(bytes: Uint8Array, file: string): string {
  const advice = 'save the policy as UTF-8';
  if (!isUtf8(bytes)) {
    const line = findLine(bytes, (line) => !isUtf8(line)) ?? 1;
    throw new PolicyError([locateInFile(file, line, `The file is not valid UTF-8; ${advice}`)]);
  }
  const nul = findLine(bytes, (line) => line.includes(0));
  if (nul !== undefined) {
    const message = `The file contains NUL bytes, as UTF-16 does; ${advice}`;
    throw new PolicyError([locateInFile(file, nul, message)]);
  }
  // Removes a byte order mark.
  return new TextDecoder().decode(bytes);
}

const LINE_FEED = 0x0a;

/** Returns the number of the first such line, from 1. In UTF-8 only a line feed contains the byte 0x0a. */
function findLine(bytes: Uint8Array, matches: (line: Uint8Array) => boolean): number | undefined {
  let from = 0;
  for (let line = 1; from <= bytes.length; line += 1) {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end < 0 ? bytes.length : end;
    if (matches(bytes.subarray(from, to))) return line;
    from = to + 1;
  }
  return undefined;
}
