import { InvalidArgumentError } from 'commander';

/** Parses the value of an option. */
export function parsePercent(text: string): number {
  const percent = Number(text);
  if (text.trim() === '' || !(percent >= 0 && percent <= 100)) {
    throw new InvalidArgumentError('It must be a number from 0 to 100.');
  }
  return percent;
}
