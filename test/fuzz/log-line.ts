/** Container log drivers split longer lines into parts that are not valid JSON. */
const MAX_LINE_BYTES = 16 * 1024;

/** Returns the reasons why a log line would not be read as exactly one record. */
export function issuesInLine(line: string): string[] {
  const issues: string[] = [];
  if (!line.endsWith('\n')) issues.push('it does not end with a line feed');
  // As written: an unpaired surrogate becomes a replacement character.
  const bytes = Buffer.from(line);
  const text = bytes.toString('utf8').slice(0, -1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text)) issues.push('it contains a control character');
  if (bytes.length > MAX_LINE_BYTES) issues.push(`it is ${bytes.length} bytes long`);
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record !== 'object' || record === null) issues.push('it is not an object');
  } catch {
    issues.push('it is not valid JSON');
  }
  return issues;
}
