/* Limits for networks from outside (docs/model-contract.md). */

/** Bytes; looked at before anything is read. The network that comes with the app has 110 kB, 0.9 MB, 0.8 MB and 12 kB. */
export const MODEL_LIMITS = { manifest: 8e6, model: 200e6, golden: 64e6, card: 1e6 } as const;

/** Of one level on this machine: above the first it is said, above the second the network is refused. */
export const SPEED_LIMITS = { slowMs: 1000, refusedMs: 5000 } as const;

/** A run that takes longer hangs for all the reader knows: the worker is ended. Of a network that is in use likewise. */
export const RUN_LIMIT_MS = 20_000;
