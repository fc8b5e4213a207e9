import { type Credential, parseCredential } from '../../src/credential/credential.ts';
import { ToolError } from '../errors.ts';

/**
 * Parses the JSON of a credential.
 *
 * @param label for the message, such as `The secret of the credential`.
 * @throws ToolError without the text, which contains a secret.
 */
export function readCredential(json: string, label: string): Credential {
  try {
    return parseCredential(json, label);
  } catch (error) {
    throw new ToolError(error instanceof Error ? error.message : String(error));
  }
}
