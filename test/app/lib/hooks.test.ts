import { combineHooks, notify, swallowErrors } from '../../../app/src/lib/hooks.ts';

const fail = () => {
  throw new Error('disk full');
};

test('notify calls a listener with its values, and ignores a missing one', () => {
  const calls: unknown[] = [];
  notify((...values: [string, number]) => void calls.push(values), 'a', 1);
  notify(undefined);
  expect(calls).toEqual([['a', 1]]);
});

test('notify and swallowErrors swallow errors', () => {
  expect(() => notify(fail)).not.toThrow();
  expect(swallowErrors(fail)).not.toThrow();
});

test('combineHooks calls the hooks of each object in order, even if one throws', () => {
  const calls: string[] = [];
  interface Hooks {
    readonly onCheck?: (name: string) => void;
    readonly onError?: () => void;
  }
  const hooks = combineHooks<Hooks>(
    { onCheck: fail },
    { onCheck: (name) => calls.push(`first ${name}`) },
    { onCheck: (name) => calls.push(`second ${name}`), onError: () => calls.push('error') },
  );
  hooks.onCheck?.('a');
  hooks.onError?.();
  expect(calls).toEqual(['first a', 'second a', 'error']);
});
