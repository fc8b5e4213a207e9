import fc from 'fast-check';
import { generatedRequest } from '../support/generated-requests.ts';
import { PAYLOADS, payload } from '../support/payloads.ts';
import { hostileJson, hostileName } from './hostile-json.ts';

/** A change of one value of a request. */
interface Edit {
  /** The index of the value in the whole request, modulo their count. */
  readonly at: number;
  readonly kind: 'replace' | 'remove' | 'repeat' | 'add' | 'wrap';
  /** JSON. */
  readonly name: string;
  readonly value: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat({ max: 100_000 }),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'repeat', 'add', 'wrap'),
  name: hostileName,
  value: hostileJson,
});

const SMALL = PAYLOADS.map((name) => payload(name)).filter((body) => body.length < 10_000);

const request: fc.Arbitrary<unknown> = fc.oneof(
  generatedRequest,
  fc.constantFrom(...SMALL).map((body): unknown => JSON.parse(body)),
);

/** Of many networks, most of them public. */
const address: fc.Arbitrary<string> = fc.oneof(fc.ipV4(), fc.ipV6());

/** Sets the address of the client; `undefined` leaves the request as it is. */
function withAddress(request: unknown, value: string | undefined): unknown {
  if (value === undefined) return request;
  const { event, ...rest } = request as { event: { request?: object } };
  const additionalHeaders = [{ name: 'x-client-source-ip', value: [value] }];
  return { ...rest, event: { ...event, request: { ...event.request, additionalHeaders } } };
}

/** Requests with a few changed values. */
export const editedRequest: fc.Arbitrary<string> = fc
  .record({
    request,
    address: fc.option(address, { nil: undefined }),
    edits: fc.array(edit, { minLength: 1, maxLength: 5 }),
  })
  .map(({ request, address, edits }) => write(withAddress(request, address), edits));

/** Returns the JSON of a value with the edits applied. */
function write(root: unknown, edits: readonly Edit[]): string {
  const total = countOf(root);
  const byIndex = new Map(edits.map((edit) => [edit.at % total, edit]));
  let place = 0;

  function writeEdited(value: unknown): string {
    const edit = byIndex.get(place++);
    const own = writeValue(value, edit?.kind === 'add' ? edit : undefined);
    if (edit?.kind === 'replace') return edit.value;
    return edit?.kind === 'wrap' ? `[${own}]` : own;
  }

  function writeValue(value: unknown, added: Edit | undefined): string {
    if (Array.isArray(value)) {
      const items = value.flatMap((item) => withSibling(place, '', writeEdited(item)));
      return `[${[...items, ...(added ? [added.value] : [])].join(',')}]`;
    }
    if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
    const properties = Object.entries(value).flatMap(([name, property]) =>
      withSibling(place, `${JSON.stringify(name)}:`, writeEdited(property)),
    );
    return `{${[...properties, ...(added ? [`${added.name}:${added.value}`] : [])].join(',')}}`;
  }

  /** Applies an edit to an item or a property: removes it, or adds another one. */
  function withSibling(at: number, name: string, text: string): string[] {
    const edit = byIndex.get(at);
    if (edit?.kind === 'remove') return [];
    return edit?.kind === 'repeat' ? [name + text, name + edit.value] : [name + text];
  }

  return writeEdited(root);
}

function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, entry) => sum + countOf(entry), 1);
}
