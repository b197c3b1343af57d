import { it } from 'vitest';
import { distanceMm } from '#src/core/geometry/spaces.ts';
import { planReduction, VolumeReducer } from '#src/core/spine/reduce-volume.ts';
import { planCoarseGrid, sampleCoarseGrid, cellToWorld } from '#src/core/spine/coarse-grid.ts';
import { findPeaks } from '#src/core/spine/find-peaks.ts';
import { openSpineNetwork, proposeInNode } from '#src/testing/spine-in-node.ts';
import { loadReferenceCt, REFERENCE_CTS, referenceLevels } from '#src/testing/reference-centres.ts';
it('real', async () => {
  const network = await openSpineNetwork(process.env['R_MODEL'] ?? '/tmp/r-models/osteolens-spine');
  const V = network.manifest.levels;
  for (const name of REFERENCE_CTS) {
    const volume = loadReferenceCt(name);
    const plan = planReduction(volume);
    const red = new VolumeReducer(plan);
    red.addSlab(0, volume.readBlock({ min: [0, 0, 0], max: volume.sizeVox }).valuesHu);
    const scan = red.finish();
    const grid = planCoarseGrid(scan, network.manifest.input.volume)!;
    const { value } = await network.run(sampleCoarseGrid(scan, grid, network.manifest.input.volume), grid.sizeZyx);
    const refs = referenceLevels(name);
    const [D, H, W] = grid.sizeZyx;
    const lines = findPeaks(value.heatmap, grid.sizeZyx, grid.spacingMm).slice(0, 30).map((p) => {
      const w = cellToWorld(grid, p.z, p.y, p.x);
      const near = refs.map((r) => [r.level, distanceMm(r.centre, w)] as const).sort((a, b) => a[1] - b[1])[0]!;
      const idx = (v: number) => value.levels[((v * (D / 2) + Math.min(D / 2 - 1, Math.round((p.z - 0.5) / 2))) * (H / 2) + Math.min(H / 2 - 1, Math.round((p.y - 0.5) / 2))) * (W / 2) + Math.min(W / 2 - 1, Math.round((p.x - 0.5) / 2))]!;
      const l = V.map((_, v) => idx(v)); const m = Math.max(...l); const e = l.map((x) => Math.exp(x - m)); const s = e.reduce((a, b) => a + b);
      const top = V.map((n, v) => [n, e[v]! / s] as const).sort((a, b) => b[1] - a[1]).slice(0, 3).map(([n, q]) => `${n}:${q.toFixed(2)}`).join(' ');
      return `  p ${(1 / (1 + Math.exp(-p.logit))).toFixed(2)} z ${w[2].toFixed(0)} y ${w[1].toFixed(0)} x ${w[0].toFixed(0)} near ${near[0]} ${near[1].toFixed(1)}  ${top}`;
    });
    const r = await proposeInNode(network, volume);
    console.log(name, grid.sizeZyx, '\n' + lines.join('\n'), '\n', r.isAnchored, r.anchors, JSON.stringify(r.alternatives), '\n' + r.vertebrae.map((v) => {
      const near = refs.map((q) => [q.level, distanceMm(q.centre, v.centreLps)] as const).sort((a, b) => a[1] - b[1])[0]!;
      return `  ${v.name} conf ${v.confidence.toFixed(2)} name ${v.nameConfidence.toFixed(2)} near ${near[0]} ${near[1].toFixed(1)}`;
    }).join('\n'));
  }
}, 600000);
