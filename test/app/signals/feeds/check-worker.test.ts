import { checkInWorker } from '../../../../app/src/signals/feeds/check-worker.ts';
import { countryFile, rangesFile, sha256Of } from './published-feeds.ts';

const NOT_STOPPED = new AbortController().signal;

describe('a worker thread', () => {
  test.each([
    ['ranges', rangesFile('9.9.9.9', '2606:4700::/32'), { content: 'ranges' }],
    ['places', countryFile('CH'), { content: 'places', fields: ['country'] }],
  ] as const)('checks a snapshot of %s, and returns the file', async (content, file, checked) => {
    const copy = Buffer.from(file);
    const expected = { content, sha256: sha256Of(file) };
    const result = await checkInWorker(file, expected, NOT_STOPPED);
    expect(result.checked).toEqual(checked);
    expect(result.file.equals(copy)).toBe(true);
  });

  test('transfers the memory of the file instead of copying it', async () => {
    const file = Buffer.from(Uint8Array.from(rangesFile('9.9.9.9')).buffer);
    const expected = { content: 'ranges', sha256: sha256Of(file) } as const;
    await checkInWorker(file, expected, NOT_STOPPED);
    expect(file.buffer.byteLength).toBe(0);
  });

  test('reports a snapshot that is not valid', async () => {
    const file = rangesFile('9.9.9.9');
    const expected = { content: 'ranges', sha256: sha256Of(Buffer.from('other')) } as const;
    await expect(checkInWorker(file, expected, NOT_STOPPED)).rejects.toThrow(
      'does not have the hash that its pointer states',
    );
  });

  test('ends when the service stops', async () => {
    const control = new AbortController();
    const file = rangesFile('9.9.9.9');
    const expected = { content: 'ranges', sha256: sha256Of(file) } as const;
    const check = checkInWorker(file, expected, control.signal);
    control.abort(new Error('The service stops.'));
    await expect(check).rejects.toThrow('The service stops.');
  });
});
