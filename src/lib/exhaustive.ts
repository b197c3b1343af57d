/** Closes a switch over a union: a new arm without a case is a compile error. */
export function unreachable(value: never): never {
  throw new Error(`Unexpected case: ${JSON.stringify(value)}`);
}
