/** A day with its time in the reader's own time zone, such as "23 Nov 2026, 14:05". */
export function dayAndTime(when: Date): string {
  return when.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
