import { BlockList, isIP } from 'node:net';

/** Link-local endpoints that serve AWS credentials: these must not pass through a proxy. */
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32'];

/**
 * Parses `NO_PROXY` into a function that returns whether a host is reached directly. An entry is `*`, a name
 * (which includes all names below it, with or without a leading dot or `*.`), an address, or a CIDR. All but
 * a CIDR may have a port.
 */
export function parseNoProxy(noProxy: string): (host: string, port: number) => boolean {
  const blocks = new BlockList();
  for (const cidr of LINK_LOCAL) addBlock(blocks, cidr);
  const names: { name: string; port: number | undefined }[] = [];
  for (const entry of noProxy.toLowerCase().split(/[\s,]+/)) {
    if (entry === '' || addBlock(blocks, withoutBrackets(entry))) continue;
    const [, host = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? [];
    const name = withoutBrackets(host)
      .replace(/^\*?\./, '')
      .replace(/\.$/, '');
    names.push({ name, port: port === undefined ? undefined : Number(port) });
  }
  return (host, port) => {
    const name = withoutBrackets(host.toLowerCase()).replace(/\.$/, '');
    const version = isIP(name);
    if (version !== 0 && blocks.check(name, version === 6 ? 'ipv6' : 'ipv4')) return true;
    return names.some(
      (entry) =>
        (entry.port === undefined || entry.port === port) &&
        (entry.name === '*' ||
          name === entry.name ||
          (version === 0 && name.endsWith(`.${entry.name}`))),
    );
  };
}

/** Adds an address or a CIDR; returns false if the string is neither. */
function addBlock(blocks: BlockList, value: string): boolean {
  const [address = '', length] = value.split('/');
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  if (version === 0 || !/^\d{1,3}$/.test(length ?? String(bits))) return false;
  const prefix = Number(length ?? bits);
  if (prefix > bits) return false;
  blocks.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4');
  return true;
}

/** Removes the brackets of an IPv6 address in a URL. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
