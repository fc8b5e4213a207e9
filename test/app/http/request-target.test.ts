import { originForm, pathOf } from '../../../app/src/http/request-target.ts';

describe('originForm', () => {
  test.each([
    ['/path', '/path'],
    ['/path?a=b', '/path?a=b'],
    ['//other.example/path', '//other.example/path'],
    ['http://gate.example/path', '/path'],
    ['HTTPS://gate.example:8443/path?a=b', '/path?a=b'],
    ['http://gate.example', '/'],
    ['ftp://gate.example/path', 'ftp://gate.example/path'],
    ['http://', 'http://'],
    ['*', '*'],
    ['', ''],
  ])('%j becomes %j', (target, expected) => {
    expect(originForm(target)).toBe(expected);
  });
});

describe('pathOf', () => {
  const request = new Request('http://localhost/decoded');

  test.each([
    ['/path', '/path'],
    ['/path?a=/other', '/path'],
    ['/p%61th', '/p%61th'],
    ['/x/../path', '/x/../path'],
  ])('of the target %j is %j', (url, expected) => {
    expect(pathOf(request, { env: { incoming: { url } as never } })).toBe(expected);
  });

  test('without a server is the path of the URL', () => {
    expect(pathOf(request)).toBe('/decoded');
  });
});
