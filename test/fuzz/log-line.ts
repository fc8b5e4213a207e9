/** Container log drivers split longer lines, and a part of a line is no JSON. Bytes. */
const LONGEST_LINE = 16 * 1024;

/** What keeps a written line of the log from being one record to whoever reads the log. */
export function faultsOfLine(line: string): string[] {
  const faults: string[] = [];
  if (!line.endsWith('\n')) faults.push('it does not end with a line feed');
  // As it is on the way out: half a character becomes a replacement character.
  const bytes = Buffer.from(line);
  const text = bytes.toString('utf8').slice(0, -1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text)) faults.push('it holds a control character');
  if (bytes.length > LONGEST_LINE) faults.push(`it is ${bytes.length} bytes long`);
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record !== 'object' || record === null) faults.push('it is no object');
  } catch {
    faults.push('it is no JSON');
  }
  return faults;
}
