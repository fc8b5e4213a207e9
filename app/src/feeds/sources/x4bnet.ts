import type { Licence } from '../model/feed.ts';
import { DAY_MS, HOUR_MS } from '../model/times.ts';
import type { SourceFile } from './download-files.ts';
import { MAX_LIST_BYTES } from './lines.ts';

export const X4BNET_LICENCE: Licence = {
  name: 'MIT',
  url: 'https://github.com/X4BNet/lists_vpn/blob/main/LICENSE',
  attribution: 'VPN and datacenter lists by X4BNet (github.com/X4BNet/lists_vpn)',
};

/** The lists are published once a day. GitHub limits requests by address. */
export const X4BNET_TIMES = {
  interval: HOUR_MS,
  defaultInterval: 6 * HOUR_MS,
  maxAge: 7 * DAY_MS,
  ageFrom: 'confirmed',
} as const;

/** Returns the files of a list. Those in the root of the repository are about to be removed. */
export function x4bnetFiles(list: 'vpn' | 'datacenter'): SourceFile[] {
  return ['ipv4.txt', 'ipv6.txt'].map((name) => ({
    url: `https://raw.githubusercontent.com/X4BNet/lists_vpn/main/output/${list}/${name}`,
    maxBytes: MAX_LIST_BYTES,
  }));
}
