import { parseAddress } from '../../../../app/src/signals/address/parse.ts';

/** Addresses at the boundaries of blocks. */
const PUBLIC = `
  1.0.0.0 1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
  169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255
  192.0.0.9 192.0.0.10 192.0.1.0 192.0.1.255 192.0.3.0
  192.31.196.1 192.52.193.1 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 192.175.48.1
  198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
  2000:: 2001:1::1 2001:1::2 2001:1::3 2001:3:: 2001:3:ffff:ffff:ffff:ffff:ffff:ffff
  2001:4:112:: 2001:4:112:ffff:ffff:ffff:ffff:ffff
  2001:20:: 2001:2f:ffff:ffff:ffff:ffff:ffff:ffff 2001:30:: 2001:3f:ffff:ffff:ffff:ffff:ffff:ffff
  2001:200:: 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9:: 2001:ffff:: 2003::
  2001:4860:4860::8888 2606:4700:4700::1111 2620:4f:8000::1 2a00:1450::1
  3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:1000:: 3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
  64:ff9b::8.8.8.8 ::ffff:0:808:808 ::ffff:8.8.8.8 2002:808:808::1 2001:0:4136:e378::f7f7:f7f7
`;

/** Internal networks: RFC 1918, shared, loopback, link-local and unique local addresses. */
const PRIVATE = `
  10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.0.0.1 127.255.255.255
  169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255
  ::1 fc00:: fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fe80:: febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff
  ::ffff:10.0.0.1 ::ffff:7f00:1 64:ff9b::192.168.1.1 ::ffff:0:100.64.0.1
`;

/** Addresses that no client can have. */
const RESERVED = `
  0.0.0.0 0.255.255.255
  192.0.0.0 192.0.0.7 192.0.0.8 192.0.0.11 192.0.0.170 192.0.0.171 192.0.0.255
  192.0.2.0 192.0.2.255 192.88.99.0 192.88.99.2 192.88.99.255
  198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255
  224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.254 255.255.255.255
  :: ::2 ::808:808 64:ff9b::1:0:0 64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:ffff:ffff 64:ff9b:2::
  100:: 100::ffff:ffff:ffff:ffff 100:0:0:1:: 100:0:0:2:: 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
  2001:: 2001:0:ffff:ffff:ffff:ffff:ffff:ffff 2001:1:: 2001:1::4 2001:2:: 2001:2:0:ffff:ffff:ffff:ffff:ffff
  2001:4:111:ffff:ffff:ffff:ffff:ffff 2001:4:113:: 2001:5::
  2001:10:: 2001:1f:ffff:ffff:ffff:ffff:ffff:ffff 2001:40:: 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff
  2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2002:: 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
  3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff 4000:: 5f00:: 5f01:: 8000:: e000::
  fe00::
  fec0:: feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ff00:: ff02::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
  64:ff9b:: 64:ff9b::ffff:ffff 64:ff9b::203.0.113.9 ::ffff:224.0.0.1 ::ffff:0:0:0
  2002:a00:1::1 2002:c058:6301::1 2001:0:4136:e378::f5ff:fffe
`;

const rows = (table: string) => table.trim().split(/\s+/);

test.each(rows(PUBLIC))('%s is public', (text) => {
  expect(parseAddress(text)).toMatchObject({ public: true });
});

test.each(rows(PRIVATE))('%s is private', (text) => {
  expect(parseAddress(text)).toMatchObject({ public: false, cause: 'private' });
});

test.each(rows(RESERVED))('%s is reserved', (text) => {
  expect(parseAddress(text)).toMatchObject({ public: false, cause: 'reserved' });
});
