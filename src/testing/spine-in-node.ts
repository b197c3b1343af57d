/** The spine finder without a browser: the shipped network in onnxruntime-web (WASM, one thread) and the app's own code around it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as ort from 'onnxruntime-web';
import { snapToBody } from '#src/core/levels/snap-to-body.ts';
import { extendChain } from '#src/core/spine/extend-chain.ts';
import { isFitted, type FoundVertebra, type SpineOutputs } from '#src/core/spine/find-spine.ts';
import { proposeSpine } from '#src/core/spine/propose-spine.ts';
import { planReduction, slabSlices, VolumeReducer } from '#src/core/spine/reduce-volume.ts';
import { parseSpineManifest, type SpineManifest } from '#src/core/spine/spine-manifest.ts';
import type { SpineProposal } from '#src/core/spine/spine-proposal.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { lookForSpine } from '#src/inference/worker/look-for-spine.ts';
import { ok } from '#src/lib/result.ts';

const MODEL_FOLDER = path.resolve(import.meta.dirname, '../../public/models/osteolens-spine');

export type NodeSpineNetwork = {
  readonly manifest: SpineManifest;
  readonly run: (values: Float32Array, sizeZyx: readonly [number, number, number]) => Promise<{ readonly ok: true; readonly value: SpineOutputs }>;
};

export async function openSpineNetwork(folder = MODEL_FOLDER): Promise<NodeSpineNetwork> {
  const manifest = parseSpineManifest(JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')));
  if (!manifest.ok) throw new Error(manifest.error.sentence);
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(readFileSync(path.join(folder, manifest.value.file.name)), { executionProviders: ['wasm'] });
  return {
    manifest: manifest.value,
    run: async (values, sizeZyx) => {
      const results = await session.run({ [manifest.value.input.volume.name]: new ort.Tensor('float32', values, [1, 1, ...sizeZyx]) });
      const take = (name: string): Float32Array => Float32Array.from(results[name]?.data as Float32Array);
      return ok({ heatmap: take('heatmap'), levels: take('levels') });
    },
  };
}

/** What the page would find in this scan, with fits of the bodies. */
export async function proposeInNode(network: NodeSpineNetwork, volume: VolumeSource): Promise<SpineProposal & { readonly found: readonly FoundVertebra[] }> {
  const started = performance.now();
  const plan = planReduction(volume);
  const reducer = new VolumeReducer(plan);
  const step = slabSlices(plan, 1_000_000);
  for (let k = 0; k < volume.sizeVox[2]; k += step) reducer.addSlab(k, volume.readBlock({ min: [0, 0, k], max: [volume.sizeVox[0], volume.sizeVox[1], k + step] }).valuesHu);
  const answer = await lookForSpine(network, reducer.finish());
  if (!answer.ok) throw new Error(answer.error.sentence);
  const { found } = answer.value;
  const chain = found.map((one) => ({ found: one, body: isFitted(one.name) ? snapToBody(volume, one.centreLps) : null }));
  const extended = await extendChain(volume, chain, (at) => Promise.resolve(snapToBody(volume, at)), () => true);
  return { ...proposeSpine(extended, volume, performance.now() - started), found };
}
