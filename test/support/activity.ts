import type { Activity, ActivityWindow } from '../../app/tools/status/activity.ts';

/** A Saturday, in days since 1970-01-01: 2026-11-28. */
export const TODAY = 20785;

/**
 * Returns the rows of a client from a picture of its days, the last of which is today: a digit is the number of
 * requests, `x` a hundred of them, `.` none. Spaces separate weeks.
 */
export function daysOf(
  clientId: string,
  picture: string,
  more: Partial<Activity> & { readonly sampledPercent?: number } = {},
): Activity[] {
  const { sampledPercent = 100, ...fields } = more;
  const days = [...picture.replaceAll(' ', '')];
  return days.flatMap((letter, index) => {
    const requests = letter === '.' ? 0 : letter === 'x' ? 100 : Number(letter);
    const records = Math.round((requests * sampledPercent) / 100);
    if (records === 0) return [];
    return {
      day: TODAY - (days.length - 1 - index),
      ...{ tenant: 'acmecorp', clientId, grant: 'client_credentials' },
      ...{ apiVersion: 'v1', contract: '1.3', newField: undefined, policyMode: 'enforce' },
      ...{ records, requests: (records * 100) / sampledPercent, withoutAddress: 0 },
      ...fields,
    };
  });
}

/** Returns a window of fifteen complete days and today. */
export function windowOf(...rows: readonly (readonly Activity[])[]): ActivityWindow {
  return { rows: rows.flat(), firstDay: TODAY - 15, today: TODAY, isComplete: true };
}
