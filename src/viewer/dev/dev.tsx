import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createViewer, PlaneViewport } from '../index.ts';
import { openFiles, readFileList } from '../../files/index.ts';
import { worldPoint } from '../../core/geometry/spaces.ts';
const viewer = createViewer();
const w = window as any;
w.viewer = viewer; w.log = []; w.worldPoint = worldPoint;
viewer.onClick((c) => { w.lastClick = c; return w.consume === true; });
viewer.onHover((h) => { w.lastHover = h; w.hovers = (w.hovers ?? 0) + 1; });
viewer.onProblem((p) => w.log.push(p));
new PerformanceObserver((l) => { for (const e of l.getEntries()) (w.long ??= []).push([Math.round(e.startTime), Math.round(e.duration)]); }).observe({ entryTypes: ['longtask'] });
function App() {
  const [hidden, setHidden] = useState(false);
  w.setHidden = setHidden;
  const overlay = (p: any) => { w.renders = (w.renders ?? 0) + 1; w.proj = { ...(w.proj ?? {}), [p.plane]: p }; const m = w.mark ? p.worldToCanvas(w.mark) : null; return m && <circle cx={m.x} cy={m.y} r={6} fill="none" stroke="lime" data-testid="mark" pointerEvents="auto" onPointerDown={() => { w.markDown = true; }} />; };
  if (hidden) return <p>hidden</p>;
  return <div style={{ display: 'grid', gridTemplateColumns: '1.2fr 1fr', gridTemplateRows: '1fr 1fr', height: '100%', gap: 2 }}>
    <div style={{ gridRow: 'span 2', minHeight: 0 }}><PlaneViewport plane="sagittal" viewer={viewer} overlay={overlay} /></div>
    <div style={{ minHeight: 0 }}><PlaneViewport plane="axial" viewer={viewer} overlay={overlay} /></div>
    <div style={{ minHeight: 0 }}><PlaneViewport plane="coronal" viewer={viewer} overlay={overlay} /></div>
  </div>;
}
createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>);
w.parse = async () => { const input = document.getElementById('files') as HTMLInputElement; w.opened = await openFiles(readFileList(input.files!)); return w.opened.series.map((s: any) => ({ id: s.id, n: s.slices.length, grid: s.grid, problems: s.problems, desc: s.description })); };
w.open = async (index = 0, signal = new AbortController().signal) => { const t = performance.now(); w.progress = []; const s = w.opened.series[index]; const r = await viewer.openSeries(s, w.opened.blobOf, { signal, onProgress: (p: any) => w.progress.push([Math.round(performance.now() - t), p.done]) }); w.result = r; if (r.ok) w.source = r.value; return r.ok ? { ok: true, ms: Math.round(performance.now() - t), first: w.progress[0] } : r; };
w.at = (i: number, j: number, k: number) => w.source.readBlock({ min: [i, j, k], max: [i + 1, j + 1, k + 1] }).valuesHu[0];
w.ready = true;
import { getRenderingEngine } from '@cornerstonejs/core';
import { decodeSlice } from '../decode-slice.ts';
import { makeSliceFiles } from '../slice-files.ts';
import { startCornerstone } from '../cornerstone.ts';
import { huTypeOf } from '../hu-slice.ts';
w.compare = () => ['sagittal', 'axial', 'coronal'].map((p) => { const v = getRenderingEngine('osteolens')!.getViewport(p) as any; const q = w.proj[p]; return [[10, -40, 200], [-60, -90, 230], [33, -200, 150]].map((pt) => { const a = v.worldToCanvas(pt), b = q.worldToCanvas(pt); return Math.hypot(a[0] - b.x, a[1] - b.y); }); });
w.decodeAll = async () => { const { images } = startCornerstone(); const out: any[] = []; for (const s of w.opened.series) for (const h of s.slices) { const id = 'x:' + out.length; images.add(id, { header: h, frameOfReferenceUid: '1' }); const f = await makeSliceFiles([h], w.opened.blobOf).open(h); const r = f.ok ? await decodeSlice(id, f.value, h, huTypeOf([h])) : f; const n = h.fileName.split('/').pop(); if (!r.ok) out.push([n, r.error]); else { let sum = 0; for (const x of r.value) sum += x; out.push([n, sum, r.value[1000], r.value.constructor.name, h.rescaleSlope, h.rescaleIntercept]); } } return out; };
