import { MEMORY_CACHE } from './cache-names.ts';

/** What the user chose, and what this machine needs. Holds nothing of a study. */
export type Choice = {
  readonly chosen: string | null;
  /** The build in use before, kept so that the user can go back. */
  readonly previous: string | null;
  readonly isPinned: boolean;
  readonly groups: readonly string[];
};

const CHOICE_URL = './choice.json';
const NOTHING: Choice = { chosen: null, previous: null, isPinned: false, groups: [] };

export async function readChoice(): Promise<Choice> {
  const stored = await (await caches.open(MEMORY_CACHE)).match(CHOICE_URL);
  return stored === undefined ? NOTHING : { ...NOTHING, ...((await stored.json()) as Partial<Choice>) };
}

export async function changeChoice(change: Partial<Choice>): Promise<Choice> {
  const choice = { ...(await readChoice()), ...change };
  await (await caches.open(MEMORY_CACHE)).put(CHOICE_URL, Response.json(choice));
  return choice;
}
