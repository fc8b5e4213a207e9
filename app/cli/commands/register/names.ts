import {
  type AllowedNames,
  allowedNames,
  computedNamesWarning,
  excludedNames,
  malformedNames,
  mergeNames,
} from '../../../tools/actions-api/allowed-names.ts';
import type { Target } from '../../../tools/actions-api/target.ts';
import { ToolError, UsageError } from '../../../tools/errors.ts';
import type { Terminal } from '../../terminal.ts';
import type { RegisterCommandOptions } from './options.ts';

/** Names, or undefined if the server has them. */
export interface GivenNames {
  readonly names: AllowedNames | undefined;
  readonly warnings: readonly string[];
}

/**
 * Collects the names to allow, from the stack and the options.
 *
 * @throws UsageError if there are none, or ToolError with each name that the server would reject.
 */
export async function givenNames(
  options: RegisterCommandOptions,
  target: Target,
  ofStack: AllowedNames | undefined,
  { folder }: Pick<Terminal, 'folder'>,
): Promise<GivenNames> {
  const { addressHeader = [], signedAddress = false, policy: path } = options;
  const added = { headers: options.allowHeader ?? [], parameters: options.allowParameter ?? [] };
  if (!options.allowedNames) return { names: undefined, warnings: [] };
  if (signedAddress && addressHeader.length === 0) {
    throw new UsageError('--signed-address needs --address-header: name the signed headers.');
  }
  const policy = path === undefined ? undefined : await readPolicy(path, folder);
  const requestNames = policy?.requestNames ?? NO_NAMES;
  const ofOptions = allowedNames({
    addressHeaders: addressHeader,
    signedAddress,
    policy: { requestNames },
  });
  const names = mergeNames(ofStack ?? {}, ofOptions, added);
  if (names.headers.length === 0) {
    throw new UsageError(
      'There is no header to allow, but the service needs the one with the client address: name it with --address-header.',
    );
  }
  const rejected = [
    ...malformedNames(names),
    ...(target.hasDefaultExclusions ? excludedNames(names) : []),
  ];
  if (rejected.length > 0) throw new ToolError(rejected.join(' '));
  const warning = computedNamesWarning(requestNames);
  return { names, warnings: warning === undefined ? [] : [warning] };
}

const NO_NAMES = {
  headers: new Set<string>(),
  params: new Set<string>(),
  computed: new Set<never>(),
};

/** Loads the compiler only if there is a policy. */
async function readPolicy(path: string, folder: string) {
  const { loadPolicy } = await import('../../../tools/policy/load.ts');
  return loadPolicy(path, folder);
}
