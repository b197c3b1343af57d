declare const brand: unique symbol;

/** A structural type that only its owner's functions can make, so that two spaces are never mixed. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
