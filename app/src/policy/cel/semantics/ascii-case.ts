const NON_ASCII = /[^\0-\x7f]/;
/** The bit in which upper and lower case of an ASCII letter differ. */
const CASE_BIT = 0x20;

/** Changes the case of ASCII letters, and no others. */
export function asciiCase(text: string, to: 'lower' | 'upper'): string {
  if (!NON_ASCII.test(text)) return to === 'lower' ? text.toLowerCase() : text.toUpperCase();
  const [first, last] = to === 'lower' ? ['A', 'Z'] : ['a', 'z'];
  const [from, until] = [first.charCodeAt(0), last.charCodeAt(0)];
  const units = Buffer.from(text, 'utf16le');
  for (let at = 0; at < units.length; at += 2) {
    const low = units[at] ?? 0;
    if (units[at + 1] === 0 && low >= from && low <= until) units[at] = low ^ CASE_BIT;
  }
  return units.toString('utf16le');
}
