import { it } from 'vitest';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { openSpineNetwork, proposeInNode } from '#src/testing/spine-in-node.ts';
import { loadDicomFolder } from '#src/testing/load-real-ct.ts';
import { makeSyntheticVolume, seededRandom } from '#src/testing/synthetic-volume.ts';
it('none', async () => {
  const network = await openSpineNetwork(process.env['R_MODEL'] ?? '/tmp/r-models/osteolens-spine');
  const r = seededRandom(3);
  const grid = { sizeVox: [160, 120, 80], spacingMm: [2.5, 2.4, 3], origin: worldPoint(-200, -150, 0) } as const;
  const cyl = makeSyntheticVolume((x, y) => (Math.hypot(x / 160, y / 110) < 1 ? 40 + 30 * (r() - 0.5) : -1000), grid);
  const legs = makeSyntheticVolume((x, y) => { for (const c of [-90, 90]) { const d = Math.hypot(x - c, y); if (d < 15 && d > 9) return 1100; if (d < 9) return -60; if (d < 70) return 50; } return -1000; }, grid);
  const noise = makeSyntheticVolume(() => 100 * (r() - 0.5), grid);
  for (const [n, v] of [['cylinder', cyl], ['legs', legs], ['noise', noise]] as const) console.log(n, (await proposeInNode(network, v)).vertebrae.map((x) => `${x.name} ${x.confidence.toFixed(2)}`));
  for (const f of [['ct', 'lung-dx-8mm'], ['edge', 'tilt-ge']]) { try { const p = await proposeInNode(network, loadDicomFolder(...f)); console.log(f, p.isAnchored, p.vertebrae.map((x) => `${x.name} ${x.confidence.toFixed(2)}/${x.nameConfidence.toFixed(2)} z${x.centreLps[2].toFixed(0)}`)); } catch (e) { console.log(f, String(e)); } }
}, 600000);
