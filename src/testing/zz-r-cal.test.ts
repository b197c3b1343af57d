import { it } from 'vitest';
import { openSpineNetwork } from '#src/testing/spine-in-node.ts';
import { readSimulatedSpine, simulatedSpines, scoreProposal, nameLogLoss, type SpineScore } from '#src/testing/spine-evaluation.ts';
import { normalisePatch } from '#src/core/patch/normalise.ts';
import { findSpine } from '#src/core/spine/find-spine.ts';
import { proposeSpine } from '#src/core/spine/propose-spine.ts';
it('cal', async () => {
  const network = await openSpineNetwork(process.env['R_MODEL'] ?? '/work/main/public/models/osteolens-spine');
  const files = simulatedSpines('training/data/spine-test').slice(0, Number(process.env['R_N'] ?? 90));
  const acc = new Map<string, SpineScore[]>();
  const silent = new Map<string, string[]>();
  for (const f of files) {
    const s = readSimulatedSpine(f);
    const { value } = await network.run(normalisePatch(s.valuesHu, network.manifest.input.volume), s.grid.sizeZyx);
    for (const w of [0.2, 0.4, 0.7, 1]) {
      const found = findSpine(value, s.grid, network.manifest.levels, 2, w);
      for (const reads of [Infinity, 8, 5, 3, 2]) {
        const k = Math.min(1, reads / Math.max(1, found.length));
        const p = proposeSpine(found.map((one) => ({ found: { ...one, nameEvidence: one.nameEvidence.map((v) => v * k) }, body: null })), 0);
        const key = `w ${w} reads ${reads}`;
        const sc = scoreProposal(p, s.vertebrae, 0.9);
        if (sc.naming === 'silent') silent.set(key, [...(silent.get(key) ?? []), `${s.id} [${s.tags.join(' ')}] truth ${s.vertebrae.map((v) => v.name).join(' ')} got ${p.vertebrae.map((v) => `${v.name}:${v.nameConfidence.toFixed(2)}`).join(' ')}`]);
        acc.set(key, [...(acc.get(key) ?? []), sc]);
      }
    }
  }
  const rows = [...acc].map(([k, ss]) => { const c = (n: string) => ss.filter((x) => x.naming === n).length; const conf = ss.flatMap((x) => x.confidences); return `${k}: logloss ${nameLogLoss(conf).toFixed(3)} right ${c('right')} marked ${c('marked')} silent ${c('silent')} none ${c('none')} | anchored&right ${ss.filter((x) => x.naming === 'right' && x.isAnchored).length} rec ${(ss.reduce((a, x) => a + x.found, 0) / ss.reduce((a, x) => a + x.whole, 0)).toFixed(3)} namesright ${(ss.reduce((a, x) => a + x.rightNames, 0) / ss.reduce((a, x) => a + x.named, 0)).toFixed(3)}`; });
  console.log(rows.join('\n'));
  console.log((silent.get('w 0.4 reads 5') ?? []).join('\n'));
}, 600000);
