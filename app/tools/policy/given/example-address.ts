import type { Address } from '../../../src/signals/address/address.ts';
import { parseAddress } from '../../../src/signals/address/parse.ts';

/** An address for documentation (RFC 5737), which no client can have. */
export const EXAMPLE_ADDRESS = '203.0.113.1';

/**
 * Returns the address of a request whose country or score is given, but not its address. It counts as public, or no
 * other signal would be looked up.
 */
export function exampleAddress(): Address {
  const parsed = parseAddress(EXAMPLE_ADDRESS);
  if (parsed === undefined) throw new Error(`${EXAMPLE_ADDRESS} must be a valid address.`);
  const { value, version, bits } = parsed;
  return { value, version, bits, public: true };
}
