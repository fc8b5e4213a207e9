import type { AddressBlock } from '../../../app/src/feeds/model/feed-data.ts';
import { FeedError } from '../../../app/src/feeds/model/feed-error.ts';
import { parseTextList, type TextListOptions } from '../../../app/src/feeds/sources/text-list.ts';
import { formatIpv4 } from '../../../app/src/signals/address/ipv4.ts';
import { formatIpv6, groupsOf } from '../../../app/src/signals/address/ipv6.ts';

const OPTIONS: TextListOptions = { feedId: 'listed' };

/** 200 valid lines, so that one faulty line is less than 1 %. */
export const VALID_LINES = Array.from({ length: 200 }, (_, index) => `11.0.${index}.1\n`).join('');
export const VALID_BLOCKS = 200;

/** Parses one file. */
export function parseList(text: string | Buffer, options: Partial<TextListOptions> = {}) {
  return parseTextList([Buffer.from(text)], { ...OPTIONS, ...options });
}

/** Returns a block as a range, or as one address. */
export function formatBlock({ version, first, last }: AddressBlock): string {
  const text = (bits: number | bigint) =>
    version === 4 ? formatIpv4(Number(bits)) : formatIpv6(groupsOf(BigInt(bits)));
  return first === last ? text(first) : `${text(first)}-${text(last)}`;
}

/** Returns the blocks as text. */
export function blocksOf(text: string | Buffer, options: Partial<TextListOptions> = {}): string[] {
  return parseList(text, options).blocks.map(formatBlock);
}

/** Returns the message of the `format` error. */
export function rejection(text: string | Buffer, options: Partial<TextListOptions> = {}): string {
  try {
    parseList(text, options);
  } catch (error) {
    expect(error).toBeInstanceOf(FeedError);
    const { reason, message } = error as FeedError;
    expect(reason).toBe('format');
    return message;
  }
  throw new Error('The list was accepted.');
}
