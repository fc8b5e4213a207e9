import { InvalidArgumentError } from 'commander';

/** Returns a parser for an option whose value is a whole number between two bounds. */
export function parseCount(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
