/**
 * Returns a regular expression for the integers from 1 to `max` in decimal, for a JSON Schema, which cannot compare
 * a number that is part of a string. Leading zeros are allowed.
 */
export function rangePattern(max: number): string {
  const digits = String(max);
  const rest = (count: number) => (count === 0 ? '' : `\\d{${count}}`);
  const shorter = digits.length > 1 ? [`[1-9]\\d{0,${digits.length - 2}}`] : [];
  // Numbers that agree with `max` up to a digit, and have a smaller one there.
  const smaller = [...digits].flatMap((digit, index) => {
    const least = index === 0 ? 1 : 0;
    if (Number(digit) <= least) return [];
    const greatest = Number(digit) - 1;
    const range = least === greatest ? String(least) : `[${least}-${greatest}]`;
    return `${digits.slice(0, index)}${range}${rest(digits.length - index - 1)}`;
  });
  return `0*(?:${[...shorter, ...smaller, digits].join('|')})`;
}
