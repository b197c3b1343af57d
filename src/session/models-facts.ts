import type { GatingFacts, ModelManifest } from '#src/core/model/manifest.ts';
import type { CheckProgress, ModelSpeed } from '#src/inference/index.ts';

/** What the page shows of a network; the manifest itself stays outside the store. */
export type ModelFacts = {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  /** Of the network's file. */
  readonly sha256: string;
  /** `bundled`: the one that comes with OsteoLens. `own`: the user's, which OsteoLens has not validated. */
  readonly origin: 'bundled' | 'own';
  /** By the word of those who made it. */
  readonly trainedOn: { readonly simulated: number; readonly real: number; readonly description: string };
  readonly licence: string;
  readonly created: string;
  readonly intendedUse: string;
  readonly warnings: readonly string[];
  /** Share of vertebrae whose truth its intervals hold, by its own word; 0 to 1. */
  readonly coverage: number;
  /** What moves its experts' shares, by its own word; null where nobody measured it. */
  readonly gating: GatingFacts | null;
  readonly devices: readonly { readonly id: string; readonly title: string; readonly unit: 'g/cm2' | 'mg/cm2' }[];
};

/** A network of the user's. */
export type OwnModel = {
  /** First 16 digits of the SHA-256 of its manifest, which names the hashes of its other files. */
  readonly key: string;
  /** Null where a kept one is too damaged to say. */
  readonly facts: ModelFacts | null;
  /** Markdown, to be shown as text. */
  readonly card: string;
  readonly isKept: boolean;
  /** Null until it has passed its checks on this page: then it cannot be used yet. */
  readonly speed: ModelSpeed | null;
  /** Why it cannot be used. */
  readonly problem: string | null;
};

/** A check under way. */
export type ModelCheck = { readonly name: string; readonly progress: CheckProgress };

export function factsOfModel(manifest: ModelManifest, origin: ModelFacts['origin']): ModelFacts {
  const { id, title, version, file, provenance, licence, created, intendedUse, warnings, devices, calibration, gating } = manifest;
  return {
    id, title, version, sha256: file.sha256, origin, trainedOn: provenance.data, licence, created, intendedUse, warnings,
    coverage: calibration.intervals.coverage,
    gating: gating ?? null,
    devices: devices.map((device) => ({ id: device.id, title: device.title, unit: device.unit })),
  };
}

/** As much of a hash as a reader compares. */
export function shortHash(sha256: string): string {
  return sha256.slice(0, 12);
}
